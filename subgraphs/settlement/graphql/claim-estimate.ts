import { may } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { estimateClaim, leftUnder, type ClaimEstimate } from '../commands/claim-estimate.ts'
import { AlreadySettled, NotCovered } from '../domain/refusals.ts'
import type { PayerSplit } from '../domain/split-result.ts'
import { claimInput } from './claim-input.ts'
import { explanation } from './explanation.ts'
import { text } from './words.ts'

/** Whoever may claim may ask what it comes to. */
const mayAsk = may('person settlement:read', 'staff settlement:read')

interface Paying {
  readonly payer: PayerSplit
  readonly estimate: ClaimEstimate
}

const payer = builder.objectRef<Paying>('ClaimEstimatePayer').implement({
  ...mayAsk,
  description: '预计支付方。 What one payer would give, and how far its cap goes.',
  fields: (t) => ({
    payer: t.string({ resolve: (one) => one.payer.payer }),
    name: t.field({
      type: text,
      nullable: true,
      resolve: (one) => one.estimate.explanation.payers.find(({ payer: id }) => id === one.payer.payer)?.name ?? null,
    }),
    paid: t.field({ type: 'Money', description: '预计支付', resolve: (one) => one.payer.paid }),
    standard: t.field({
      type: 'Money',
      nullable: true,
      description: '起付标准。 The deductible as the policy has it.',
      resolve: (one) => one.payer.deductible?.standard ?? null,
    }),
    deductible: t.field({
      type: 'Money',
      nullable: true,
      description: '本次起付线。 What of it this care would be charged.',
      resolve: (one) => one.payer.deductible?.charged ?? null,
    }),
    cap: t.field({
      type: 'Money',
      nullable: true,
      description: '封顶线，无则为空。 Null without one.',
      resolve: (one) => one.payer.cap?.amount ?? null,
    }),
    used: t.field({
      type: 'Money',
      nullable: true,
      description: '该待遇年度（或就诊）已用。 Used of it before.',
      resolve: (one) => one.payer.cap?.used ?? null,
    }),
    left: t.field({
      type: 'Money',
      nullable: true,
      description: '本次之前尚余。 Left of it before this care.',
      resolve: (one) => leftUnder(one.payer),
    }),
  }),
})

const estimate = builder.objectRef<ClaimEstimate>('ClaimEstimate').implement({
  ...mayAsk,
  description:
    '预计报销金额：按就医所属待遇年度的累计、以结算同一引擎计算，不落账；以审定为准。 What a claim may come to by the engine that settles it, on the counters of the benefit year of the care; what is decided counts.',
  fields: (t) => ({
    insuredPool: t.string({ description: '参保地 `insuplc_admdvs`', resolve: (one) => one.settlement.pool }),
    insuranceType: t.string({ description: '险种类型 `insutype`', resolve: (one) => one.settlement.insuranceType }),
    benefitYear: t.string({
      description: '待遇年度。 The benefit year whose counters are used.',
      resolve: (one) => one.settlement.input?.care.year ?? '',
    }),
    place: t.string({
      description: 'IN_POOL 统筹区内，IN_PROVINCE 省内异地，OUT_OF_PROVINCE 跨省',
      resolve: (one) => one.settlement.input?.care.place ?? '',
    }),
    filing: t.string({
      description: '备案情形：LOCAL、LONG_TERM、REFERRAL、EMERGENCY、OTHER_TEMPORARY、UNFILED',
      resolve: (one) => one.settlement.input?.care.filing ?? '',
    }),
    level: t.string({
      description: '计算所用医院等级。 The level it is reckoned by.',
      resolve: (one) => one.settlement.input?.care.level ?? '',
    }),
    levelTaken: t.boolean({
      description:
        '等级不明或仅为申请人所述，按三级计算。 Nobody but the claimant says the level; it is taken for level 3.',
      resolve: (one) => one.levelTaken !== null,
    }),
    designatedTaken: t.exposeBoolean('isDesignatedTaken', {
      description:
        '是否定点仅为申请人所述，暂按定点计算；核实为非定点的，除规则另有规定外不予支付。 That the institution is designated is the claimant’s word, taken for true here; found not to be, nothing is paid unless the rules say otherwise.',
    }),
    total: t.field({ type: 'Money', description: '费用总额', resolve: (one) => one.settlement.total }),
    inScope: t.field({ type: 'Money', description: '符合政策范围', resolve: (one) => one.settlement.inScope }),
    owed: t.expose('owed', { type: 'Money', description: '预计报销金额。 What the person would be paid.' }),
    personal: t.field({
      type: 'Money',
      description: '预计个人负担。 What stays with the person.',
      resolve: (one) => one.settlement.cash,
    }),
    payers: t.field({
      type: [payer],
      resolve: (one) => one.payers.map((each) => ({ payer: each, estimate: one })),
    }),
    takenWhole: t.stringList({
      description:
        '没有目录编码、暂按全部符合政策范围计算的明细。 Serials of lines without a known code, counted as in scope whole.',
      resolve: (one) => [...one.takenWhole.serials],
    }),
    takenWholeAmount: t.field({
      type: 'Money',
      description: '上述明细金额。 What those lines come to.',
      resolve: (one) => one.takenWhole.amount,
    }),
    explanation: t.expose('explanation', { type: explanation }),
  }),
})

builder.queryField('claimEstimate', (t) =>
  t.field({
    ...mayAsk,
    type: estimate,
    description:
      '预估报销金额：已有申请填 claimId，否则填 input（可只有总额而无明细）。 What a claim may come to: of one that is there, or of what is written, which may lack lines.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, NotCovered, AlreadySettled, Busy] },
    args: {
      claimId: t.arg.id(),
      insuredId: t.arg.id({ description: '窗口代问的参保人' }),
      input: t.arg({ type: claimInput }),
    },
    resolve: (_root, args, context) => estimateClaim(context, args),
  }),
)
