import { open } from '@yibao/schema/builder'
import { dayOf } from '@yibao/schema/dates'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { elsewhere, type Elsewhere, type ElsewhereLevel } from '../domain/treatment-elsewhere.ts'
import type { Filing } from '../domain/split-input.ts'
import { text } from './words.ts'

const KINDS = {
  RETIRED_ELSEWHERE: 'LONG_TERM',
  RESIDENT_ELSEWHERE: 'LONG_TERM',
  WORKING_ELSEWHERE: 'LONG_TERM',
  REFERRAL: 'REFERRAL',
  EMERGENCY: 'EMERGENCY',
  OTHER_TEMPORARY: 'OTHER_TEMPORARY',
} as const satisfies Record<string, Filing>

const kind = builder.enumType('FilingKind', {
  description: '六种备案人员类别。 The six types of national practice: three long-term, three temporary.',
  values: Object.keys(KINDS) as (keyof typeof KINDS)[],
})

const model = builder.enumType('ReductionModel', {
  description: '异地就医待遇的规定方式。 How a pool says what treatment elsewhere means.',
  values: {
    AS_LOCAL: { description: '同参保地' },
    POINTS: { description: '支付比例降低若干百分点' },
    FIRST_SELF_PAYMENT: { description: '先行自付一定比例' },
    OWN_TABLE: { description: '单独的起付线和支付比例' },
    REFUSED: { description: '不予直接结算' },
    NOT_STATED: { description: '政策未规定，不能直接结算' },
  },
})

const level = builder.objectRef<ElsewhereLevel>('ReductionAtLevel').implement({
  ...open(),
  description: '就医地各级医院的规定。 For a hospital of one level elsewhere.',
  fields: (t) => ({
    level: t.exposeString('level', { description: 'LEVEL_1, LEVEL_2, LEVEL_3' }),
    points: t.expose('points', { type: 'Rate', nullable: true, description: '支付比例降低' }),
    firstSelfPayment: t.expose('firstSelfPayment', { type: 'Rate', nullable: true, description: '先行自付比例' }),
    deductible: t.expose('deductible', { type: 'Money', nullable: true, description: '起付线' }),
    ratio: t.expose('ratio', { type: 'Rate', nullable: true, description: '支付比例，首段' }),
  }),
})

const reduction = builder.objectRef<Elsewhere>('FilingReduction').implement({
  ...open(),
  description:
    '异地住院待遇，按当日有效的政策、首次住院。 What a policy in force today says of a first stay elsewhere; a bill may differ by person.',
  fields: (t) => ({
    policy: t.field({ type: text, resolve: (one) => one.policy.name }),
    insuranceTypes: t.field({ type: ['String'], resolve: (one) => [...one.policy.insuranceTypes] }),
    personTypes: t.field({ type: ['String'], resolve: (one) => [...one.policy.personTypes] }),
    model: t.expose('model', { type: model }),
    levels: t.field({ type: [level], resolve: (one) => [...one.levels] }),
    document: t.field({ type: text, nullable: true, resolve: (one) => one.source?.document ?? null }),
    article: t.string({ nullable: true, resolve: (one) => one.source?.article ?? null }),
    reliability: t.string({ nullable: true, resolve: (one) => one.source?.reliability ?? null }),
  }),
})

interface Guide {
  readonly pool: string
  readonly kind: keyof typeof KINDS
  readonly destination: string
}

async function reductionsOf({ pool, destination }: Guide, filing: Filing, context: Context) {
  const { list } = await context.policies.latest()
  return elsewhere(list, { pool, filing, destination, on: dayOf(context.now()) })
}

const guide = builder.objectRef<Guide>('FilingGuide').implement({
  ...open(),
  description: '异地就医备案指南。 What to know before going.',
  fields: (t) => ({
    pool: t.exposeString('pool'),
    kind: t.expose('kind', { type: kind }),
    destination: t.exposeString('destination'),
    reductions: t.field({
      type: [reduction],
      description: '备案后的待遇。 What is paid with the filing.',
      resolve: (one, _args, context) => reductionsOf(one, KINDS[one.kind], context),
    }),
    unfiled: t.field({
      type: [reduction],
      description: '未备案的待遇。 What is paid without any.',
      resolve: (one, _args, context) => reductionsOf(one, 'UNFILED', context),
    }),
  }),
})
builder.asEntity(guide, {
  key: builder.selection<Guide>('pool kind destination'),
  resolveReference: (one) => one,
})
