import { may } from '@yibao/schema/builder'
import { InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import {
  checklistOfClaim,
  readConditions,
  type ChecklistItem,
  type ClaimConditions,
} from '../commands/claim-conditions.ts'
import { remember } from '../commands/remember.ts'
import type { Condition, RegisteredDisease } from '../domain/claim-condition.ts'
import type { ClaimRules } from '../domain/claim-rules.ts'
import { claim } from './claim.ts'
import { claimPlaceInput, DISEASE } from './claim-input.ts'
import { claimAgency, claimKind, claimPaperNeed, paperRule } from './claim-rules.ts'
import { claimCause, claimPaperKind } from './claim-words.ts'
import { source } from './explanation.ts'
import { mayReadClaims } from './rights.ts'
import { birthType, text } from './words.ts'

/** Whoever may claim may ask beforehand. */
const mayAsk = may('person settlement:read', 'staff settlement:read')

const condition = builder
  .objectRef<{ readonly one: Condition; readonly rules: ClaimRules }>('ClaimCondition')
  .implement({
    ...mayAsk,
    description: '报销条件。 A condition, and whether it is met.',
    fields: (t) => ({
      code: t.string({
        description: '稳定的机器码，如 WINDOW。 Stable code for machines.',
        resolve: ({ one }) => one.code,
      }),
      met: t.boolean({
        nullable: true,
        description: '是否满足；空为尚不能确定。 Null while nobody can say.',
        resolve: ({ one }) => one.met,
      }),
      blocks: t.boolean({
        description: '不满足是否不予报销，否则影响金额。 Whether nothing is paid when it is not met; else less.',
        resolve: ({ one }) => one.blocks,
      }),
      text: t.field({ type: text, resolve: ({ one }) => one.text }),
      source: t.field({ type: source, resolve: ({ one, rules }) => rules.sourceOf(one.source) }),
    }),
  })

const step = builder
  .objectRef<{ readonly code: string; readonly workingDays: number | null }>('ClaimStepAhead')
  .implement({
    ...mayAsk,
    description: '办理步骤与时限。 A step ahead, and the time it takes at most.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'SUBMIT 提交，DECIDE 审核办结，PAY 拨付' }),
      workingDays: t.exposeInt('workingDays', { nullable: true, description: '工作日' }),
    }),
  })

const disease = builder.objectRef<RegisteredDisease>('ClaimDisease').implement({
  ...mayAsk,
  description: '备案病种。 A disease the person is registered for.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '病种代码 `opsp_dise_code`' }),
    name: t.exposeString('name', { description: '病种名称 `opsp_dise_name`' }),
  }),
})

const conditions = builder.objectRef<ClaimConditions>('ClaimConditions').implement({
  ...mayAsk,
  description: '报销条件、材料与时限。 Whether care can be claimed, with what, until when, and how long it takes.',
  fields: (t) => ({
    insuredPool: t.string({ description: '参保地 `insuplc_admdvs`', resolve: ({ facts }) => facts.pool }),
    insuranceType: t.string({ description: '险种类型 `insutype`', resolve: ({ facts }) => facts.insuranceType }),
    kind: t.field({
      type: claimKind,
      nullable: true,
      resolve: ({ kind, facts: { rules } }) => (kind === null ? null : { one: kind, rules }),
    }),
    isMet: t.boolean({
      description: '没有不满足的必要条件。 No condition fails that nothing is paid without.',
      resolve: (one) => !one.conditions.some(({ blocks, met }) => blocks && met === false),
    }),
    conditions: t.field({
      type: [condition],
      resolve: (all) => all.conditions.map((one) => ({ one, rules: all.facts.rules })),
    }),
    papers: t.field({
      type: [paperRule],
      description: '须提供的材料。 The papers this care needs.',
      resolve: ({ papers, facts: { rules } }) => papers.map((one) => ({ one, rules })),
    }),
    diseases: t.field({
      type: [disease],
      description:
        '门诊慢特病：该日在本统筹区的备案病种。 Of chronic care: what the person was registered for with the pool then.',
      resolve: ({ facts }) => [...facts.diseases],
    }),
    agency: t.field({
      type: claimAgency,
      description: '手机之外的受理机构。 Where it is claimed by whoever does not by phone.',
      resolve: ({ facts: { rules } }) => ({ one: rules.agency, rules }),
    }),
    lastDay: t.field({ type: 'Date', description: '最后申请日', resolve: (one) => one.lastDay }),
    steps: t.field({
      type: [step],
      resolve: ({ facts: { rules } }) => [
        { code: 'SUBMIT', workingDays: null },
        { code: 'DECIDE', workingDays: rules.decision.workingDays },
        { code: 'PAY', workingDays: rules.payment.workingDays },
      ],
    }),
    decidedBy: t.field({
      type: 'Date',
      description: '今日提交的办结日。 By which day it is decided if it is submitted today.',
      resolve: (one) => one.decidedBy.day,
    }),
    decidedByProvisional: t.boolean({
      description: '其间有节假日安排尚未公布。 Holidays on the way are not published yet.',
      resolve: (one) => one.decidedBy.provisional,
    }),
  }),
})

const input = builder.inputType('ClaimConditionsInput', {
  description: '拟报销的就医。 Care that somebody thinks of claiming for.',
  fields: (t) => ({
    insuredId: t.id({ description: '窗口代问的参保人' }),
    insuranceType: t.string({ description: '多项参保时必填 `insutype`' }),
    careType: t.string({ required: true, description: '医疗类别 `med_type`' }),
    emergency: t.boolean(),
    trauma: t.boolean(),
    birthType: t.field({ type: birthType }),
    disease: t.string({ description: DISEASE }),
    begin: t.string({ required: true, description: '开始日期 `begntime`' }),
    end: t.string({ required: true, description: '结束日期 `endtime`' }),
    place: t.field({ type: claimPlaceInput, required: true }),
    cause: t.field({ type: claimCause }),
    exclusions: t.stringList(),
  }),
})

builder.queryFields((t) => ({
  claimConditions: t.field({
    ...mayAsk,
    type: conditions,
    description:
      '上传任何材料之前：能否报销、须什么材料、何时办结。 Before anything is uploaded: whether it can be claimed, with which papers, and by when it is decided.',
    errors: { types: [InvalidInput, NotAllowed, NotFound] },
    args: { input: t.arg({ type: input, required: true }) },
    resolve: (_root, { input: { place, ...asked } }, context) =>
      readConditions(context, {
        ...asked,
        place: {
          institution: place.institutionCode ?? null,
          name: place.name ?? '',
          division: place.division ?? '',
          level: place.level ?? null,
          designated: place.designated ?? null,
        },
      }),
  }),
}))

const item = builder.objectRef<ChecklistItem>('ClaimChecklistItem').implement({
  ...mayReadClaims,
  description: '材料清单的一项，是否已有。 A paper of the checklist, and whether it is there.',
  fields: (t) => ({
    kind: t.expose('kind', { type: claimPaperKind }),
    need: t.field({ type: claimPaperNeed, resolve: ({ rule }) => rule.need }),
    isGiven: t.exposeBoolean('isGiven'),
    source: t.field({ type: source, resolve: ({ rule, facts }) => facts.rules.sourceOf(rule.source) }),
  }),
})

const checklist = remember(checklistOfClaim)

builder.objectField(claim, 'checklist', (t) =>
  t.field({
    type: [item],
    nullable: true,
    description:
      '材料清单；草稿未写明就医机构与日期前为空。 The checklist as it stands; null while a draft does not say where and when the care was.',
    resolve: async (one, _args, context) => {
      const found = await checklist(context, one)
      return found === null ? null : [...found]
    },
  }),
)
