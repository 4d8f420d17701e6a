import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { sum, formatYuan } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { givenBackEntries } from '../domain/clearing-ledger.ts'
import {
  moreThanTheFundsPaid,
  noSuchBill,
  notTheSameDeduction,
  notWhatItWithdraws,
  withdrawnBefore,
  withdrawsWithdrawal,
  type ExchangeDeduction,
} from '../domain/exchange-deduction.ts'
import { mirrored, type LedgerEntry } from '../domain/ledger.ts'
import type { Deduction } from '../domain/monthly-statement.ts'
import { later, taken, type MoneyAnswer } from '../domain/province-message.ts'
import type { DeductionMessage } from '../peers/money-message.ts'
import { listPosted, postClearing } from '../store/clearing-posting.ts'
import {
  addExchangeDeduction,
  findBillOf,
  findExchangeDeduction,
  findExchangeOf,
  isWithdrawn,
  listFundsLeftOf,
} from '../store/exchange-deduction.ts'
import { refuseArchived } from '../store/ledger-border.ts'
import { addMessage } from '../store/province-message.ts'

type Working = Pick<Services, 'db' | 'clock' | 'newId'>

/**
 * At the place: has the province that insures the person told of a deduction, or of its withdrawal, from now on. Answers the
 * exchange of the bill.
 */
export async function tellDeduction(tx: Tx, one: Deduction, now: Temporal.Instant): Promise<string> {
  const { id, otherProvince: province, pool, amount, reason, words, withdraws, at } = one
  assert(province !== null, 'only another province is told')
  const exchange = await findExchangeOf(tx, one)
  assert(exchange !== null, 'a bill whose person is insured elsewhere has its exchange')
  const message = { id, exchange, amount: formatYuan(amount), reason, words, withdraws, decidedAt: at.toString() }
  await addMessage(tx, { id, province, type: 'deduction', pool, message, at: now })
  return exchange
}

/**
 * At home: what the institution elsewhere gives back, the pool here owes less and its funds get back, in the same amount.
 * Once, by the id of the deduction there.
 */
export function takeDeduction(working: Working, province: string, message: DeductionMessage): Promise<MoneyAnswer> {
  return working.db.orm.transaction(async (tx) => {
    const before = await findExchangeDeduction(tx, message.id)
    if (before !== null) return isSame(before, province, message) ? taken(message.id) : refuse(notTheSameDeduction())
    const bill = await findBillOf(tx, { province, exchange: message.exchange })
    if (bill === null) return refuse(noSuchBill())
    const { decidedAt, ...said } = message
    const one: ExchangeDeduction = { ...bill, ...said, province, decidedAt, at: working.clock() }
    const entries = one.withdraws === null ? await backToFunds(tx, one) : await withdrawn(tx, one, one.withdraws)
    if (entries === null) return later(message.id)
    await addExchangeDeduction(tx, one)
    await post(tx, working, one, entries)
    return taken(one.id)
  }, 'serializable')
}

function refuse(refusal: Error): never {
  throw refusal
}

const isSame = (one: ExchangeDeduction, province: string, { amount, exchange, withdraws }: DeductionMessage): boolean =>
  one.province === province && one.amount === amount && one.exchange === exchange && one.withdraws === withdraws

const owed = ({ pool, province }: ExchangeDeduction): string => `payable:province:${pool}:${province}`

async function backToFunds(tx: Tx, one: ExchangeDeduction): Promise<LedgerEntry[]> {
  await refuseArchived(tx, one.settlementId, 'exchange')
  const left = await listFundsLeftOf(tx, one.settlementId)
  if (one.amount <= 0n || one.amount > sum(left.map(({ amount }) => amount))) throw moreThanTheFundsPaid()
  return givenBackEntries(owed(one), one.amount, left)
}

/** Null while the deduction itself is still on its way. */
async function withdrawn(tx: Tx, one: ExchangeDeduction, withdraws: string): Promise<LedgerEntry[] | null> {
  const deduction = await findExchangeDeduction(tx, withdraws)
  if (deduction === null) return null
  const isWhole = deduction.province === one.province && deduction.amount + one.amount === 0n
  if (!isWhole || deduction.exchange !== one.exchange) throw notWhatItWithdraws()
  if (deduction.withdraws !== null) throw withdrawsWithdrawal()
  if (await isWithdrawn(tx, withdraws)) throw withdrawnBefore()
  return mirrored(await listPosted(tx, withdraws, 'withdraws'))
}

async function post(tx: Tx, { newId }: Working, one: ExchangeDeduction, entries: readonly LedgerEntry[]) {
  const { id: source, pool, province, amount, at } = one
  const posting = {
    groupId: newId(at),
    kind: 'PROVINCE_DEDUCTION' as const,
    source,
    pool,
    institution: null,
    amount,
    at,
  }
  await postClearing(tx, posting, entries)
  const template = one.withdraws === null ? 'exchange.deducted' : 'exchange.deduction-withdrawn'
  const data = { province, institution: one.institution, amount: formatYuan(one.amount) }
  await notify(tx, 'settlement', { to: { kind: 'staff', pool }, template, data, at, key: `${template}:${source}` })
}
