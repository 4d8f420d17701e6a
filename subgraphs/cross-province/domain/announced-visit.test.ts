import { expect, test } from 'vitest'
import { nextAnnouncement, type OpenedVisit } from './announced-visit.ts'
import type { Stay } from './stay.ts'

const at = (day: number) => Temporal.Instant.from(`2026-11-${String(day).padStart(2, '0')}T01:00:00Z`)
const VISIT: OpenedVisit = {
  id: '0199',
  institution: 'H33020000001',
  visit: 'ZY1',
  version: '1',
  insuredId: 'x',
  insuredPool: '629900',
  careType: '21',
  department: 'D01',
  diagnoses: [{ code: 'K35.900', name: '急性阑尾炎' }],
  admittedAt: at(10),
  dischargedAt: null,
  dischargeWay: null,
  state: 'OPEN',
}
const STAY: Stay = {
  careType: '21',
  department: 'D01',
  diagnoses: VISIT.diagnoses,
  admittedAt: at(10),
  dischargedAt: null,
  dischargeWay: null,
  state: 'ADMITTED',
}
const LEFT = { dischargedAt: at(20), dischargeWay: '1' } as const

test('a stay nobody was told of, or home did not take, is announced once it has a diagnosis', () => {
  for (const stay of [null, { ...STAY, state: 'REFUSED' as const }])
    expect(nextAnnouncement(VISIT, stay)).toMatchObject({
      verb: 'announceAdmission',
      input: { insuredPool: '629900', insuredId: 'x', visit: 'ZY1', begin: '2026-11-10T01:00:00Z' },
    })
  expect(nextAnnouncement({ ...VISIT, diagnoses: [] }, null)).toBeNull()
  expect(nextAnnouncement({ ...VISIT, state: 'CANCELLED' }, null)).toBeNull()
})

test('what was announced as it stands needs nothing', () => {
  expect(nextAnnouncement(VISIT, STAY)).toBeNull()
  const told = { ...STAY, ...LEFT, state: 'DISCHARGED' } as const
  for (const state of ['DISCHARGED', 'SETTLED'] as const)
    expect(nextAnnouncement({ ...VISIT, ...LEFT, state }, told)).toBeNull()
})

test('a correction says what is other, and nothing else', () => {
  const corrected = { ...VISIT, admittedAt: at(9), department: '外科' }
  expect(nextAnnouncement(corrected, STAY)).toEqual({
    verb: 'announceChange',
    input: { visit: 'ZY1', begin: '2026-11-09T01:00:00Z' },
  })
})

test('a discharge is announced, and taken back before the admission is', () => {
  expect(nextAnnouncement({ ...VISIT, ...LEFT, state: 'DISCHARGED' }, STAY)).toEqual({
    verb: 'announceDischarge',
    input: { visit: 'ZY1', end: '2026-11-20T01:00:00Z', way: '1' },
  })
  const told = { ...STAY, ...LEFT, state: 'DISCHARGED' } as const
  expect(nextAnnouncement({ ...VISIT, state: 'CANCELLED' }, told)).toMatchObject({ input: { takesBack: 'DISCHARGE' } })
  expect(nextAnnouncement({ ...VISIT, state: 'CANCELLED' }, STAY)).toMatchObject({ input: { takesBack: 'ADMISSION' } })
})
