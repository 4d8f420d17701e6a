import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { formatYuan } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { decide, findDeduction, holdAppeal, isWithdrawn } from '../store/deduction.ts'
import { holdStatement } from '../store/monthly-statement.ts'
import { listReversed, type ReversedDeduction } from '../store/reversed-deduction.ts'
import { takeBack } from './deduction.ts'

type Working = Pick<Services, 'db' | 'clock' | 'newId'>

/** Who decides what follows from a rule. */
const BY_RULE = 'platform:settlement'
const WORDS = '该结算已撤销，扣款依规则退回。 The settlement was reversed; by rule the deduction is given back.'
const LAPSED =
  '该结算已撤销，扣款已退回，申诉终止。 The settlement was reversed and the deduction given back; the appeal ends.'

/** Deductions given back before it is looked for more. */
const PAGE = 200

/**
 * Gives back what was deducted of settlements that were reversed since, of one institution or of all: each by an entry of
 * its own, once, in the month of the reversal. Settling waits for none of it. Each is a transaction of its own.
 */
export async function giveBackReversed({ db, clock, newId }: Working, institution: string | null): Promise<void> {
  for (;;) {
    const found = await listReversed(db.orm, institution, PAGE)
    for (const one of found) await db.orm.transaction((tx) => giveBack(tx, { newId }, one, clock()))
    if (found.length < PAGE) return
  }
}

async function giveBack(
  tx: Tx,
  context: Pick<Services, 'newId'>,
  { id, month }: ReversedDeduction,
  at: Temporal.Instant,
): Promise<void> {
  const found = await findDeduction(tx, id)
  if (found?.statementId == null) return
  // Held in the order in which appeals are decided, so that one of the two comes first.
  await holdStatement(tx, found.statementId)
  const appeal = await holdAppeal(tx, id)
  if (await isWithdrawn(tx, id)) return
  if (appeal?.state === 'OPEN')
    await decide(tx, id, { state: 'LAPSED', answer: LAPSED, decidedBy: BY_RULE, decidedAt: at })
  const entry = await takeBack(tx, context, found, { words: WORDS, by: BY_RULE, at, fromMonth: month })
  const { institution, pool, amount } = found
  const data = { month, pool, amount: formatYuan(amount) }
  const to = { kind: 'institution', institution } as const
  const template = 'deduction.given-back'
  await notify(tx, 'settlement', { to, template, data, at, key: `${template}:${entry}` })
}
