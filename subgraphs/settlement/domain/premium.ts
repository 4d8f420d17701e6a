import { fenOf, minFen, ZERO, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { AccountRules } from './account-rule.ts'
import { balanced, personalAccount, type LedgerEntry } from './ledger.ts'

/** A bill of contributions, as insured publishes it. */
export interface PremiumBill {
  readonly billId: string
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  readonly amount: Fen
  readonly paid: boolean
}

/** The account that is to pay: the person's own, or that of a relative who is bound to. */
export interface PremiumAccount {
  readonly insuredId: string
  readonly pool: string | null
  readonly current: Fen
  readonly history: Fen
  /** What the account has paid for the beneficiary this year. */
  readonly used: Fen
  /** Null when nobody is bound. */
  readonly binding: { readonly relation: string; readonly yearlyLimit: Fen | null } | null
  /** A premium of this bill that was not given back. */
  readonly isUnderWay: boolean
}

/** What each part of the account gives. */
export interface PremiumParts {
  readonly accountPool: string
  readonly current: Fen
  readonly history: Fen
}

const refuse = (path: string, code: string, zh: string, en: string): NotAllowed => NotAllowed.at(path, code, { zh, en })

/** Decides what an account gives for a premium: all of it or nothing. */
export function decidePremium(bill: PremiumBill | null, account: PremiumAccount, rules: AccountRules): PremiumParts {
  const { insuredId, pool, current, history, used, binding, isUnderWay } = account
  const isOwn = bill?.insuredId === insuredId
  // Who is not bound is not told that there is such a bill.
  if (bill === null || (!isOwn && binding === null))
    throw NotFound.of({ zh: '可代缴的账单', en: 'a bill you may pay' }, 'bill')
  if (bill.paid || isUnderWay) throw refuse('bill', 'ALREADY_PAID', '该费款已缴纳', 'this contribution is paid already')
  if (!rules.premium.insuranceTypes.includes(bill.insuranceType) || bill.amount <= 0n) {
    throw refuse('bill', 'NOT_FROM_ACCOUNT', '个人账户不能缴纳该险种的保费', 'an account does not pay this insurance')
  }
  if (binding !== null && !isOwn && !rules.premium.relations.some((one) => one === binding.relation)) {
    throw refuse('bill', 'RELATION', '与被代缴人的关系不在可代缴范围', 'is of a relative the rules do not name')
  }
  const limit = isOwn ? null : (binding?.yearlyLimit ?? null)
  if (limit !== null && used + bill.amount > limit) {
    throw refuse(
      'bill',
      'YEARLY_LIMIT',
      '超出本年度共济上限',
      'is more than the binding lets the account pay this year',
    )
  }
  if (pool === null || current + history < bill.amount) {
    throw refuse(
      'bill',
      'BALANCE',
      '个人账户余额不足，个人账户不能用现金充值',
      'is more than the account holds; cash cannot top it up',
    )
  }

  const [first, rest] = rules.premiumOrder.first === 'HISTORY' ? [history, current] : [current, history]
  const fromFirst = minFen(first, bill.amount)
  const fromRest = fenOf(minFen(rest, fenOf(bill.amount - fromFirst)))
  const isHistoryFirst = rules.premiumOrder.first === 'HISTORY'
  return {
    accountPool: pool,
    current: isHistoryFirst ? fromRest : fromFirst,
    history: isHistoryFirst ? fromFirst : fromRest,
  }
}

/** The entries of a premium: the account gives, and the sum is owed to who collects contributions for the pool. */
export function premiumEntries(
  insuredId: string,
  { current, history, pool }: { readonly current: Fen; readonly history: Fen; readonly pool: string },
): LedgerEntry[] {
  const entries = [
    { insuredId, account: personalAccount(insuredId, 'CURRENT'), amount: fenOf(0n - current) },
    { insuredId, account: personalAccount(insuredId, 'HISTORY'), amount: fenOf(0n - history) },
    { insuredId, account: `payable:contribution:${pool}`, amount: fenOf(current + history) },
  ]
  return balanced(entries.filter(({ amount }) => amount !== ZERO))
}
