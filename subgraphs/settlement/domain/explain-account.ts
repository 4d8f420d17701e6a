import { fenOf, minFen, ZERO, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { added, step, yuan, type Step } from './explain-step.ts'
import type { Policy } from './policy.ts'
import type { ResolvedAccount } from './policy-resolve.ts'
import { roomOf } from './split-account.ts'
import type { SplitInput } from './split-input.ts'
import type { PayerSplit, SponsorPaid } from './split-result.ts'

const BASE: Text = { zh: '账户可支付的费用', en: 'what an account may pay of what is left' }

/** The steps of a personal account. */
export function accountSteps(
  split: PayerSplit,
  { payer }: ResolvedAccount,
  { policy, base }: { readonly policy: Policy; readonly base: () => string },
): Step[] {
  const { sources, rules } = policy.pool
  const scope = sources.get(payer.pays === null ? rules.account.source : payer.source) ?? null
  const source = sources.get(payer.source) ?? null
  const paid = () => `min(${yuan(split.base)}, ${yuan(split.cap?.amount ?? ZERO)})`
  return [
    step('BASE_ACCOUNT', BASE, base, { result: split.base, source: scope }),
    step('ACCOUNT', { zh: '个人账户支付', en: 'paid from the personal account' }, paid, { result: split.paid, source }),
  ]
}

/**
 * The steps of mutual aid: one for each relative whose account paid, who is a number and nothing more. Of a balance that
 * is large enough nothing is told but that it is.
 */
export function mutualAidSteps(
  split: PayerSplit,
  sponsorsPaid: readonly SponsorPaid[],
  { policy, input, base }: { readonly policy: Policy; readonly input: SplitInput; readonly base: () => string },
): Step[] {
  const source = policy.pool.sources.get(policy.pool.rules.mutualAid.source) ?? null
  const steps = [step('BASE_MUTUAL_AID', BASE, base, { result: split.base, source })]
  const paid: Fen[] = []
  let rest = split.base
  for (const sponsor of sponsorsPaid) {
    const place = input.sponsors?.findIndex((one) => one.insuredId === sponsor.insuredId) ?? -1
    const given = input.sponsors?.[place]
    const result = fenOf(sponsor.current + sponsor.history)
    const before = rest
    const room = given === undefined ? result : minFen(before, roomOf(given))
    const text = { zh: `绑定家人 ${place + 1} 的个人账户支付`, en: `paid by bound relative ${place + 1}` }
    steps.push(step('MUTUAL_AID', text, () => `min(${yuan(before)}, ${yuan(room)})`, { result, source }))
    paid.push(result)
    rest = fenOf(rest - result)
  }
  const text = { zh: '家庭共济支付', en: 'paid by mutual aid' }
  return [...steps, step('PAID', text, () => added(paid), { result: split.paid, source })]
}
