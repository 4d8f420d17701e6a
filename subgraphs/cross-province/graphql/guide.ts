import { open } from '@yibao/schema/builder'
import { InvalidInput } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import {
  homeUseOf,
  papersOf,
  readGoing,
  saidIn,
  validityOf,
  type Going,
  type Guide,
  type Paper,
} from '../domain/guide.ts'
import type { Source } from '../domain/rules.ts'
import { homeUse } from './filing.ts'
import { evidence, filingKind, text } from './words.ts'

const paper = builder.objectRef<Paper>('FilingPaper').implement({
  ...open(),
  description: '可接受的材料之一。 One of the things that are accepted.',
  fields: (t) => ({
    evidence: t.expose('evidence', { type: evidence }),
    name: t.field({ type: text, resolve: (one) => one.name }),
    documentsMin: t.exposeInt('documentsMin', { description: '至少上传几件。 Documents to upload, at least.' }),
  }),
})

const source = builder.objectRef<{ readonly rule: string; readonly source: Source }>('FilingRuleSource').implement({
  ...open(),
  description: '规则依据。 Where a rule stands.',
  fields: (t) => ({
    rule: t.exposeString('rule'),
    title: t.string({ resolve: (one) => one.source.title }),
    article: t.string({ resolve: (one) => one.source.article }),
    date: t.string({ resolve: (one) => one.source.date }),
    reliability: t.string({
      description: 'A 官方原文，B 经办网站，C 二手资料，OWN 平台规定。 How reliable it is.',
      resolve: (one) => one.source.reliability,
    }),
  }),
})

const decision = builder.enumType('FilingDecision', {
  description: '如何办理。 How a filing is decided.',
  values: { BY_RULE: { description: '即时办理' }, REVIEW: { description: '人工审核' } },
})

const cancellation = builder.enumType('CancellationEffect', {
  description: '取消何时生效。 From when a cancelled filing no longer holds.',
  values: { AT_ONCE: { description: '即时' }, NEXT_DAY: { description: '次日' } },
})

const guide = builder.objectRef<Guide>('FilingGuide').implement({
  ...open(),
  description: '异地就医备案指南。 What to know before going.',
  fields: (t) => ({
    pool: t.exposeString('pool', { description: '参保地统筹区' }),
    kind: t.expose('kind', { type: filingKind }),
    destination: t.exposeString('destination', {
      description: '备案到的地市、直辖市或省直辖县。 As it would be filed.',
    }),
    rules: t.string({ description: '适用的规则文件。 Rule file that applies.', resolve: ({ rules }) => rules.version }),
    rulesName: t.field({ type: text, resolve: ({ rules }) => rules.name }),
    papers: t.field({ type: [paper], description: '任选其一。 One of these.', resolve: papersOf }),
    promise: t.field({
      type: text,
      nullable: true,
      description: '承诺书内容；不接受承诺书为 null。 What a promise says; null where none is taken.',
      resolve: ({ rules, kind }) => (rules.evidence[kind].includes('PROMISE') ? rules.promise : null),
    }),
    validity: t.string({
      nullable: true,
      description: '有效期 ISO 8601；长期有效为 null。 P6M; null where it holds until changed.',
      resolve: validityOf,
    }),
    changeAfter: t.string({
      description: '长期备案多久后可变更或取消 ISO 8601。 From when a long-term filing may be changed or cancelled.',
      resolve: ({ rules }) => rules.changeAfter.toString(),
    }),
    extensionsMax: t.int({ resolve: ({ rules }) => rules.extensionsMax }),
    decision: t.field({ type: decision, resolve: ({ rules, kind }) => rules.decision[kind] }),
    reviewWorkingDays: t.int({ resolve: ({ rules }) => rules.reviewWorkingDays }),
    certification: t.boolean({
      description: '是否先由就医地经办机构核实。 Whether the agency of the other place certifies first.',
      resolve: ({ rules, kind }) => rules.certification[kind] === 'REQUIRED',
    }),
    networkedCard: t.boolean({
      description: '确认后是否申请联网就医卡。 Whether a networked card is asked for.',
      resolve: ({ rules, kind }) => rules.networkedCard[kind] === 'ON_CONFIRMATION',
    }),
    homeUse: t.field({ type: homeUse, resolve: homeUseOf }),
    cancellation: t.field({ type: cancellation, resolve: ({ rules }) => rules.cancellation }),
    backdateDaysMax: t.int({ resolve: ({ rules }) => rules.backdateDaysMax }),
    referralLevels: t.field({
      type: ['String'],
      description: '可开具转诊的医院级别；仅转诊。 Levels that may refer; of referrals only.',
      resolve: ({ rules, kind }) => (kind === 'REFERRAL' ? [...rules.referralLevels] : []),
    }),
    sources: t.field({ type: [source], resolve: saidIn }),
  }),
})

builder.asEntity(guide, {
  key: builder.selection<Going>('pool kind destination'),
  resolveReference: (going, { rules }) => readGoing(going, (pool) => rules.rulesOf(pool)),
})

builder.queryFields((t) => ({
  filingGuide: t.field({
    ...open(),
    type: guide,
    description:
      '备案指南：材料、有效期、待遇、用卡；无需登录。 Papers, validity, what is paid, use of the card; open to anyone.',
    errors: { types: [InvalidInput] },
    args: {
      pool: t.arg.string({ required: true, description: '参保地统筹区，六位' }),
      type: t.arg({ type: filingKind, required: true }),
      destination: t.arg.string({ required: true, description: '就医地区划，六位' }),
    },
    resolve: (_root, { pool, type: kind, destination }, { rules }) =>
      readGoing({ pool, kind, destination }, (code) => rules.rulesOf(code)),
  }),
}))
