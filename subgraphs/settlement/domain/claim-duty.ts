import { NotAllowed } from '@yibao/schema/rejection'
import type { Claim, ClaimEvent } from './claim.ts'

/** What a member of the staff has done about a claim: the kind of a step of its history. */
type Done = Iterable<string>

/** What is done in the name of whoever claims. */
const APPLYING = ['OPENED', 'WRITTEN', 'SUBMITTED', 'SUPPLIED', 'ACCOUNT_ENTERED']

/** What decides of a claim, or is a part of it. */
const DECIDING = [
  'PLACE_CONFIRMED',
  'LINES_REVIEWED',
  'PROPOSED',
  'SENT_BACK',
  'DECIDED',
  'DECIDED_IN_PART',
  'REJECTED',
  'NOT_ACCEPTED',
]

/** The review of a claim, from its acceptance on. */
const REVIEWING = [...DECIDING, 'ACCEPTED', 'RETURNED', 'APPEAL_UPHELD', 'APPEAL_DISMISSED', 'RECONSIDERED']

/** Whether a step takes back what was decided, so that it is decided anew. */
export const isOpenedAnew = ({ kind }: Pick<ClaimEvent, 'kind'>): boolean =>
  kind === 'APPEAL_UPHELD' || kind === 'RECONSIDERED'

/** After these nobody pays a claim: who decides what is owed, or says where it goes, does not send the money. */
const KEPT_FROM_PAYING = [...DECIDING, 'ACCOUNT_ENTERED']

const hasDone = (done: Done, kinds: readonly string[]): boolean => [...done].some((kind) => kinds.includes(kind))

/** Whether somebody has acted for the claimant. */
export const hasApplied = (done: Done): boolean => hasDone(done, APPLYING)

/** Whoever acts for the claimant decides nothing of the claim. @throws NotAllowed */
export function requireNotApplied(done: Done, path: string): void {
  if (!hasApplied(done)) return
  throw NotAllowed.at(path, 'SECOND_PERSON', {
    zh: '该申请由其代为填写、提交、补正或录入账户，须由另一人审核',
    en: 'whoever has written, submitted or supplied a claim, or entered its account, does not review it; another one of the staff must',
  })
}

/** Once what was decided is taken back, nobody who had decided of the claim before decides of it anew, nor who took it back unasked. @throws NotAllowed */
export function requireNotDecidedBefore(
  history: readonly Pick<ClaimEvent, 'kind' | 'by'>[],
  by: string,
  path: string,
): void {
  const before = history.slice(0, Math.max(history.findLastIndex(isOpenedAnew), 0))
  const done = before.filter((one) => one.by === by).map(({ kind }) => kind)
  const hasReconsidered = history.some((one) => one.by === by && one.kind === 'RECONSIDERED')
  if (!hasReconsidered && !hasDone(done, DECIDING)) return
  throw NotAllowed.at(path, 'DECIDED_BEFORE', {
    zh: '申诉成立或撤销重审后须由未参与原处理、也未提出撤销重审的人员重新审核',
    en: 'what was taken back is reviewed anew by somebody who took no part in what was decided before and has not taken it back',
  })
}

/** Whoever reviews a claim does not act for its claimant. @throws NotAllowed */
export function requireNotReviewed(done: Done, path: string): void {
  if (!hasDone(done, REVIEWING)) return
  throw NotAllowed.at(path, 'SECOND_PERSON', {
    zh: '该申请由本人审核，须由另一人代为补正或录入账户',
    en: 'you review the claim; another one of the staff must supply it or enter its account for the person',
  })
}

interface Paying {
  /** What whoever pays has done, by the id of the claim. */
  readonly steps: ReadonlyMap<string, Done>
  /** The claims were named by whoever asks. */
  readonly isNamed: boolean
}

/**
 * The claims somebody may pay. What they have decided, or entered the account of, is left for another; named, or when nothing else is
 * there, it is refused. @throws NotAllowed
 */
export function notOwn<One extends Pick<Claim, 'id' | 'number'>>(
  claims: readonly One[],
  { steps, isNamed }: Paying,
): One[] {
  const [own = [], others = []] = [true, false].map((isOwn) =>
    claims.filter(({ id }) => hasDone(steps.get(id) ?? [], KEPT_FROM_PAYING) === isOwn),
  )
  const [first] = own
  if (first !== undefined && (isNamed || others.length === 0)) throw payerInvolved(first)
  return others
}

const payerInvolved = ({ number }: Pick<Claim, 'number'>): NotAllowed =>
  NotAllowed.at(
    'input.claims',
    'SECOND_PERSON',
    {
      zh: `报销申请 ${number} 由本人审核或录入账户，须由另一人拨付`,
      en: `you have decided claim ${number} or entered its account; another one of the staff must pay it`,
    },
    { claim: number },
  )

/** What brings about that a transfer was paid twice: it is sent again, and that the bank paid it is confirmed. */
const PAYING_TWICE = ['PAYMENT_SENT', 'OVERPAID']

interface Receiving {
  /** Whoever notes it sees to it that it comes back. */
  readonly isOwner: boolean
  /** It is owed back since the bank has paid twice. */
  readonly isPaidTwice: boolean
}

/** Whoever sees to what is owed back, has decided that it is, or has sent or confirmed what was paid twice, does not say that it came back. @throws NotAllowed */
export function requireNotRecovering(done: Done, { isOwner, isPaidTwice }: Receiving, path: string): void {
  const hasDecided = hasDone(done, [...DECIDING, 'RECONSIDERED'])
  if (!isOwner && !hasDecided && !(isPaidTwice && hasDone(done, PAYING_TWICE))) return
  throw NotAllowed.at(path, 'SECOND_PERSON', {
    zh: '该笔应退款由本人经办，申请由本人审核或撤销重审，或多付的款项由本人拨付、确认，须由另一人登记收到',
    en: 'you see to this, have decided the claim or taken back what was decided, or have sent or confirmed what was paid twice; another one of the staff must note that it came back',
  })
}

/** What was decided is taken back, or stands against an appeal, by somebody who took no part in any decision and has not claimed for the person. @throws NotAllowed */
export function requireUninvolved(done: Done, path: string): void {
  requireNotApplied(done, path)
  if (!hasDone(done, DECIDING)) return
  throw NotAllowed.at(path, 'DECIDED_BEFORE', {
    zh: '申诉和撤销重审须由未参与原处理的人员办理',
    en: 'an appeal is decided, and a decision taken back, by somebody who took no part in it',
  })
}
