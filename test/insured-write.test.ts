import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { institution, insuredWorld, personOf, staff, type InsuredWorld } from './insured-world.ts'

let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

const REGISTER = `mutation ($requestId: ID!, $input: RegisterPersonInput!) { registerPerson(requestId: $requestId, input: $input) {
  __typename ... on Insured { id personNumber identityMasked } ... on Rejection { code problems { path code } } } }`
const ENROL = `mutation ($requestId: ID!, $input: EnrolInput!) { enrol(requestId: $requestId, input: $input) {
  __typename ... on Enrolment { id pool status beginOn endOn identities { type } } ... on Rejection { code problems { path code } } } }`
const END = `mutation ($requestId: ID!, $enrolmentId: ID!, $endOn: Date!) {
  endEnrolment(requestId: $requestId, enrolmentId: $enrolmentId, endOn: $endOn, reason: MOVED) {
  __typename ... on Enrolment { id status endOn } ... on Rejection { code problems { path code } } } }`
const SHOW = `query ($credential: CredentialInput!) { insuredByCredential(credential: $credential) { __typename ... on Insured { id } ... on Rejection { code } } }`

interface Answer {
  readonly __typename: string
  readonly id: string
  readonly code: string
  readonly problems: { path: string; code: string }[]
}
type Who = Parameters<typeof world.ask>[0]
async function say(who: Who, query: string, variables: object): Promise<Answer> {
  const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
  return Object.values(answer)[0]!
}

let birth = Temporal.PlainDate.from('1990-01-01')
function newcomer(change: object = {}) {
  birth = birth.add({ days: 1 })
  const identityNumber = artificialIdentity('620200', birth, 1)
  return { name: '丙样本', sex: 'MALE', birthDate: birth.toString(), identityNumber, ...change }
}
const EMPLOYEE = { pool: '620200', insuranceType: '310', personType: '1101', beginOn: '2026-01-01' }
const count = async (what: string) => {
  const { rows } = await world.db.orm.execute<{ n: string }>(sql.raw(`select count(*) as n from insured.${what}`))
  return Number(rows[0]?.n)
}

describe('registering a person', () => {
  test('gives them a number, masks the identity number and tells the others', async () => {
    const input = newcomer()
    const person = await say(staff(), REGISTER, { input })
    expect(person).toMatchObject({
      __typename: 'Insured',
      identityMasked: `6${'*'.repeat(17)}`,
    })
    const { rows } = await world.db.orm.execute(
      sql`select topic, payload from insured.outbox where insured_id = ${person.id}`,
    )
    expect(rows).toEqual([{ topic: 'person.registered', payload: { pool: '620200' } }])
  })

  test('makes card and identity card something to show at once', async () => {
    const input = newcomer({ cardNumber: 'W000001', personNumber: 'W1' })
    const { id } = await say(staff(), REGISTER, { input })
    for (const credential of [
      { kind: 'SOCIAL_SECURITY_CARD', value: 'W000001' },
      { kind: 'IDENTITY_CARD', value: input.identityNumber },
    ]) {
      expect(await say(institution(), SHOW, { credential })).toMatchObject({ id })
    }
  })

  test('twice with one request is done once; with another body it is refused', async () => {
    const requestId = randomUUID()
    const input = newcomer()
    const persons = await count('person')
    const [first, second] = await Promise.all([
      say(staff(), REGISTER, { requestId, input }),
      say(staff(), REGISTER, { requestId, input }),
    ])
    expect(second).toEqual(first)
    expect(await count('person')).toBe(persons + 1)
    expect(await say(staff(), REGISTER, { requestId, input: newcomer() })).toMatchObject({ code: 'REQUEST_REUSED' })
  })

  test('names every fault of the input at once and writes nothing', async () => {
    const persons = await count('person')
    const input = {
      ...newcomer(),
      personNumber: 'a b',
      name: '<b>',
      sex: 'FEMALE',
      nationality: '99',
      birthDate: '2027-01-01',
      identityNumber: '340524198001010011',
      cardNumber: '#',
    }
    const { __typename, problems } = await say(staff(), REGISTER, { input })
    expect(__typename).toBe('InvalidInput')
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'personNumber PERSON_NUMBER_FORM',
      'name NAME_FORM',
      'nationality NATIONALITY_UNKNOWN',
      'birthDate DATE_IN_FUTURE',
      'identityNumber IDENTITY_CHECK',
      'cardNumber CARD_FORM',
    ])
    expect(await count('person')).toBe(persons)
  })

  test('again, under the number or card of another, is refused', async () => {
    const input = newcomer({ personNumber: 'W2', cardNumber: 'W000002' })
    await say(staff(), REGISTER, { input })
    expect(await say(staff(), REGISTER, { input })).toMatchObject({ code: 'ALREADY_REGISTERED' })
    const number = newcomer({ personNumber: 'W2' })
    expect(await say(staff(), REGISTER, { input: number })).toMatchObject({ code: 'PERSON_NUMBER_TAKEN' })
    expect(await say(staff(), REGISTER, { input: newcomer({ cardNumber: 'w000002' }) })).toMatchObject({
      code: 'CARD_TAKEN',
    })
  })

  test('by ten clerks at once succeeds once', async () => {
    const input = newcomer()
    const clerks = Array.from({ length: 10 }, (_, i) => ({ ...staff(), subject: `clerk-${i}` }))
    const answers = await Promise.all(clerks.map((clerk) => say(clerk, REGISTER, { input })))
    expect(answers.filter((one) => one.__typename === 'Insured')).toHaveLength(1)
    expect(answers.filter((one) => one.code === 'ALREADY_REGISTERED')).toHaveLength(9)
  })

  test('is for staff with the scope only', async () => {
    const input = newcomer()
    for (const who of [staff('620200', []), institution(), personOf(randomUUID())]) {
      await expect(say(who, REGISTER, { input })).rejects.toThrow('FORBIDDEN')
    }
  })

  test('leaves no identity number in the request that was stored', async () => {
    const input = newcomer({ cardNumber: 'W000003' })
    await say(staff(), REGISTER, { input })
    const { rows } = await world.db.orm.execute<{ text: string }>(sql`select r::text as text from insured.request r`)
    const all = rows.map((row) => row.text).join()
    expect(all).not.toContain(input.identityNumber)
    expect(all).not.toContain('W000003')
  })
})

describe('enrolling', () => {
  test('covers the person from the first day, special identities included', async () => {
    const { id: insuredId } = await say(staff(), REGISTER, { input: newcomer() })
    const input = { ...EMPLOYEE, insuredId, identities: [{ type: '2303', beginOn: '2026-01-01' }] }
    const enrolment = await say(staff(), ENROL, { input })
    expect(enrolment).toMatchObject({ pool: '620200', status: 'NORMAL', identities: [{ type: '2303' }] })
    const { rows } = await world.db.orm.execute(
      sql`select pool, insurance_type, identities from insured.coverage_v1 where insured_id = ${insuredId}`,
    )
    expect(rows).toEqual([
      { pool: '620200', insurance_type: '310', identities: [{ type: '2303', from: '2026-01-01', to: null }] },
    ])
  })

  test('somebody another bureau registered needs the number and the name together', async () => {
    const input = newcomer()
    const { id } = await say(staff('620100'), REGISTER, { input })
    expect(await say(staff(), ENROL, { input: { ...EMPLOYEE, insuredId: id } })).toMatchObject({ code: 'NOT_FOUND' })
    const { identityNumber } = input
    const wrong = { ...EMPLOYEE, identityNumber, name: '某人' }
    expect(await say(staff(), ENROL, { input: wrong })).toMatchObject({ code: 'NOT_FOUND' })
    const right = { ...EMPLOYEE, identityNumber, name: input.name }
    expect(await say(staff(), ENROL, { input: right })).toMatchObject({ __typename: 'Enrolment' })
  })

  test('is refused where two of one insurance type would share a day, also when both come at once', async () => {
    const { id: insuredId } = await say(staff(), REGISTER, { input: newcomer() })
    const input = { ...EMPLOYEE, insuredId }
    const clerks = Array.from({ length: 8 }, (_, i) => ({ ...staff(), subject: `clerk-${i}` }))
    const answers = await Promise.all(clerks.map((clerk) => say(clerk, ENROL, { input })))
    expect(answers.map((one) => one.code ?? one.__typename).toSorted()).toEqual([
      ...Array.from({ length: 7 }, () => 'ENROLMENT_OVERLAP'),
      'Enrolment',
    ])
    const supplement = { ...input, insuranceType: '330' }
    expect(await say(staff(), ENROL, { input: supplement })).toMatchObject({ __typename: 'Enrolment' })
  })

  test('names every fault of the input at once', async () => {
    const { id: insuredId } = await say(staff(), REGISTER, { input: newcomer() })
    const input = { insuredId, pool: '1', insuranceType: '1', personType: '1', beginOn: 'x', endOn: 'y' }
    const { problems } = await say(staff(), ENROL, { input })
    expect(problems.map((one) => one.path)).toEqual(['pool', 'insuranceType', 'personType', 'beginOn', 'endOn'])
  })

  test('in the pool of another bureau, or of an unknown person, is refused', async () => {
    const { id: insuredId } = await say(staff(), REGISTER, { input: newcomer() })
    const other = { ...EMPLOYEE, insuredId, pool: '620100' }
    expect(await say(staff(), ENROL, { input: other })).toMatchObject({ code: 'POOL_NOT_YOURS' })
    for (const id of [randomUUID(), 'nobody', null]) {
      expect(await say(staff(), ENROL, { input: { ...EMPLOYEE, insuredId: id } })).toMatchObject({ code: 'NOT_FOUND' })
    }
  })
})

describe('ending an enrolment', () => {
  test('sets the last day; the person can be enrolled again from the day after', async () => {
    const { id: insuredId } = await say(staff(), REGISTER, { input: newcomer() })
    const enrolment = await say(staff(), ENROL, { input: { ...EMPLOYEE, insuredId } })
    const end = { enrolmentId: enrolment.id, endOn: '2026-10-31' }
    expect(await say(staff('620100'), END, end)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say(staff(), END, end)).toMatchObject({ id: enrolment.id, status: 'ENDED', endOn: '2026-10-31' })
    expect(await say(staff(), END, end)).toMatchObject({ code: 'ENROLMENT_ENDED' })
    const again = { ...EMPLOYEE, insuredId, beginOn: '2026-11-01' }
    expect(await say(staff(), ENROL, { input: again })).toMatchObject({ status: 'NORMAL' })
  })

  test('refuses a day that is none and one before the first', async () => {
    const { id: insuredId } = await say(staff(), REGISTER, { input: newcomer() })
    const { id: enrolmentId } = await say(staff(), ENROL, { input: { ...EMPLOYEE, insuredId } })
    expect((await say(staff(), END, { enrolmentId, endOn: '2026-02-30' })).problems).toEqual([
      { path: 'endOn', code: 'DATE_FORM' },
    ])
    expect((await say(staff(), END, { enrolmentId, endOn: '2025-12-31' })).problems).toEqual([
      { path: 'endOn', code: 'PERIOD_REVERSED' },
    ])
  })
})
