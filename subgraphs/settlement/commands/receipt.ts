import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { signCompact } from '@yibao/schema/compact-jws'
import { fenOf, sum } from '@yibao/schema/money'
import { RECEIPT_TYPE, receiptKeyOf } from '@yibao/schema/receipt-key'
import type { Context } from '../context.ts'
import { canonical, receiptText } from '../domain/receipt.ts'
import type { SettledBill } from '../domain/settlement.ts'
import type { PostedGroup } from '../store/ledger-position.ts'
import { archivedEntries } from './archived-entries.ts'
import { institutionElsewhereOf } from './institution-elsewhere.ts'
import { remember } from './remember.ts'

/**
 * The signed receipt of a settlement or of a reversal: the same bytes each time, which is why it can be checked against
 * the database by fetching it again.
 *
 * @throws LIMIT_EXCEEDED when the operation has asked for too many
 */
export async function signedReceipt(context: Context, settlement: SettledBill): Promise<string> {
  context.load.receipts.spend(1)
  return sign(context, settlement)
}

const sign = remember(async (context, settlement: SettledBill): Promise<string> => {
  const { secrets, load } = context
  const [groups, lines, elsewhere] = await Promise.all([
    load.posted.load(settlement),
    settlement.lines ?? load.lines.load(settlement.id),
    institutionElsewhereOf(context, settlement),
  ])
  const own = (await positionsIn(context, groups)).get(settlement.id)
  assert(own !== undefined, 'a settlement is among those of its person')
  const entries = own.posted.map(({ account, amount }) => ({ account, amount: fenOf(amount) }))
  assert.equal(sum(entries.map((one) => one.amount)), 0n, 'a group of ledger entries adds up to zero')
  const text = receiptText({
    settlement,
    lines,
    entries,
    position: own.position,
    institutionName: elsewhere?.name ?? null,
    pseudonym: (insuredId) => `~${keyed(context, ...pseudonymOf(insuredId, settlement)).slice(0, 22)}`,
  })
  const { privateKey, publicKey } = secrets.receipt
  return signCompact(text, { kid: receiptKeyOf(publicKey).kid, typ: RECEIPT_TYPE }, privateKey)
})

const keyed = ({ secrets }: Context, purpose: string, text: string): string =>
  createHmac('sha256', secrets.lookupKey).update(`receipt ${purpose}\n${text}`, 'utf8').digest('base64url')

/**
 * Of what the pseudonym of a person is made. The person of the settlement has one for ever: institutions know whose bill
 * it is by id and person number, so theirs tells them nothing. Anybody else, who paid for them, has another one in each
 * settlement: the same one elsewhere would tell an institution which of its patients paid for which.
 */
const pseudonymOf = (insuredId: string, settlement: SettledBill): [purpose: string, of: string] =>
  insuredId === settlement.insuredId ? ['person', insuredId] : ['relative', `${settlement.id} ${insuredId}`]

/**
 * With each of a person's settlements a hash over everything posted for the person up to it, itself included: the number
 * of settlements and every account and amount are in it. Keyed, because a plain one would let institutions find out, by comparing theirs,
 * that the person was somewhere else in between.
 * What was put away of it is reckoned from the settlements, so that a receipt stays the same.
 */
const positionsIn = remember(async (context, groups: readonly PostedGroup[]) => {
  const found = new Map<string, { readonly posted: NonNullable<PostedGroup['entries']>; readonly position: string }>()
  const archived = await archivedEntries(
    context,
    groups.filter((one) => one.entries === null).map((one) => one.id),
  )
  let position = ''
  for (const [i, { id, entries }] of groups.entries()) {
    const posted = entries ?? archived.get(id) ?? []
    const told = posted.map(({ account, amount }) => [account, String(amount)])
    position = keyed(context, 'position', canonical([position, String(i + 1), id, told]))
    found.set(id, { posted, position })
  }
  return found
})
