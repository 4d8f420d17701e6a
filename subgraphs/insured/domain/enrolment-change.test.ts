import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsOn } from '@yibao/schema/dates'
import { Rejection } from '@yibao/schema/rejection'
import { resumeEnrolment, retire, suspendEnrolment, transferEnrolment, type Change } from './enrolment-change.ts'
import type { Enrolment } from './enrolment.ts'
import { covers, type Wait } from './enrolment-wait.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const FIRST = day('2026-01-01')
const DAYS = 60

const base: Enrolment = {
  id: 'e0',
  insuredId: 'p1',
  pool: '620200',
  insuranceType: '310',
  personType: '1101',
  civilServant: false,
  status: '1',
  beginOn: day('2020-01-01'),
  endOn: null,
  identities: [{ type: '05', from: day('2020-01-01'), to: null }],
  employer: null,
  coverFrom: null,
  waitReason: null,
  suspendReason: null,
  follows: null,
  voided: false,
}

let sequence = 0

/** What the store does with a change. */
function carryOut(rows: readonly Enrolment[], { ended, voided, next }: Change): Enrolment[] {
  const left = rows
    .filter((one) => !voided.includes(one))
    .map((one) => ({ ...one, endOn: ended.find(({ enrolment }) => enrolment === one)?.endOn ?? one.endOn }))
  return [...left, { ...next, id: `e${(sequence += 1)}`, voided: false }]
}

const step = fc.record({
  kind: fc.constantFrom('suspend' as const, 'resume' as const, 'retire' as const, 'transfer' as const),
  /** Days that pass before, and how far ahead it is entered. */
  pass: fc.nat({ max: 6 }),
  ahead: fc.nat({ max: 8 }),
  wait: fc.nat({ max: 5 }),
  pool: fc.constantFrom('620200', '629900', '620100'),
})

interface Day {
  readonly pool: string
  readonly personType: string
  readonly suspended: boolean
  readonly waitsUntil: number
}

test('on every day exactly what the last change of it said is covered, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let rows: readonly Enrolment[] = [base]
      let now = 0
      const expected: Day[] = Array.from({ length: DAYS }, () => ({
        pool: base.pool,
        personType: base.personType,
        suspended: false,
        waitsUntil: 0,
      }))
      for (const { kind, pass, ahead, wait, pool } of steps) {
        now += pass
        const at = now + ahead
        if (at >= DAYS) continue
        const [today, from] = [FIRST.add({ days: now }), FIRST.add({ days: at })]
        const waiting: Wait | null = wait === 0 ? null : { coverFrom: from.add({ days: wait }), reason: 'GAP' }
        const one = rows.find((row) => holdsOn(row, from))
        if (one === undefined) continue
        let change: Change
        try {
          if (kind === 'suspend') change = suspendEnrolment(one, { from, today }, 'OTHER')
          else if (kind === 'resume') change = resumeEnrolment(one, { from, today }, waiting)
          else if (kind === 'retire') change = retire(one, { from, today }, '1201')
          else {
            const to = { pool, terms: { ...one, pool, endOn: null }, employer: null, wait: waiting }
            change = transferEnrolment(rows, { from, today, ...to })
          }
        } catch (error) {
          if (!(error instanceof Rejection)) throw error
          continue
        }
        const last = kind === 'transfer' || one.endOn === null ? DAYS - 1 : FIRST.until(one.endOn).days
        for (let i = at; i <= last; i += 1) {
          const was = expected[i]
          if (was === undefined) break
          const waitsUntil = Math.max(was.waitsUntil, at + wait)
          if (kind === 'suspend') expected[i] = { ...was, suspended: true }
          if (kind === 'resume') expected[i] = { ...was, suspended: false, waitsUntil }
          if (kind === 'retire') expected[i] = { ...was, personType: '1201', suspended: false }
          if (kind === 'transfer')
            expected[i] = { pool, personType: one.personType, suspended: false, waitsUntil: at + wait }
        }
        rows = carryOut(rows, change)
      }
      for (const [i, { pool, personType, suspended, waitsUntil }] of expected.entries()) {
        const today = FIRST.add({ days: i })
        const covered = rows.filter((one) => covers(one, today))
        if (suspended || i < waitsUntil) expect(covered).toEqual([])
        else expect(covered).toMatchObject([{ pool, personType }])
      }
    }),
    { numRuns: 400 },
  )
})

test('a day that is over is never told otherwise by a later change', () => {
  const today = day('2026-03-01')
  for (const from of ['2026-02-28', '2020-01-01']) {
    const when = { from: day(from), today }
    expect(() => suspendEnrolment(base, when, 'OTHER')).toThrow(/DATE_IN_PAST|fault/)
    expect(() => retire(base, when, '1201')).toThrow(/fault/)
  }
})
