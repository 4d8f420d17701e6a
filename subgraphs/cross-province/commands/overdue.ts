import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { Rejection } from '@yibao/schema/rejection'
import type { Services } from '../context.ts'
import { BY_RULE } from '../domain/event.ts'
import type { Filing } from '../domain/filing.ts'
import { confirm, escalate, isOverdue } from '../domain/review.ts'
import { kindOf } from '../domain/rules.ts'
import { findFilings, findOverdue, saveFiling } from '../store/filings.ts'
import { confirmWaiting } from './place.ts'
import { record, tellStaff } from './record.ts'

const BATCH = 100

type Parts = Pick<Services, 'db' | 'rules' | 'clock'>

/**
 * What the passing of days does to filings that wait: where the home pool says so they are approved, else the staff are
 * told and the person as well. One that fails does not hold up the others.
 */
export async function followOverdue(parts: Parts): Promise<void> {
  const at = parts.clock()
  const ids = await parts.db.orm.transaction((tx) => findOverdue(tx, dayOf(at), BATCH))
  const failures: unknown[] = []
  for (const id of ids) await decide(parts, id, at).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} overdue filings were not decided`)
}

async function decide({ db, rules, clock }: Parts, id: string, at: Temporal.Instant): Promise<void> {
  const alone = (work: (tx: Tx, filing: Filing) => Promise<void>) =>
    db.orm.transaction(async (tx) => {
      const [filing] = await findFilings(tx, [id])
      if (filing !== undefined && filing.escalatedAt === null && isOverdue(filing, dayOf(clock())))
        await work(tx, filing)
    }, 'serializable')

  try {
    await alone(async (tx, filing) => {
      const approved = rules.rulesOf(filing.pool).overdue[kindOf(filing)] === 'APPROVE'
      if (!approved || filing.stage !== 'UNDER_REVIEW') return bringUp(tx, filing, at)
      await confirmWaiting(tx, confirm(filing, at), { rulebook: rules, actor: BY_RULE, at })
    })
  } catch (error) {
    // What the rules no longer allow is for people to decide.
    if (!(error instanceof Rejection)) throw error
    await alone((tx, filing) => bringUp(tx, filing, at))
  }
}

async function bringUp(tx: Tx, filing: Filing, at: Temporal.Instant): Promise<void> {
  const late = escalate(filing, at)
  await saveFiling(tx, late)
  await record(tx, late, { action: 'ESCALATED', actor: BY_RULE, at })
  const whose = filing.stage === 'AWAITING_CERTIFICATION' ? filing.certifier : null
  for (const pool of new Set([filing.pool, whose ?? filing.pool])) await tellStaff(tx, late, pool, 'filing.overdue', at)
}
