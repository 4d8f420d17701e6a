import { fenOf, minFen, ZERO, type Fen } from '@yibao/schema/money'
import type { AccountDraws, ResolvedAccount } from './policy-resolve.ts'
import { sumOf, take, type Flow, type Parts } from './split-flow.ts'
import type { Sponsor } from './split-input.ts'
import { MUTUAL_AID, MUTUAL_AID_TYPE, type PayerSplit, type SponsorPaid } from './split-result.ts'

/** The person's own account pays, the current year's balance first. */
export function runAccount(flow: Flow, resolved: ResolvedAccount): PayerSplit {
  const { payer } = resolved
  const { balance } = flow
  const hasCurrent = payer.balance !== 'HISTORY'
  const hasHistory = payer.balance !== 'CURRENT'
  const base = payable(flow, resolved)
  const current = hasCurrent ? minFen(base, balance.current) : ZERO
  const history = hasHistory ? minFen(fenOf(base - current), balance.history) : ZERO
  const paid = fenOf(current + history)
  const amount = fenOf((hasCurrent ? balance.current : ZERO) + (hasHistory ? balance.history : ZERO))
  balance.current = fenOf(balance.current - current)
  balance.history = fenOf(balance.history - history)
  takePaid(flow, resolved, paid)
  return {
    payer: payer.id,
    fund: 'account',
    fundPayType: payer.fundPayType,
    base,
    deductible: null,
    bands: [],
    used: null,
    cap: { amount, used: ZERO, unit: 'BALANCE', cut: fenOf(base - paid) },
    paid,
    copay: ZERO,
    excess: fenOf(base - paid),
  }
}

/** Accounts of bound relatives pay what is left, in their order, each up to its balance and its limit. */
export function runMutualAid(
  flow: Flow,
  draws: AccountDraws,
  sponsors: readonly Sponsor[],
): { readonly split: PayerSplit; readonly sponsorsPaid: readonly SponsorPaid[] } {
  const base = payable(flow, draws)
  const sponsorsPaid: SponsorPaid[] = []
  let rest = base
  for (const sponsor of sponsors) {
    const paid = minFen(rest, roomOf(sponsor))
    if (paid === ZERO) continue
    const current = minFen(paid, sponsor.current)
    sponsorsPaid.push({ insuredId: sponsor.insuredId, current, history: fenOf(paid - current) })
    rest = fenOf(rest - paid)
  }
  const paid = fenOf(base - rest)
  takePaid(flow, draws, paid)
  const split: PayerSplit = {
    payer: MUTUAL_AID,
    fund: 'mutualAid',
    fundPayType: MUTUAL_AID_TYPE,
    base,
    deductible: null,
    bands: [],
    used: null,
    cap: null,
    paid,
    copay: ZERO,
    excess: rest,
  }
  return { split, sponsorsPaid }
}

/** What a relative's account may give to this bill. */
export function roomOf({ current, history, limit }: Sponsor): Fen {
  const balance = fenOf(current + history)
  return limit === null ? balance : minFen(balance, limit)
}

/** What an account may pay of what is left. */
const payable = ({ left, deductible }: Flow, draws: AccountDraws): Fen =>
  fenOf(sumOf(left, draws.draws) - reservedInScope(left, deductible ?? ZERO, draws))

/** The reserved part is put aside while what was paid is taken from the rest. */
function takePaid(flow: Flow, draws: AccountDraws, paid: Fen): void {
  const { left, deductible } = flow
  const reserved = reservedInScope(left, deductible ?? ZERO, draws)
  left.inScope = fenOf(left.inScope - reserved)
  take(left, draws.draws, paid)
  left.inScope = fenOf(left.inScope + reserved)
}

/** The in-scope part an account must leave alone: the deductible, or everything but the deductible. */
export function reservedInScope(
  { inScope }: Parts,
  deductible: Fen,
  { draws, paysInScope, paysDeductible }: AccountDraws,
): Fen {
  if (!draws.includes('inScope')) return ZERO
  const charged = minFen(deductible, inScope)
  return fenOf((paysDeductible ? ZERO : charged) + (paysInScope ? ZERO : fenOf(inScope - charged)))
}
