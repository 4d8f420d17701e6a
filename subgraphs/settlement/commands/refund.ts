import { setTimeout as wait } from 'node:timers/promises'
import { canonicalDigest } from '@yibao/drizzle/digest'
import { callerOf } from '@yibao/schema/identity'
import { Busy, InvalidInput, type Problem, type Text } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkConversion } from '../domain/conversion.ts'
import { findPolicy } from '../domain/policy-select.ts'
import type { DecidedSettlement } from '../domain/recompute.ts'
import { readRefund, type Refund, type RefundInput } from '../domain/refund-input.ts'
import { remainingOf, settleRest, type RefundFrame } from '../domain/refund.ts'
import { AlreadySettled } from '../domain/refusals.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { visitRefundsOf } from '../domain/visit-refund.ts'
import { nextTime } from '../domain/settlement-id.ts'
import type { PoolRules } from '../domain/policy.ts'
import { findKeyHolders } from '../store/key-holders.ts'
import type { Request } from '../store/requests.ts'
import { listDispensed } from '../store/settlements.ts'
import { writeRefund } from '../store/write-refund.ts'
import { writeReversal } from '../store/write-reversal.ts'
import { prepareReversal, type Prepared } from './prepare-reversal.ts'
import { checkRequestIds } from './read-request.ts'
import { findAnswer, refuse } from './refuse.ts'
import { findOwn, requireDecided, reversalIn, settlementIdOf } from './reverse.ts'

const ROUNDS_MAX = 40

/** What a refund came to: the reversal of the whole, and the settlement of what remains; null when nothing does. */
export interface Refunded {
  readonly reversal: SettledBill
  readonly settlement: SettledBill | null
}

/**
 * Takes a part of a settled bill back: the reversal of the whole and the settlement of what remains, both or none. Taking
 * everything back is a reversal. Throws a Rejection, which is recorded unless it is retryable.
 */
export async function refund(
  context: Context,
  requestId: string,
  { settlement: named, ...input }: RefundInput & { readonly settlement: string },
): Promise<Refunded> {
  checkRequestIds({ requestId })
  const read = readRefund(input)
  const target = settlementIdOf(named)
  const digest = canonicalDigest('refund', { settlement: target ?? named, ...plainOf(read) })
  const request: Request = { caller: callerOf(context.institution()), requestId, operation: 'refund', digest }
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const own = await findAnswer(context, request)
    if (own !== null) return answer(context, own.result ?? {})
    const found = await findOwn(context, target)
    try {
      const refunded = await decideAndWrite(context, { request, settlement: requireDecided(found), refund: read })
      if (refunded !== null) return refunded
    } catch (refusal) {
      await refuse(context, request, refusal, found?.insuredId ?? null)
    }
  }
  throw Busy.of()
}

const plainOf = ({ lines, ...rest }: Refund) => ({
  ...rest,
  lines: lines.map((line) => ({ ...line, quantity: String(line.quantity) })),
})

async function answer(
  context: Context,
  { settlement, reversal }: { readonly settlement?: string; readonly reversal?: string },
): Promise<Refunded> {
  const taken = await reversalIn(context, reversal)
  const isRest = settlement !== undefined && settlement !== taken.reverses
  return { reversal: taken, settlement: isRest ? await context.load.settlement.load({ id: settlement }) : null }
}

interface Refunding {
  readonly request: Request
  readonly settlement: DecidedSettlement
  readonly refund: Refund
}

/** One try; null when something changed meanwhile. */
async function decideAndWrite(context: Context, refunding: Refunding): Promise<Refunded | null> {
  const { request, settlement, refund: read } = refunding
  const { operator } = read
  const prepared = await prepareReversal(context, { request, settlement, path: 'settlement', operator })
  const { write, original, policies } = prepared
  const rules = findPolicy(policies, settlement.input.policy)?.pool.rules
  const decimals = rules?.lineDecimals.value ?? 2
  const remaining = remainingOf(original, read, decimals)
  const reversal = { ...write.settlement, lines: write.lines }
  if (remaining.length === 0)
    return (await writeReversal(context.db.hot, write)) ? { reversal, settlement: null } : null

  await checkKeys(context, refunding, rules)
  const dispensed = await listDispensed(context.db.orm, settlement)
  const rest = settleAgain(context, prepared, { remaining, refund: read, dispensed })
  const written = await writeRefund(
    context.db,
    {
      ...write,
      replacement: rest.settlement.id,
      visitRefunds: visitRefundsOf(original, read, { reversal: reversal.id, decimals }),
    },
    { ...rest, version: write.version + 1n, digest: request.digest, operation: 'refund', reversal: reversal.id },
  )
  return written ? { reversal, settlement: { ...rest.settlement, lines: rest.lines } } : null
}

function settleAgain(
  context: Context,
  { write, purse, policies, original }: Prepared,
  what: Pick<RefundFrame, 'remaining' | 'refund' | 'dispensed'>,
) {
  const now = nextTime(context.now(), write.settlement.settledAt)
  return settleRest({
    ...what,
    original: original.settlement,
    taken: write,
    purse,
    policies,
    now,
    id: context.newId(now),
  })
}

const SAME_BATCH: Text = { zh: '须用新的收费批次号', en: 'must be a new charge batch' }
const SAME_INVOICE: Text = { zh: '须用新的发票号', en: 'must be a new invoice number' }

/** What remains gets keys of its own, which nobody holds. */
async function checkKeys(
  context: Context,
  { settlement, refund: { chargeBatch, invoice } }: Refunding,
  rules: PoolRules | undefined,
): Promise<void> {
  const problems: Problem[] = []
  if (chargeBatch === settlement.chargeBatch)
    problems.push({ path: 'chargeBatch', code: 'NOT_NEW', message: SAME_BATCH })
  if (invoice !== null && invoice === settlement.invoice)
    problems.push({ path: 'invoice', code: 'NOT_NEW', message: SAME_INVOICE })
  InvalidInput.throwIf(problems)
  const { institution, visit, id } = settlement
  const held = await findKeyHolders(context.db.hot, { institution, visit, chargeBatch, invoice }, id)
  if (held.bill !== null) throw AlreadySettled.of(held.bill, 'chargeBatch')
  if (held.invoice !== null) throw AlreadySettled.of(held.invoice, 'invoice')
  const { invoiceVoid } = held
  if (rules !== undefined) checkConversion({ converts: null }, { converted: null, invoiceVoid }, rules, context.now())
}
