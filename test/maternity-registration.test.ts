import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { seedPersons, type SeedPerson } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { SHOW } from './insured-asking.ts'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'
import { END_MATERNITY, HELD, REGISTER_MATERNITY } from './registration-asking.ts'

const HERE = 'H62020000001'
let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

interface Answer {
  readonly __typename: string
  readonly id: string
  readonly code?: string
  readonly problems: readonly { readonly path: string; readonly code: string }[]
}
async function say(who: Identity, query: string, variables: object = {}): Promise<Answer> {
  const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
  return Object.values(answer)[0]!
}
let born = Temporal.PlainDate.from('1995-01-01')
async function woman(change: Partial<SeedPerson> = {}) {
  born = born.add({ days: 1 })
  const person = newPerson({
    sex: '2',
    birthDate: born.toString(),
    identityNumber: artificialIdentity('620200', born, 2),
    cardNumber: `M${randomUUID().slice(0, 8)}`,
    ...change,
  })
  await seedPersons(world.db, world.secrets, [person])
  return person
}
// Twelve weeks on 22 November 2026: expected 28 weeks later.
const TERMS = { expectedOn: '2027-06-06', weeks: 12, birthType: 'NATURAL' }
const register = (who: Identity, { insuredId }: Pick<SeedPerson, 'insuredId'>, change: object = {}) =>
  say(who, REGISTER_MATERNITY, { input: { insuredId, ...TERMS, ...change } })
const end = (who: Identity, id: string) => say(who, END_MATERNITY, { id, reason: '登记有误' })
const faults = ({ problems }: Answer) => problems.map(({ path, code }) => `${path} ${code}`)

describe('registering for maternity care', () => {
  test('by the bureau holds from today until half a year after the expected birth', async () => {
    const person = await woman()
    expect(await register(staff(), person, { hospital: HERE })).toMatchObject({
      __typename: 'MaternityRegistration',
      pool: '620200',
      hospitalCode: HERE,
      birthType: 'NATURAL',
      beginOn: '2026-11-22',
      endOn: '2027-12-03',
      isInForce: true,
      requestedBy: null,
    })
    const rows = await world.db.hot.unsafe('select * from insured.maternity_registration_v1 where insured_id = $1', [
      person.insuredId,
    ])
    expect(rows).toMatchObject([{ pool: '620200', hospital: HERE, birth_type: '1' }])
  })

  test('by a hospital is for whoever showed it a credential that day', async () => {
    const person = await woman()
    const hospital = institution(HERE, ['insured:write'])
    expect(await register(hospital, person)).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'insuredId' }] })
    await say(hospital, SHOW, { credential: { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber } })
    expect(await register(hospital, person)).toMatchObject({ requestedBy: HERE, hospitalCode: null })
  })

  test('is once at a time, also when several come at once, and for women', async () => {
    const person = await woman()
    const clerks = [0, 1, 2].map((i) => ({ ...staff(), subject: `clerk-${i}` }))
    const answers = await Promise.all(clerks.map((clerk) => register(clerk, person)))
    expect(answers.map((one) => one.code ?? one.__typename).toSorted()).toEqual([
      'MaternityRegistration',
      'REGISTRATION_OVERLAP',
      'REGISTRATION_OVERLAP',
    ])
    const man = newPerson()
    await seedPersons(world.db, world.secrets, [man])
    expect(await register(staff(), man)).toMatchObject({ code: 'SEX_MISFIT' })
    expect(await register(staff(), await woman({ enrolments: [] }))).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('says every fault at its field', async () => {
    const person = await woman()
    expect(faults(await register(staff(), person, { weeks: 50, hospital: 'P62020000001' }))).toEqual([
      'hospital NO_HOSPITAL',
      'weeks WEEKS_RANGE',
    ])
    expect(faults(await register(staff(), person, { expectedOn: '2027-01-06' }))).toEqual(['expectedOn WEEKS_MISMATCH'])
    expect(faults(await register(staff(), person, { hospital: 'H62020000077' }))).toEqual([
      'hospital INSTITUTION_NOT_DESIGNATED',
    ])
    await expect(register(staff(), person, { expectedOn: 'June' })).resolves.toMatchObject({
      problems: [{ path: 'expectedOn', code: 'DATE_FORM' }],
    })
  })
})

test('ending it on the day it was entered takes it back; later it ends that day', async () => {
  const person = await woman()
  const { id } = await register(staff(), person)
  expect(await end(staff('620100'), id)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await end(staff(), id)).toMatchObject({ isWithdrawn: true, isInForce: false })
  expect(await end(staff(), id)).toMatchObject({ code: 'REGISTRATION_ENDED' })
  const again = await register(staff(), person)
  const { now } = world.time
  world.time.now = now.add({ hours: 48 })
  expect(await end(staff(), again.id)).toMatchObject({ isWithdrawn: false, endOn: '2026-11-24' })
  world.time.now = now
})

test('the woman, her bureau and auditors see it; others do not', async () => {
  const person = await woman()
  const { id } = await register(staff(), person)
  const { me } = await world.ask<{ me: object }>(personOf(person.insuredId), `{ me ${HELD} }`)
  expect(me).toMatchObject({ maternityRegistrations: [{ id, weeks: 12 }] })
  const byId = `{ insured(id: "${person.insuredId}") { ... on Insured { maternityRegistrations { id } } ... on Rejection { code } } }`
  for (const who of [staff(), auditor]) expect(await say(who, byId)).toMatchObject({ maternityRegistrations: [{ id }] })
  expect(await say(staff('620100'), byId)).toMatchObject({ code: 'NOT_FOUND' })
  for (const who of [personOf(person.insuredId), auditor]) {
    await expect(register(who, person)).rejects.toThrow('FORBIDDEN')
  }
})
