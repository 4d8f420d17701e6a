import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { signCompact } from '@yibao/schema/compact-jws'
import { fenOf, sum } from '@yibao/schema/money'
import { RECEIPT_TYPE, receiptKeyOf } from '@yibao/schema/receipt-key'
import type { Context } from '../context.ts'
import { canonical, receiptText } from '../domain/receipt.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { readPostedGroups, type PostedGroup } from '../store/ledger-position.ts'

/**
 * The signed receipt of a settlement or of a reversal: the same bytes each time, which is why it can be checked against
 * the database by fetching it again.
 */
export async function signedReceipt(context: Context, settlement: SettledBill): Promise<string> {
  const { secrets, db, load } = context
  const lines = settlement.lines ?? (await load.lines.load(settlement.id))
  const groups = await readPostedGroups(db.hot, settlement)
  const entries = (groups.at(-1)?.entries ?? []).map(({ account, amount }) => ({ account, amount: fenOf(amount) }))
  assert.equal(groups.at(-1)?.id, settlement.id, 'a settlement is the last of its person up to itself')
  assert.equal(sum(entries.map((one) => one.amount)), 0n, 'a group of ledger entries adds up to zero')
  const keyed = (purpose: string, text: string) =>
    createHmac('sha256', secrets.lookupKey).update(`receipt ${purpose}\n${text}`, 'utf8').digest('base64url')
  const text = receiptText({
    settlement,
    lines,
    entries,
    position: positionOf(groups, (passed) => keyed('position', passed)),
    pseudonym: (insuredId) => `~${keyed(...pseudonymOf(insuredId, settlement)).slice(0, 22)}`,
  })
  const { privateKey, publicKey } = secrets.receipt
  return signCompact(text, { kid: receiptKeyOf(publicKey).kid, typ: RECEIPT_TYPE }, privateKey)
}

/**
 * Of what the pseudonym of a person is made. The person of the settlement has one for ever: institutions know whose bill
 * it is by id and person number, so theirs tells them nothing. Anybody else, who paid for them, has another one in each
 * settlement: the same one elsewhere would tell an institution which of its patients paid for which.
 */
const pseudonymOf = (insuredId: string, settlement: SettledBill): [purpose: string, of: string] =>
  insuredId === settlement.insuredId ? ['person', insuredId] : ['relative', `${settlement.id} ${insuredId}`]

/**
 * A hash over everything posted for the person up to this settlement, this one included: the number of settlements and
 * every account and amount are in it. Keyed, because a plain one would let institutions find out, by comparing theirs,
 * that the person was somewhere else in between.
 */
function positionOf(groups: readonly PostedGroup[], keyed: (text: string) => string): string {
  let passed = ''
  for (const [i, { id, entries }] of groups.entries()) {
    const posted = entries.map(({ account, amount }) => [account, String(amount)])
    passed = keyed(canonical([passed, String(i + 1), id, posted]))
  }
  return passed
}
