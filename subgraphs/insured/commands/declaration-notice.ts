import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { dayOf } from '@yibao/schema/dates'
import type { Services } from '../context.ts'
import { callsOf, type DeclarationCall } from '../domain/declaration-notice.ts'
import { findEmployerPools, findUndeclared, noteCalled } from '../store/declaration-notice.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'

/** Employers of one transaction. */
const BATCH = 100

/** Tells employers that the declaration of a month is due soon, and that it is overdue: each once. */
export async function tellUndeclared({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  for (const pool of await findEmployerPools(db.orm)) {
    for (const call of callsOf(enrolmentRules(pool), dayOf(clock()))) {
      while (await db.orm.transaction((tx) => tellBatch(tx, { ...call, pool, at: clock() })));
    }
  }
}

/** True while there may be more. */
async function tellBatch(
  tx: Tx,
  call: DeclarationCall & { readonly pool: string; readonly at: Temporal.Instant },
): Promise<boolean> {
  const { pool, month, step, dueOn, at } = call
  const found = await findUndeclared(tx, { ...call, limit: BATCH })
  const template = step === 'DUE' ? 'declaration.due' : 'declaration.overdue'
  const data = { month, pool, day: dueOn.toString() }
  for (const { employer, insuranceType } of await noteCalled(tx, found, call)) {
    const key = `${template}:${pool}:${insuranceType}:${month}`
    await notify(tx, 'insured', { to: { kind: 'employer', employer }, template, data, key, at })
  }
  return found.length > 0
}
