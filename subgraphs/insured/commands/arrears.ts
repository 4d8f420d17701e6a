import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { dayOf } from '@yibao/schema/dates'
import type { Services } from '../context.ts'
import { resumeEnrolment } from '../domain/enrolment-change.ts'
import { waitOf } from '../domain/enrolment-wait.ts'
import {
  ARREARS_CALLER,
  findDueSoon,
  findInArrears,
  findPoolsOwing,
  findPoolsSuspended,
  holdPaidUp,
  noteStep,
  type InArrears,
} from '../store/arrears.ts'
import { carryOut, suspendForArrears } from '../store/enrolment-change.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'

/** Persons of one transaction, which holds the one writer of a process for well under a second. */
const BATCH = 30

interface Batch {
  readonly pool: string
  readonly at: Temporal.Instant
}

/**
 * Reminds of bills that are due soon, suspends whoever's monthly bills are overdue beyond the pool's days of grace, and
 * lets those go on who have paid. Residents pay by the year and are not suspended.
 */
export async function carryOutArrears({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  for (const pool of await findPoolsOwing(db.orm)) {
    for (const step of [remind, suspend]) {
      while (await db.orm.transaction((tx) => step(tx, { pool, at: clock() })));
    }
  }
  for (const pool of await findPoolsSuspended(db.orm)) {
    while (await db.orm.transaction((tx) => resume(tx, { pool, at: clock() })));
  }
}

/** True while there may be more. */
async function remind(tx: Tx, { pool, at }: Batch): Promise<boolean> {
  const today = dayOf(at)
  const until = today.add({ days: enrolmentRules(pool).rules.dueReminderDays.value })
  const due = await findDueSoon(tx, { pool, today, until, limit: BATCH })
  const fresh = new Set((await noteStep(tx, 'REMINDED', due, at)).map(({ billId }) => billId))
  for (const { insuredId, billId, dueOn } of due.filter((one) => fresh.has(one.billId))) {
    const told = { template: 'contribution.due', data: { day: dueOn }, key: `contribution.due:${billId}` }
    await notify(tx, 'insured', { to: { kind: 'person', insuredId }, ...told, at })
  }
  return due.length > 0
}

async function suspend(tx: Tx, { pool, at }: Batch): Promise<boolean> {
  const today = dayOf(at)
  const dueOn = today.subtract({ days: enrolmentRules(pool).rules.arrearsGraceDays.value })
  const found = await findInArrears(tx, { pool, today, dueOn, limit: BATCH })
  for (const one of found) await suspendOne(tx, one, { pool, at })
  return found.length > 0
}

/** Who notes a bill first suspends for it. */
async function suspendOne(tx: Tx, one: InArrears, { pool, at }: Batch): Promise<void> {
  if ((await noteStep(tx, 'SUSPENDED', one.bills, at)).length === 0) return
  const { insuredId, insuranceType } = one
  const from = dayOf(at)
  const ids = await suspendForArrears(tx, {
    insuredId,
    pool,
    insuranceType,
    from,
    note: one.periods.join('、'),
    source: null,
    caller: ARREARS_CALLER,
    at,
  })
  for (const id of ids) {
    const told = { template: 'enrolment.arrears', data: { pool, day: from.toString() }, key: `enrolment.arrears:${id}` }
    await notify(tx, 'insured', { to: { kind: 'person', insuredId }, ...told, at })
  }
}

async function resume(tx: Tx, { pool, at }: Batch): Promise<boolean> {
  const today = dayOf(at)
  const held = await holdPaidUp(tx, { pool, today, limit: BATCH })
  for (const { insuredId, enrolmentId } of held) {
    const existing = await findEnrolments(tx, [insuredId])
    const one = existing.find(({ id }) => id === enrolmentId)
    assert(one !== undefined, 'what is held is there')
    const wait = waitOf(enrolmentRules(pool), { ...one, beginOn: today, today }, existing)
    const change = resumeEnrolment(one, { from: today, today }, wait)
    const told = { kind: 'RESUMED', from: today, reason: wait?.reason ?? null, caller: ARREARS_CALLER, at } as const
    const id = await carryOut(tx, change, told)
    const day = (change.next.coverFrom ?? today).toString()
    const notice = { template: 'enrolment.resumed', data: { pool, day }, key: `enrolment.resumed:${id}` }
    await notify(tx, 'insured', { to: { kind: 'person', insuredId }, ...notice, at })
  }
  return held.length > 0
}
