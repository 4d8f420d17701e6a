import { randomUUID } from 'node:crypto'
import { GUESSES_MAX } from '@yibao/insured/domain/contribution-refusals'
import { seedPersons } from '@yibao/insured/seed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insuredWorld, newPerson, staff, type InsuredWorld } from './insured-world.ts'
import { CERTIFY } from './registration-asking.ts'

// A clerk who tries identity numbers, and one of another pool.

const REJECTION = '... on Rejection { code problems { path code } }'
const ENROL = `mutation ($requestId: ID!, $input: EnrolInput!) { enrol(requestId: $requestId, input: $input) {
  __typename ${REJECTION} } }`
const TRANSFER = `mutation ($requestId: ID!, $input: TransferEnrolmentInput!) {
  transferEnrolment(requestId: $requestId, input: $input) { __typename ${REJECTION} } }`

const REGISTER = `mutation ($requestId: ID!, $input: RegisterPersonInput!) { registerPerson(requestId: $requestId, input: $input) {
  __typename ${REJECTION} } }`

let world: InsuredWorld
const person = newPerson({ name: '甲样本' })
beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [person])
})
afterAll(() => world.close())

const terms = { insuranceType: '310', personType: '1101' }
const WAYS = [
  (named: object) => ({ query: CERTIFY, input: { ...named, reason: '没有带卡' } }),
  (named: object) => ({ query: ENROL, input: { ...named, ...terms, pool: '999999', beginOn: '2026-11-22' } }),
  (named: object) => ({ query: TRANSFER, input: { ...named, ...terms, from: '2026-11-22' } }),
]
async function name(pool: string, way: number, wrong: object = {}): Promise<unknown> {
  const { query, input } = WAYS[way % WAYS.length]!({
    identityNumber: person.identityNumber,
    name: person.name,
    ...wrong,
  })
  const answer = await world.ask<Record<string, unknown>>(staff(pool), query, { requestId: randomUUID(), input })
  return Object.values(answer)[0]
}

test('a bureau certifies who somebody is only of those it sees; anybody else is nobody to it', async () => {
  const nobody = { code: 'NOT_FOUND', problems: [{ path: 'identityNumber', code: 'NOT_FOUND' }] }
  expect(await name('110000', 0)).toMatchObject(nobody)
  expect(await name('110000', 0, { name: '乙样本' })).toMatchObject(nobody)
  expect(await name('620200', 0)).toMatchObject({ __typename: 'IssuedCertificate' })
})

test('a clerk who names nobody 200 times on a day, whatever for, names nobody more until midnight', async () => {
  const max = GUESSES_MAX['staff'] ?? 0
  for (let n = 0; n < max; n += 1) {
    expect(await name('330100', n, { name: '猜一猜' })).toMatchObject({ code: 'NOT_FOUND' })
  }
  const stopped = { problems: [{ path: 'identityNumber', code: 'TOO_MANY_UNKNOWN_PERSONS' }] }
  for (const way of WAYS.keys()) expect(await name('330100', way)).toMatchObject(stopped)
  expect(await name('620200', 0)).toMatchObject({ __typename: 'IssuedCertificate' })
})

test('a number that is somebody’s already counts as naming nobody, unless the bureau knows who; a new one does not', async () => {
  const max = GUESSES_MAX['staff'] ?? 0
  const born = { sex: 'MALE', birthDate: person.birthDate }
  const register = async (pool: string, change: object = {}, requestId: string = randomUUID()) => {
    const input = { ...born, identityNumber: person.identityNumber, name: person.name, ...change }
    return (await world.ask<{ registerPerson: object }>(staff(pool), REGISTER, { requestId, input })).registerPerson
  }
  const taken = { problems: [{ path: 'identityNumber', code: 'ALREADY_REGISTERED' }] }
  const stopped = { problems: [{ path: 'identityNumber', code: 'TOO_MANY_UNKNOWN_PERSONS' }] }
  const fresh = newPerson()
  const isNew = { identityNumber: fresh.identityNumber, birthDate: fresh.birthDate }
  expect(await register('440100', isNew)).toMatchObject({ __typename: 'Insured' })
  const first = randomUUID()
  for (let n = 0; n < max; n += 1)
    expect(await register('440100', {}, n === 0 ? first : undefined)).toMatchObject(taken)
  expect(await register('440100')).toMatchObject(stopped)
  expect(await register('440100', {}, first)).toMatchObject(taken)
  const other = newPerson()
  const otherNew = { identityNumber: other.identityNumber, birthDate: other.birthDate }
  expect(await register('440100', otherNew)).toMatchObject(stopped)

  for (let n = 0; n <= max; n += 1) expect(await register('620200')).toMatchObject(taken)
})
