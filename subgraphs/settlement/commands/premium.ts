import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { consume, publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf } from '@yibao/schema/money'
import { InvalidInput } from '@yibao/schema/rejection'
import type { Context, Services } from '../context.ts'
import { mirrored } from '../domain/ledger.ts'
import { decidePremium, premiumEntries } from '../domain/premium.ts'
import { aidCounter } from '../domain/sponsor.ts'
import { accountRules } from '../store/account-rules.ts'
import { addPremium, addPremiumReturn, findPremium, findPremiumAccount, findPremiumBill } from '../store/premium.ts'
import { countAid, discountAid, moveMoney, takeMoney } from '../store/premium-money.ts'

/**
 * Pays a resident's premium from the account of whoever signed in, their own or that of a relative they are bound to.
 * Answers the id of the premium. Insured posts it; a bill that was paid meanwhile comes back as money in the account.
 */
export async function payPremiumFromAccount(
  context: Context,
  { requestId, bill: billId }: { requestId: string; bill: string },
): Promise<string> {
  const { db, identity } = context
  assert(identity?.kind === 'person', 'the schema lets nobody else in')
  const { insuredId } = identity
  const asked = {
    identity,
    requestId,
    operation: 'payPremiumFromAccount',
    input: { billId },
    now: context.now(),
    insuredId,
  }
  const rulesOf = await accountRules()
  const { premiumId } = await once(db, asked, async (tx) => {
    const fault = uuidFault(billId)
    if (fault !== null) throw InvalidInput.of([{ path: 'bill', ...fault }])
    const at = (await takeMoney(tx, insuredId, context.now())) ?? context.now()
    const bill = await findPremiumBill(tx, billId)
    const beneficiaryId = bill?.insuredId ?? insuredId
    const today = dayOf(at)
    const account = await findPremiumAccount(tx, { insuredId, beneficiaryId, billId, today })
    const parts = decidePremium(bill, account, rulesOf(account.pool ?? ''))
    assert(bill !== null, 'what is decided is there')

    const { pool, amount } = bill
    const { current, history, accountPool } = parts
    const groupId = context.newId(at)
    const year = String(today.year)
    const row = {
      premiumId: groupId,
      insuredId,
      billId,
      beneficiaryId,
      pool,
      accountPool,
      year,
      current,
      history,
      groupId,
      at,
    }
    await addPremium(tx, row)
    const taken = { current: fenOf(0n - current), history: fenOf(0n - history) }
    const entries = premiumEntries(insuredId, { current, history, pool })
    await moveMoney(tx, { insuredId, pool: accountPool, groupId, at, ...taken, entries })
    if (beneficiaryId !== insuredId) {
      await countAid(tx, { insuredId, pool: accountPool, name: aidCounter(beneficiaryId), year, amount })
    }
    const payload = { premiumId: groupId, billId, pool, amount: amount.toString() }
    await publish(tx, 'settlement', { insuredId: beneficiaryId, topic: 'premium.paid', payload, at })
    return { premiumId: groupId }
  })
  return premiumId
}

/** Gives premiums back to the accounts they came from, of which insured says that the bill had been paid; each once. */
export async function returnPremiums(
  { db, clock, newId, logger }: Pick<Services, 'db' | 'clock' | 'newId' | 'logger'>,
  since: Temporal.Instant | undefined,
): Promise<void> {
  const { failures } = await consume(
    db,
    { from: 'insured', topics: ['premium.returned'], since },
    async (tx, event) => {
      const found = await findPremium(tx, String(event.payload['premiumId']))
      assert(found !== null, 'what is returned was paid')
      const { insuredId, premiumId, beneficiaryId, accountPool, year, current, history, pool } = found
      const at = await takeMoney(tx, insuredId, clock())
      assert(at !== null, 'who has paid has an account')
      const groupId = newId(at)
      if (!(await addPremiumReturn(tx, { insuredId, premiumId, groupId, at }))) return
      const entries = mirrored(premiumEntries(insuredId, { current, history, pool }))
      await moveMoney(tx, { insuredId, pool: accountPool, groupId, at, current, history, entries })
      if (beneficiaryId === insuredId) return
      const amount = fenOf(current + history)
      await discountAid(tx, { insuredId, pool: accountPool, name: aidCounter(beneficiaryId), year, amount })
    },
  )
  for (const err of failures) logger?.error({ err }, 'a premium was not given back; it is tried again')
}
