import { randomUUID } from 'node:crypto'
import { seedPersons } from '@yibao/insured/seed'
import { waitOf } from '@yibao/insured/domain/enrolment-wait'
import { enrolmentRules } from '@yibao/insured/store/enrolment-rules'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insuredWorld, newPerson, staff, type InsuredWorld } from './insured-world.ts'
import type { Data } from './world.ts'

// Residents who enrol within the concentrated period, 1 September to 31 December, do so for the next year.

const ENROL = `mutation ($requestId: ID!, $input: EnrolInput!) { enrol(requestId: $requestId, input: $input) {
  __typename ... on Enrolment { beginOn coveredFrom } ... on Rejection { code problems { path code } } } }`

let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

/** From when a resident is covered who is enrolled today, 22 November 2026. */
async function coverFrom(beginOn: string): Promise<string> {
  const person = newPerson({ enrolments: [] })
  await seedPersons(world.db, world.secrets, [person])
  const { identityNumber, name } = person
  const input = { identityNumber, name, pool: '620200', insuranceType: '390', personType: '1501', beginOn }
  const { enrol } = await world.ask<Data>(staff(), ENROL, { requestId: randomUUID(), input })
  expect(enrol).toMatchObject({ __typename: 'Enrolment', beginOn })
  return enrol.coveredFrom
}

test('who enrols within the period for the next year is covered from its first day, whether it begins now or then', async () => {
  expect(await coverFrom('2027-01-01')).toBe('2027-01-01')
  expect(await coverFrom('2026-11-22')).toBe('2027-01-01')
  expect(await coverFrom('2026-03-01')).toBe('2027-01-01')
})

const waitFor = (beginOn: string, today: string, personType = '1501') => {
  const days = { beginOn: Temporal.PlainDate.from(beginOn), today: Temporal.PlainDate.from(today) }
  const wait = waitOf(enrolmentRules('620200'), { insuranceType: '390', personType, ...days }, [])
  return wait === null ? null : `${wait.coverFrom.toString()} ${wait.reason}`
}

test('outside of the period, and within it for the year that is running, residents wait; newborn children never do', () => {
  expect(waitFor('2026-08-31', '2026-08-31')).toBe('2026-11-30 OUTSIDE_PERIOD')
  // Three months are over before the next year begins.
  expect(waitFor('2026-09-01', '2026-09-01')).toBe('2026-12-01 OUTSIDE_PERIOD')
  expect(waitFor('2026-12-31', '2026-12-31')).toBe('2027-01-01 OUTSIDE_PERIOD')
  expect(waitFor('2027-01-01', '2026-12-31')).toBe(null)
  expect(waitFor('2027-01-01', '2027-01-01')).toBe('2027-04-01 OUTSIDE_PERIOD')
  expect(waitFor('2026-11-22', '2026-11-22', '1401')).toBe(null)
})
