import { fenOf, type Fen } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Claim, ClaimState } from './claim.ts'

/** What of a claim is still to be paid. */
export const leftToPay = ({ owed, paid }: Pick<Claim, 'owed' | 'paid'>): Fen => fenOf(owed - paid)

/** Whether a claim was ended against the person, or by them: it is owed nothing any more but what they have given back in vain. */
export const isEnded = (state: ClaimState): state is 'REJECTED' | 'NOT_ACCEPTED' | 'WITHDRAWN' =>
  state === 'REJECTED' || state === 'NOT_ACCEPTED' || state === 'WITHDRAWN'

/** Whether a claim waits for a payment. One that has ended is paid what the bank gave back after the person had given it back too. */
export const awaitsPayment = (claim: Pick<Claim, 'state' | 'owed' | 'paid'>): boolean =>
  leftToPay(claim) > 0n && (claim.state === 'APPROVED' || claim.state === 'PAYMENT_RETURNED' || isEnded(claim.state))

/** Where a claim stands while a transfer for it is with the bank: one that has ended stays ended. */
export const stateOnceSent = ({ state }: Pick<Claim, 'state'>): ClaimState => (isEnded(state) ? state : 'PAYING')

/** Where a claim stands once the bank has rejected what it was sent. */
export const stateOnceRejected = ({ state }: Pick<Claim, 'state'>): ClaimState =>
  state === 'PAYING' ? 'PAYMENT_RETURNED' : state

interface Account {
  readonly claimId: string
  readonly seq: number
  readonly fits: boolean
}

/** A transfer for a claim. */
export interface ClaimTransfer {
  readonly claim: Claim
  readonly seq: number
  readonly amount: Fen
}

interface Accounts {
  /** The latest account of each claim. */
  readonly latest: readonly Account[]
  /** Accounts the bank has not taken, as `<claim>:<seq>`. */
  readonly failed: ReadonlySet<string>
  /** The claims were named by whoever asks. */
  readonly isNamed: boolean
}

/** Whether the bank has not taken what was sent to an account. */
export const isRefusedByBank = ({ claimId, seq }: Account, failed: ReadonlySet<string>): boolean =>
  failed.has(`${claimId}:${seq}`)

/** Whether a claim can be paid to an account: it passed its checks and the bank has not refused it. */
const isPayableTo = (account: Account | null | undefined, failed: ReadonlySet<string>): account is Account =>
  account != null && account.fits && !isRefusedByBank(account, failed)

/**
 * A transfer for each claim. What has no account that can be paid to is left for a later batch; named by whoever asks, or when
 * nothing else is there, it is refused.
 */
export function claimTransfers(claims: readonly Claim[], { latest, failed, isNamed }: Accounts): ClaimTransfer[] {
  const accounts = new Map(latest.map((one) => [one.claimId, one]))
  const transfers: ClaimTransfer[] = []
  const without: Claim[] = []
  for (const claim of claims) {
    const account = accounts.get(claim.id)
    if (isPayableTo(account, failed)) transfers.push({ claim, seq: account.seq, amount: leftToPay(claim) })
    else without.push(claim)
  }
  const [first] = without
  if (first !== undefined && (isNamed || transfers.length === 0)) throw noAccount(first)
  if (transfers.length === 0) throw nothingToPay()
  return transfers
}

/**
 * Where a claim stands when some of it was paid: done, unless the bank has given back something of before meanwhile. What has
 * ended, or is decided anew, stays so.
 */
export function stateOncePaid({ state, owed, paid }: Pick<Claim, 'state' | 'owed' | 'paid'>, amount: Fen): ClaimState {
  if (state !== 'PAYING' && state !== 'PAYMENT_RETURNED' && state !== 'APPROVED') return state
  if (paid + amount >= owed) return 'PAID'
  return state === 'PAYING' ? 'PAYMENT_RETURNED' : state
}

/** Whether a transfer that was made pays more of a claim than is owed; of what is being decided nobody knows that yet. */
export const isOverpaid = (claim: Pick<Claim, 'state' | 'owed' | 'paid'>, amount: Fen): boolean =>
  (['APPROVED', 'PAYMENT_RETURNED', 'PAID'].includes(claim.state) || isEnded(claim.state)) && leftToPay(claim) < amount

const noAccount = ({ number }: Claim): NotAllowed =>
  NotAllowed.at('input', 'NO_BANK_ACCOUNT', {
    zh: `报销申请 ${number} 没有可用的收款账户：未填写、待核对，或已被银行退回待更正`,
    en: `claim ${number} has no account that can be paid to: none is entered, it is to be looked at, or the bank refused it`,
  })

const nothingToPay = (): NotAllowed =>
  NotAllowed.at('input', 'NOTHING_TO_PAY', {
    zh: '没有可拨付的报销款；办结后另有直接结算待核对的，须指明申请拨付',
    en: 'there is no claim that can be paid; one beside which care was settled directly afterwards is paid when it is named',
  })

/** Something that was named is not there to be paid. */
export const claimNotPayable = (): NotAllowed =>
  NotAllowed.at('input.claims', 'NOT_PAYABLE', {
    zh: '有不存在、未结算、已拨付、拨付中，或银行前后所称不一而待处理的申请',
    en: 'names a claim that is not there, not settled, paid already or being paid, or about which the bank contradicted itself',
  })

/** The same care was paid, or is to be, by something else: to look at that is to decide anew. */
export const reconsiderFirst = (claim: string): NotAllowed =>
  NotAllowed.at(
    'input.claims',
    'RECONSIDER_FIRST',
    {
      zh: `报销申请 ${claim} 的同一次就诊已另行结算，不能指明拨付：请先撤销原处理、重新审核（reconsiderClaim）`,
      en: `the care of claim ${claim} was settled otherwise as well, so it is not paid by naming it: take back what was decided and decide it anew (reconsiderClaim)`,
    },
    { claim },
  )

export const tooManyClaims = (most: number): NotAllowed =>
  NotAllowed.at('input.claims', 'TOO_MANY', { zh: `一批最多 ${most} 件`, en: `a batch takes at most ${most} claims` })

export const paidByAnotherTransfer = (): NotAllowed =>
  NotAllowed.at('input.id', 'PAID_BY_ANOTHER', {
    zh: '该申请的另一笔拨付尚在银行：请先读入该批次的银行结果，再处理本笔；两笔均已付出的，多付部分列为应退款',
    en: 'another transfer for the claim is with the bank: read the bank’s result of that batch first, then decide this; when both were paid, the person owes one back',
  })

/** What is with the bank may be paid any moment: nothing is decided anew meanwhile. */
export const paymentUnderWay = (path: string): NotAllowed =>
  NotAllowed.at(path, 'PAYMENT_UNDER_WAY', {
    zh: '报销款已送银行、尚无结果：请先读入银行结果，再撤销原处理、重新审核',
    en: 'a payment of the claim is with the bank: read the bank’s result first, then take back what was decided',
  })
