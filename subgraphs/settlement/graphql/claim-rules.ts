import { InvalidInput } from '@yibao/schema/rejection'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import type { Text } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import type { ClaimAgency, ClaimKind, ClaimRules, PaperRule } from '../domain/claim-rules.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { claimPaperKind } from './claim-words.ts'
import { source } from './explanation.ts'
import { mayRead } from './rights.ts'
import { text } from './words.ts'

/** A value of the rules with the rules it stands in, which know its source. */
interface In<T> {
  readonly one: T
  readonly rules: ClaimRules
}

export const claimPaperNeed = builder.enumType('ClaimPaperNeed', {
  description: '材料如何提供。 How a paper is given.',
  values: {
    REQUIRED: { description: '须上传。 Is uploaded.' },
    OR_PROMISE: { description: '上传，或以承诺书代替。 Is uploaded or promised.' },
    KNOWN: { description: '平台已有，无须上传。 The platform has it; nothing is uploaded.' },
    ACCOUNT: { description: '填写收款账户（enterClaimAccount）。 Where the money goes is entered.' },
    EMPLOYER: { description: '由单位在线签署（requestEmployerCertificate）。 The employer signs online.' },
  } as const,
})

export const paperRule = builder.objectRef<In<PaperRule>>('ClaimPaperRule').implement({
  ...mayRead,
  description: '材料清单的一项。 A paper of the checklist.',
  fields: (t) => ({
    kind: t.field({ type: claimPaperKind, resolve: ({ one }) => one.kind }),
    need: t.field({ type: claimPaperNeed, resolve: ({ one }) => one.need }),
    source: t.field({ type: source, resolve: ({ one, rules }) => rules.sourceOf(one.source) }),
  }),
})

export const claimKind = builder.objectRef<In<ClaimKind>>('ClaimKind').implement({
  ...mayRead,
  description: '报销类别。 A kind of claim.',
  fields: (t) => ({
    code: t.string({ resolve: ({ one }) => one.code }),
    name: t.field({ type: text, resolve: ({ one }) => one.name }),
    careTypes: t.stringList({
      description: '医疗类别 `med_type` 前缀',
      resolve: ({ one }) => [...one.careTypes],
    }),
    papers: t.field({
      type: [paperRule],
      description:
        '可能需要的材料；具体就诊需要哪些见 claimConditions。 Those that may be asked for; which, `claimConditions` says.',
      resolve: ({ one, rules }) =>
        [...one.papers, ...rules.morePapers.filter(({ when }) => when?.kinds?.includes(one.code) ?? true)].map(
          (rule) => ({
            one: rule,
            rules,
          }),
        ),
    }),
    source: t.field({ type: source, resolve: ({ one, rules }) => rules.sourceOf(one.source) }),
  }),
})

const exclusion = builder.objectRef<{ readonly code: string; readonly name: Text }>('ClaimExclusion').implement({
  ...mayRead,
  description: '基金不予支付的情形。 What the fund does not pay.',
  fields: (t) => ({ code: t.exposeString('code'), name: t.expose('name', { type: text }) }),
})

const notDesignated = builder.enumType('NotDesignatedPaid', {
  description: '非定点机构就医的支付范围。 What is paid of care outside of designated institutions.',
  values: {
    EMERGENCY_ONLY: { description: '限急诊、抢救' },
    ANY: { description: '均可' },
    NOTHING: { description: '不予支付' },
  } as const,
})

const measure = builder.enumType('ClaimMeasure', {
  description: '以何金额计。 By which amount it goes.',
  values: { CLAIMED: { description: '申请的医疗费总额。 What is claimed, whatever of it is denied.' } } as const,
})

const term = builder.objectRef<In<{ readonly workingDays: number; readonly source: string }>>('ClaimTerm').implement({
  ...mayRead,
  description: '时限。 A time limit.',
  fields: (t) => ({
    workingDays: t.int({ description: '工作日', resolve: ({ one }) => one.workingDays }),
    source: t.field({ type: source, resolve: ({ one, rules }) => rules.sourceOf(one.source) }),
  }),
})

export const claimAgency = builder.objectRef<In<ClaimAgency>>('ClaimAgency').implement({
  ...mayRead,
  description: '受理零星报销的经办机构。 Where the pool takes claims, besides the phone.',
  fields: (t) => ({
    name: t.field({ type: text, resolve: ({ one }) => one.name }),
    phone: t.string({ description: '电话', resolve: ({ one }) => one.phone }),
    address: t.field({ type: text, nullable: true, description: '地址', resolve: ({ one }) => one.address }),
    source: t.field({ type: source, resolve: ({ one, rules }) => rules.sourceOf(one.source) }),
  }),
})

export const claimRules = builder.objectRef<ClaimRules & { readonly pool: string }>('ClaimRules').implement({
  ...mayRead,
  description: '统筹区的零星报销规则，均有依据。 How a pool takes claims, each value with its source.',
  fields: (t) => ({
    poolCode: t.string({ description: '统筹区', resolve: ({ pool }) => pool }),
    version: t.exposeString('version'),
    name: t.expose('name', { type: text }),
    agency: t.field({
      type: claimAgency,
      description: '受理的经办机构。 Where it is claimed.',
      resolve: (one) => ({ one: one.agency, rules: one }),
    }),
    kinds: t.field({ type: [claimKind], resolve: (one) => one.kinds.map((kind) => ({ one: kind, rules: one })) }),
    window: t.field({
      type: text,
      description: '申请期限。 Until when it is claimed.',
      resolve: ({ window }) =>
        'months' in window
          ? { zh: `费用发生或出院后 ${window.months} 个月内`, en: `within ${window.months} months of the care` }
          : {
              zh: `${window.yearsAfter === 0 ? '当年' : '次年'} ${window.until} 前`,
              en: `by ${window.until} of ${window.yearsAfter === 0 ? 'the year of the care' : 'the next year'}`,
            },
    }),
    windowSource: t.field({ type: source, resolve: (one) => one.sourceOf(one.window.source) }),
    decision: t.field({ type: term, description: '办结', resolve: (one) => ({ one: one.decision, rules: one }) }),
    alarm: t.field({ type: term, description: '到期前预警', resolve: (one) => ({ one: one.alarm, rules: one }) }),
    supplement: t.field({ type: term, description: '补正', resolve: (one) => ({ one: one.supplement, rules: one }) }),
    returnsMost: t.int({
      description:
        '最多退回补正次数，所缺材料一次性告知。 How often a claim is returned at most: what is missing is named at once.',
      resolve: ({ returns }) => returns.most,
    }),
    returnsSource: t.field({ type: source, resolve: (one) => one.sourceOf(one.returns.source) }),
    appeal: t.field({ type: term, description: '申诉', resolve: (one) => ({ one: one.appeal, rules: one }) }),
    payment: t.field({ type: term, description: '拨付', resolve: (one) => ({ one: one.payment, rules: one }) }),
    secondMeasuredBy: t.field({
      type: measure,
      description: '双人复核按何金额计。 By which amount it goes whether a second person confirms.',
      resolve: ({ second }) => second.measuredBy,
    }),
    secondSource: t.field({ type: source, resolve: (one) => one.sourceOf(one.second.source) }),
    secondAbove: t.field({
      type: 'Money',
      description: '超过此额须双人复核。 Above this a second person confirms.',
      resolve: ({ second }) => second.above,
    }),
    autoAcceptUpTo: t.field({
      type: 'Money',
      description: '材料齐全的简单申请，不超过此额自动受理。 Plain claims up to this are accepted by rule.',
      resolve: ({ autoAccept }) => autoAccept.upTo,
    }),
    notDesignated: t.field({ type: notDesignated, resolve: (one) => one.notDesignated.paid }),
    exclusions: t.field({ type: [exclusion], resolve: (one) => [...one.exclusions.list] }),
    exclusionsSource: t.field({ type: source, resolve: (one) => one.sourceOf(one.exclusions.source) }),
  }),
})

builder.queryFields((t) => ({
  claimRules: t.field({
    ...mayRead,
    type: claimRules,
    description:
      '统筹区的零星报销规则：类别、材料、期限和时限。 How a pool takes claims: kinds, papers, window and terms.',
    errors: { types: [InvalidInput] },
    args: { pool: t.arg.string({ required: true, description: '统筹区六位代码' }) },
    resolve: (_root, { pool }) => {
      const fault = divisionFault(pool)
      if (fault !== null) throw InvalidInput.of([problemAt('pool', fault)])
      return { ...claimRulesOf(pool), pool }
    },
  }),
}))
