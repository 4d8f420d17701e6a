import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPersons } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'
import { ADD_IDENTITY, END_IDENTITY } from './registration-asking.ts'

let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

interface Answer {
  readonly __typename: string
  readonly code?: string
  readonly identities?: readonly object[]
  readonly problems: readonly { readonly path: string; readonly code: string }[]
}
async function say(who: Identity, query: string, input: object, requestId = randomUUID()): Promise<Answer> {
  return Object.values(await world.ask<Record<string, Answer>>(who, query, { requestId, input }))[0]!
}
/** A person and an enrolment of theirs, from 2020 on. */
async function enrolled(endOn: string | null = null) {
  const enrolmentId = randomUUID()
  const enrolment = { pool: '620200', insuranceType: '390', personType: '1501', beginOn: '2020-01-01', endOn }
  const person = newPerson({ enrolments: [{ ...enrolment, enrolmentId }] })
  await seedPersons(world.db, world.secrets, [person])
  return { person, enrolmentId }
}
const LOW_INCOME = { type: '2303', beginOn: '2026-11-01', evidence: '嘉民救〔2026〕12号' }
const add = (who: Identity, enrolmentId: string, change: object = {}) =>
  say(who, ADD_IDENTITY, { enrolmentId, ...LOW_INCOME, ...change })
const end = (enrolmentId: string, endOn: string, change: object = {}) =>
  say(staff(), END_IDENTITY, { enrolmentId, type: '2303', beginOn: '2026-11-01', endOn, reason: '退出低保', ...change })
const faults = ({ problems }: Answer) => problems.map(({ path, code }) => `${path} ${code}`)

describe('a special identity', () => {
  test('is added to an enrolment with its evidence, and published at once', async () => {
    const { enrolmentId } = await enrolled()
    expect(await add(staff(), enrolmentId)).toMatchObject({
      __typename: 'Enrolment',
      identities: [{ type: '2303', beginOn: '2026-11-01', endOn: null }],
    })
    const [row] = await world.db.hot.unsafe('select identities from insured.coverage_v1 where enrolment_id = $1', [
      enrolmentId,
    ])
    expect(row?.['identities']).toEqual([{ type: '2303', from: '2026-11-01', to: null }])
    const kept = await world.db.hot.unsafe('select evidence from insured.special_identity where enrolment_id = $1', [
      enrolmentId,
    ])
    expect(kept).toMatchObject([{ evidence: LOW_INCOME.evidence }])
  })

  test('ends with a last day, which can be brought forward and not back; the person is told, not of which one', async () => {
    const { person, enrolmentId } = await enrolled()
    await add(staff(), enrolmentId)
    expect(await end(enrolmentId, '2026-12-31')).toMatchObject({ identities: [{ endOn: '2026-12-31' }] })
    expect(await end(enrolmentId, '2027-01-31')).toMatchObject({ code: 'IDENTITY_ENDED' })
    expect(await end(enrolmentId, '2026-11-30')).toMatchObject({ identities: [{ endOn: '2026-11-30' }] })
    expect(faults(await end(enrolmentId, '2026-10-31'))).toEqual(['endOn PERIOD_REVERSED'])
    expect(await end(enrolmentId, '2026-11-10', { type: '2304' })).toMatchObject({ code: 'NO_SUCH_IDENTITY' })
    const told = await world.db.hot.unsafe<{ data: object }>(
      `select payload -> 'data' as data from insured.outbox where topic = 'message.wanted' and insured_id = $1 order by id`,
      [person.insuredId],
    )
    const pool = '620200'
    expect(told.map(({ data }) => data)).toEqual([
      { pool, day: '2026-12-31' },
      { pool, day: '2026-11-30' },
    ])
    const again = await add(staff(), enrolmentId, { beginOn: '2026-12-01' })
    expect(again.identities).toHaveLength(2)
  })

  test('twice on a day is refused, also when both come at once; another type is not', async () => {
    const { enrolmentId } = await enrolled()
    const clerks = [0, 1, 2].map((i) => ({ ...staff(), subject: `clerk-${i}` }))
    const answers = await Promise.all(
      clerks.map((clerk, i) => add(clerk, enrolmentId, { beginOn: `2026-11-0${i + 1}` })),
    )
    expect(answers.map((one) => one.code ?? one.__typename).toSorted()).toEqual([
      'Enrolment',
      'IDENTITY_OVERLAP',
      'IDENTITY_OVERLAP',
    ])
    expect(await add(staff(), enrolmentId, { type: '05' })).toMatchObject({ __typename: 'Enrolment' })
  })

  test('lies within the enrolment, and every fault is named at its field', async () => {
    const { enrolmentId } = await enrolled('2026-12-31')
    expect(faults(await add(staff(), enrolmentId, { endOn: '2027-01-01' }))).toEqual(['beginOn OUTSIDE_ENROLMENT'])
    expect(faults(await add(staff(), enrolmentId))).toEqual(['beginOn OUTSIDE_ENROLMENT'])
    expect(faults(await add(staff(), enrolmentId, { type: '99', beginOn: '2026-02-30', evidence: '' }))).toEqual([
      'type IDENTITY_TYPE_UNKNOWN',
      'beginOn DATE_FORM',
      'evidence LENGTH',
    ])
  })

  test('is the business of the pool’s staff alone', async () => {
    const { enrolmentId, person } = await enrolled()
    expect(await add(staff('620100'), enrolmentId)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await add(staff(), 'nothing')).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'enrolmentId' }] })
    for (const who of [institution(), auditor, personOf(person.insuredId, ['insured:write'])]) {
      await expect(add(who, enrolmentId)).rejects.toThrow('FORBIDDEN')
    }
  })
})
