import { builder } from '../builder.ts'
import {
  adviceOf,
  type AccumulatorElsewhere,
  type DiseaseElsewhere,
  type EnrolmentElsewhere,
  type FilingTold,
  type InsuredElsewhere,
} from '../domain/elsewhere.ts'
import { standingState, text } from './enrolment.ts'
import { sex } from './insured.ts'
import { diseaseKind } from './registration.ts'
import { mayBeShown } from './rights.ts'

// The fields are called as those of a person insured here, so that one selection serves both.

const standing = builder.objectRef<EnrolmentElsewhere['standing']>('StandingElsewhere').implement({
  ...mayBeShown,
  description: '参保关系的状况与原因，由参保地告知。 How an enrolment stands, and why.',
  fields: (t) => ({
    state: t.expose('state', { type: standingState }),
    since: t.expose('since', { type: 'Date', description: '起始日。 Since when.' }),
    until: t.expose('until', { type: 'Date', nullable: true, description: '末日，未知时为 null。 Its last day.' }),
    reason: t.expose('reason', { type: text, nullable: true }),
  }),
})

const enrolment = builder.objectRef<EnrolmentElsewhere>('EnrolmentElsewhere').implement({
  ...mayBeShown,
  description: '外省的参保关系，由参保地告知。 What covers a person elsewhere, as the platform there says.',
  fields: (t) => ({
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    personType: t.exposeString('personType', { description: '人员类别 `psn_type`' }),
    civilServant: t.exposeBoolean('civilServant', { description: '公务员标志 `cvlserv_flag`' }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '个人参保日期 `psn_insu_date`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '最后参保日。 Null when open.' }),
    coveredFrom: t.expose('coveredFrom', { type: 'Date', description: '享受待遇首日。 First day covered.' }),
    standing: t.expose('standing', { type: standing, description: '今天的状况与原因。 How it stands today.' }),
  }),
})

const filingType = builder.enumType('FilingTypeElsewhere', {
  description: '参保地的备案类型。 Type of a filing at home.',
  values: {
    LONG_TERM: { description: '异地长期居住' },
    REFERRAL: { description: '异地转诊' },
    EMERGENCY: { description: '异地急诊抢救' },
    OTHER_TEMPORARY: { description: '其他临时外出就医' },
  } as const,
})

const filing = builder.objectRef<FilingTold>('FilingElsewhere').implement({
  ...mayBeShown,
  description: '今天对本地有效的异地就医备案。 A filing at home that holds for this place today.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '待遇申报明细流水号 `trt_dcla_detl_sn`' }),
    type: t.expose('type', { type: filingType }),
    destination: t.exposeString('destination', { description: '就医地区划的有效位。 Significant digits.' }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '开始日期 `begndate`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '结束日期；长期备案为 null' }),
  }),
})

const disease = builder.objectRef<DiseaseElsewhere>('DiseaseElsewhere').implement({
  ...mayBeShown,
  description: '参保地的慢特病备案 (5301)，今天有效。 A chronic or special disease registered at home.',
  fields: (t) => ({
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    disease: t.exposeString('disease', { description: '门慢门特病种目录代码 `opsp_dise_code`' }),
    name: t.exposeString('name', { description: '门慢门特病种名称 `opsp_dise_name`' }),
    kind: t.expose('kind', { type: diseaseKind }),
    institutions: t.stringList({
      nullable: true,
      description: '就诊定点机构；不限时为 null。 Null when anywhere.',
      resolve: ({ institutions }) => institutions && [...institutions],
    }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '开始日期 `begndate`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '结束日期 `enddate`' }),
  }),
})

const accumulator = builder.objectRef<AccumulatorElsewhere>('AccumulatorElsewhere').implement({
  ...mayBeShown,
  description: '参保地的累计信息 (5206)。 What was used up of one deductible or cap at home.',
  fields: (t) => ({
    pool: t.exposeString('pool', { description: '参保地医保区划' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    name: t.exposeString('name', { description: '累计项目' }),
    period: t.exposeString('period', { description: '待遇年度，或住院' }),
    amount: t.expose('amount', { type: 'Money', description: '累计金额 `cum`' }),
  }),
})

export const insuredElsewhere = builder.objectRef<InsuredElsewhere>('InsuredElsewhere').implement({
  ...mayBeShown,
  description: '外省参保人，由参保地平台应答，本平台不留存。 A person insured elsewhere, as the platform there says.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '参保地平台的标识。 Id on the platform there.' }),
    insuredPool: t.exposeString('insuredPool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    personNumber: t.exposeString('personNumber', { description: '人员编号 `psn_no`' }),
    name: t.exposeString('name', { description: '人员姓名 `psn_name`' }),
    sex: t.expose('sex', { type: sex }),
    nationality: t.exposeString('nationality', { description: '民族 `naty`' }),
    birthDate: t.expose('birthDate', { type: 'Date', description: '出生日期 `brdy`' }),
    certificateType: t.exposeString('certificateType', { description: '人员证件类型 `psn_cert_type`' }),
    identityMasked: t.exposeString('identityMasked', { description: '证件号码（掩码）。 The first character only.' }),
    enrolments: t.field({ type: [enrolment], resolve: ({ enrolments }) => [...enrolments] }),
    filings: t.field({
      type: [filing],
      description: '今天对本地有效的备案。 Those that hold for this place today.',
      resolve: ({ filings }) => [...filings],
    }),
    isFiled: t.boolean({ resolve: ({ filings }) => filings.length > 0 }),
    advice: t.field({
      type: text,
      nullable: true,
      description: '未备案 NOT_FILED 时向参保人说明的内容。 What to say to somebody who has not filed.',
      resolve: adviceOf,
    }),
    diseases: t.field({
      type: [disease],
      nullable: true,
      description: '慢特病备案；未查询时为 null。 Null when it was not asked for.',
      resolve: ({ diseases }) => diseases && [...diseases],
    }),
    accumulators: t.field({
      type: [accumulator],
      nullable: true,
      description: '累计信息；未查询时为 null。 Null when it was not asked for.',
      resolve: ({ accumulators }) => accumulators && [...accumulators],
    }),
  }),
})
