import { dayOf } from '@yibao/schema/dates'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import type { Claim, ClaimCorrection, ClaimPaper } from '../domain/claim.ts'
import { askedCorrections } from '../domain/claim-correction.ts'
import { colourOf, daysLeft, type ClaimClock } from '../domain/claim-clock.ts'
import { askedPapers, BY_RULE } from '../domain/claim-review.ts'
import { appealUntil } from '../commands/claim-settled.ts'
import type { ClaimAppeal, ClaimDecision, LineReviewRow } from '../store/claim-review.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { claim } from './claim.ts'
import { claimCorrection, claimPaperKind } from './claim-words.ts'
import { mayReadClaims } from './rights.ts'
import { text } from './words.ts'

/** Who of the agency did something is told to the agency and to auditors; to the person the agency did it. */
export const accountFor = ({ identity }: Context, caller: string | null): string | null => {
  if (caller === null || caller === BY_RULE || (identity?.kind !== 'staff' && identity?.kind !== 'auditor')) return null
  return caller.split(':').slice(2).join(':')
}

export const clockKind = builder.enumType('ClaimClockKind', {
  description: '期限的种类。 What is to be done in time.',
  values: {
    DECISION: { description: '审核办结。 The agency decides.' },
    SUPPLEMENT: { description: '申请人补正材料。 The person brings papers.' },
    PAYMENT: { description: '拨付。 The agency pays.' },
    APPEAL: { description: '答复申诉。 The agency answers an appeal.' },
  } as const,
})

export const clockColour = builder.enumType('ClaimClockColour', {
  description: '期限紧急程度。 How urgent a deadline is.',
  values: {
    GREEN: { description: '期限充裕' },
    YELLOW: { description: '临近期限。 Nearly over.' },
    RED: { description: '已超期。 Over.' },
    PAUSED: { description: '暂停计时。 It stands still.' },
  } as const,
})

/** A clock as those of its pool look at it. */
interface Shown {
  readonly clock: ClaimClock
  readonly pool: string
}

export const claimClock = builder.objectRef<Shown>('ClaimClock').implement({
  ...mayReadClaims,
  description:
    '办理期限，按工作日计，补正期间不计。 A deadline in working days; it stands still while papers are missing.',
  fields: (t) => ({
    kind: t.field({ type: clockKind, resolve: ({ clock }) => clock.kind }),
    startedAt: t.field({
      type: 'DateTime',
      description: '开始时间，当日不计。 Its day is not counted.',
      resolve: ({ clock }) => clock.startedAt,
    }),
    workingDays: t.int({ description: '期限的工作日数。 Working days in all.', resolve: ({ clock }) => clock.days }),
    dueOn: t.field({
      type: 'Date',
      nullable: true,
      description: '最后一日；暂停时为空。 The last day in time; null while it stands still.',
      resolve: ({ clock }) => clock.dueOn,
    }),
    provisional: t.boolean({
      description:
        '期限跨入尚未公布放假安排的年份，公布后重算。 Holidays on the way are not published; it is counted anew then.',
      resolve: ({ clock }) => clock.provisional,
    }),
    daysLeft: t.int({
      nullable: true,
      description: '剩余工作日，超期为负。 Working days left; negative once it is over.',
      resolve: ({ clock }, _args, context) => daysLeft(clock, dayOf(context.now())),
    }),
    colour: t.field({
      type: clockColour,
      nullable: true,
      description: '已办结为空。 Null once it is done.',
      resolve: ({ clock, pool }, _args, context) =>
        colourOf(clock, { today: dayOf(context.now()), alarmDays: claimRulesOf(pool).alarm.workingDays }),
    }),
    pausedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ clock }) => clock.pausedAt }),
    pauseReason: t.field({
      type: text,
      nullable: true,
      description: '暂停原因。 Why it stands still.',
      resolve: ({ clock }) => clock.pauseReason,
    }),
    stoppedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: '办结时间。 When it was done.',
      resolve: ({ clock }) => clock.stoppedAt,
    }),
    breachedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: '记为超期的时间。 When it was noted to be over.',
      resolve: ({ clock }) => clock.breachedAt,
    }),
  }),
})

export const lineOutcome = builder.enumType('ClaimLineOutcome', {
  description: '明细审核结果。 What is made of a line.',
  values: {
    APPROVED: { description: '认可' },
    REDUCED: { description: '核减，部分认可。 In scope in part.' },
    DENIED: { description: '不予支付，自费。 Self-paid.' },
  } as const,
})

const lineReview = builder.objectRef<LineReviewRow>('ClaimLineReview').implement({
  ...mayReadClaims,
  description:
    '明细的审核意见；审定后本人可见。 What a reviewer made of a line; the person sees it once it is decided.',
  fields: (t) => ({
    serial: t.exposeString('serial', { description: '明细序号 `feedetl_sn`' }),
    outcome: t.expose('outcome', { type: lineOutcome }),
    code: t.exposeString('code', { nullable: true, description: '对应的医疗目录编码 `med_list_codg`' }),
    amount: t.expose('amount', { type: 'Money', description: '认可金额。 What may be in scope at most.' }),
    reason: t.exposeString('reason', { nullable: true, description: '核减或不予支付的理由。 Why not all.' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

const outcome = builder.enumType('ClaimOutcome', {
  description: '审核结论。 What is decided of a claim.',
  values: {
    APPROVE: { description: '全部认可' },
    PARTIAL: { description: '部分认可' },
    REJECT: { description: '不予支付' },
    NOT_ACCEPT: { description: '不予受理' },
  } as const,
})

const decision = builder.objectRef<ClaimDecision & { readonly pool: string }>('ClaimDecision').implement({
  ...mayReadClaims,
  description: '审核结论；须复核的，复核后本人可见。 A decision; the person sees it once it counts.',
  fields: (t) => ({
    id: t.exposeID('id'),
    outcome: t.expose('outcome', { type: outcome }),
    legalGround: t.exposeString('ground', { nullable: true, description: '法律依据。 Law and article.' }),
    words: t.expose('words', { type: text, nullable: true, description: '理由。 Why, in words.' }),
    proposedAt: t.expose('proposedAt', { type: 'DateTime' }),
    proposedBy: t.string({
      nullable: true,
      description: '审核人，仅经办与审计可见。 Account; the agency and auditors see it.',
      resolve: (one, _args, context) => accountFor(context, one.proposedBy),
    }),
    confirmedAt: t.expose('confirmedAt', {
      type: 'DateTime',
      nullable: true,
      description: '生效时间。 Since when it counts.',
    }),
    confirmedBy: t.string({
      nullable: true,
      description: '复核人；无须复核为空。 Null where nobody had to confirm.',
      resolve: (one, _args, context) => accountFor(context, one.confirmedBy),
    }),
    sentBackAt: t.expose('sentBackAt', { type: 'DateTime', nullable: true, description: '复核退回时间' }),
    sentBackWords: t.exposeString('sentBackWords', { nullable: true, description: '复核退回理由' }),
    appealUntil: t.field({
      type: 'Date',
      nullable: true,
      description: '可申诉至。 Until when it can be appealed against.',
      resolve: (one) => (one.confirmedAt === null ? null : appealUntil(one, one.confirmedAt)),
    }),
  }),
})

const appealState = builder.enumType('ClaimAppealState', {
  description: '申诉状态',
  values: {
    OPEN: { description: '待答复。 Not answered yet.' },
    UPHELD: { description: '成立，重新审核。 The claim is reviewed anew.' },
    DISMISSED: { description: '不成立。 The decision stands.' },
  } as const,
})

const appeal = builder.objectRef<ClaimAppeal>('ClaimAppeal').implement({
  ...mayReadClaims,
  description: '对审核结论的申诉。 An appeal against a decision.',
  fields: (t) => ({
    id: t.exposeID('id'),
    decisionId: t.exposeID('decisionId', { nullable: true, description: '所申诉的结论。 Against which decision.' }),
    state: t.expose('state', { type: appealState }),
    words: t.exposeString('words', { description: '申诉理由' }),
    documents: t.field({
      type: ['ID'],
      description: '佐证材料。 Papers in support.',
      resolve: (one) => [...one.documents],
    }),
    openedAt: t.expose('openedAt', { type: 'DateTime' }),
    answer: t.exposeString('answer', { nullable: true, description: '答复' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
    decidedBy: t.string({
      nullable: true,
      description: '答复人，仅经办与审计可见。 Account; the agency and auditors see it.',
      resolve: (one, _args, context) => accountFor(context, one.decidedBy),
    }),
  }),
})

/** What a claim was returned for. */
interface Returned {
  readonly papers: readonly ClaimPaper[]
  readonly corrections: readonly ClaimCorrection[]
  readonly words: { readonly zh: string; readonly en: string } | null
  readonly at: Temporal.Instant
}

const returned = builder.objectRef<Returned>('ClaimReturned').implement({
  ...mayReadClaims,
  description: '退回补正的要求。 What more is asked for.',
  fields: (t) => ({
    papers: t.field({ type: [claimPaperKind], description: '须补的材料', resolve: (one) => [...one.papers] }),
    corrections: t.field({
      type: [claimCorrection],
      description:
        '须更正的内容，用 supplyClaim 的 input 或 enterClaimAccount 更正。 To be put right by the `input` of `supplyClaim`, or by `enterClaimAccount`.',
      resolve: (one) => [...one.corrections],
    }),
    words: t.expose('words', { type: text, nullable: true, description: '原因。 Why.' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

async function returnedOf({ id, state }: Claim, { load }: Context): Promise<Returned | null> {
  if (state !== 'RETURNED') return null
  const history = await load.claimEvents.load(id)
  const last = history.findLast(({ kind }) => kind === 'RETURNED')
  return last === undefined
    ? null
    : { papers: askedPapers(history), corrections: askedCorrections(history), words: last.words, at: last.at }
}

const COUNTING: readonly ClaimClock['kind'][] = ['SUPPLEMENT', 'DECISION', 'APPEAL', 'PAYMENT']

builder.objectFields(claim, (t) => ({
  assignee: t.string({
    nullable: true,
    description: '经办人，仅经办与审计可见。 Account of the reviewer; the agency and auditors see it.',
    resolve: ({ assignee }, _args, context) => accountFor(context, assignee),
  }),
  clock: t.field({
    type: claimClock,
    nullable: true,
    description: '当前期限；无则为空。 The deadline that counts now; null when nothing is awaited.',
    resolve: async ({ id, pool }, _args, { load }) => {
      const open = (await load.claimClocks.load(id)).filter(({ stoppedAt }) => stoppedAt === null)
      const [first] = COUNTING.flatMap((kind) => open.filter((one) => one.kind === kind))
      return first === undefined ? null : { clock: first, pool }
    },
  }),
  clocks: t.field({
    type: [claimClock],
    description: '全部期限，最早在前。 All deadlines, the first one first.',
    resolve: async ({ id, pool }, _args, { load }) =>
      (await load.claimClocks.load(id)).map((clock) => ({ clock, pool })),
  }),
  returned: t.field({
    type: returned,
    nullable: true,
    description: '待补正的要求；不在补正中为空。 What more is asked for; null unless the claim is returned.',
    resolve: (one, _args, context) => returnedOf(one, context),
  }),
  lineReviews: t.field({
    type: [lineReview],
    resolve: async ({ id }, _args, { load }) => [...(await load.claimLineReviews.load(id))],
  }),
  decisions: t.field({
    type: [decision],
    description: '审核结论，最早在前。 Oldest first.',
    resolve: async ({ id, pool }, _args, { load }) =>
      (await load.claimDecisions.load(id)).map((one) => ({ ...one, pool })),
  }),
  appeals: t.field({
    type: [appeal],
    description: '申诉，最早在前。 Oldest first.',
    resolve: async ({ id }, _args, { load }) => [...(await load.claimAppeals.load(id))],
  }),
}))
