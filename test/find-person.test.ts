import { randomUUID } from 'node:crypto'
import { GUESSES_MAX } from '@yibao/insured/domain/contribution-refusals'
import { seedPersons } from '@yibao/insured/seed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Data } from './world.ts'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'

// What begins at a window begins with finding the person: by number and name, in the own pool, and not by guessing.

const REJECTION = '... on Rejection { code problems { path code message { zh en } } }'
const FIND = `query ($identityNumber: String!, $name: String!) {
  insuredByIdentity(identityNumber: $identityNumber, name: $name) {
    __typename ... on Insured { id name identityMasked enrolments { pool } } ${REJECTION} } }`
const REGISTER = `mutation ($requestId: ID!, $input: RegisterPersonInput!) {
  registerPerson(requestId: $requestId, input: $input) { __typename ${REJECTION} } }`
const LOG = `{ me { accessLog { ... on AccessLogConnection { edges { node { role organisation operation } } } } } }`

let world: InsuredWorld
const person = newPerson({ name: '甲样本' })
const named = { identityNumber: person.identityNumber, name: person.name }
beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [person])
})
afterAll(() => world.close())

type Who = Parameters<InsuredWorld['ask']>[0]
async function find(who: Who, change: object = {}): Promise<Data> {
  return (await world.ask<Data>(who, FIND, { ...named, ...change })).insuredByIdentity
}

test('a clerk finds a person of the pool by number and name, and the person sees that they did', async () => {
  expect(await find(staff())).toMatchObject({
    id: person.insuredId,
    name: person.name,
    enrolments: [{ pool: '620200' }],
  })
  const { me } = await world.ask<Data>(personOf(person.insuredId), LOG)
  const seen = me.accessLog.edges.map(({ node }: Data) => [node.role, node.organisation, node.operation])
  expect(seen).toContainEqual(['staff', '620200', 'insuredByIdentity'])
})

test('another name, another number and the clerk of another pool are answered alike, and a number that is none says so', async () => {
  const nobody = { code: 'NOT_FOUND', problems: [{ path: 'identityNumber', code: 'NOT_FOUND' }] }
  const answers = [
    await find(staff(), { name: '乙样本' }),
    await find(staff(), { identityNumber: newPerson().identityNumber }),
    await find(staff('110000')),
  ]
  for (const answer of answers) expect(answer).toEqual({ __typename: 'NotFound', ...answers[0] })
  expect(answers[0]).toMatchObject(nobody)
  expect(await find(staff(), { identityNumber: '1', name: '<' })).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'identityNumber' }, { path: 'name' }],
  })
})

test('who guesses is stopped for the day, and it is for staff alone', async () => {
  for (let n = 0; n < (GUESSES_MAX['staff'] ?? 0); n += 1) await find(staff('330100'), { name: '猜一猜' })
  expect(await find(staff('330100'))).toMatchObject({ problems: [{ code: 'TOO_MANY_UNKNOWN_PERSONS' }] })
  for (const who of [institution(), personOf(person.insuredId), auditor]) await expect(find(who)).rejects.toThrow()
})

test('a clerk who registers somebody of the own pool again is told the id; one of another pool is not', async () => {
  const { name, sex, identityNumber } = person
  const birthDate = person.birthDate
  const register = async (pool: string, change: object = {}) => {
    const input = { name, sex: sex === '1' ? 'MALE' : 'FEMALE', identityNumber, birthDate, ...change }
    const { registerPerson } = await world.ask<Data>(staff(pool), REGISTER, { requestId: randomUUID(), input })
    expect(registerPerson.problems).toMatchObject([{ path: 'identityNumber', code: 'ALREADY_REGISTERED' }])
    return registerPerson.problems[0].message.en
  }
  expect(await register('620200')).toContain(person.insuredId)
  expect(await register('110000')).not.toContain(person.insuredId)
  expect(await register('620200', { name: '乙样本' })).not.toContain(person.insuredId)
})
