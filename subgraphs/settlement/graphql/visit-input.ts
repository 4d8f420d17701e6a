import { builder } from '../builder.ts'
import { converts, credential, diagnosis, line, operator, trauma } from './bill-input.ts'
import { dischargeWay } from './visit-words.ts'
import { birthType } from './words.ts'

export const openVisitInput = builder.inputType('OpenVisitInput', {
  description: '门诊挂号或入院登记。 An outpatient registration or an admission.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`，机构内唯一。 Unique in the institution.' }),
    credential: t.field({
      type: credential,
      description: '就诊凭证；无卡先住院可不填，之后以 identifyVisit 补。 Left out when no card is at hand.',
    }),
    insuredPool: t.string({
      description:
        '参保地医保区划 `insuplc_admdvs`：外省参保人必填，凭证由参保地核验。 Where the person is insured; required when that is another province, which is then asked.',
    }),
    insuranceType: t.string({ description: '险种类型 `insutype`' }),
    operator: t.field({ type: operator, required: true }),
    careType: t.string({ required: true, description: '医疗类别 `med_type`' }),
    emergency: t.boolean({ description: '急诊标志 `er_flag`' }),
    trauma: t.field({ type: trauma }),
    begin: t.field({ type: 'DateTime', required: true, description: '挂号或入院时间 `begntime`' }),
    department: t.string({ description: '科室编码 `adm_dept_codg`、`dept_code`' }),
    bed: t.string({ description: '入院床位 `adm_bed`' }),
    doctor: t.string({ description: '主治医生编码 `atddr_no`' }),
    diagnoses: t.field({ type: [diagnosis], description: '入院诊断，首个为主诊断' }),
    disease: t.string({ description: '病种编码 `dise_codg`' }),
    birthType: t.field({ type: birthType, description: '生育类别 `matn_type`' }),
    joins: t.string({
      description:
        '并入本次住院的急诊留观就诊 ID，其未结算明细转入。 Emergency observation whose unsettled lines come along.',
    }),
    transferredFrom: t.string({
      description: '转院：转出医院的住院结算 ID。 Settlement of the stay the patient was transferred from.',
    }),
  }),
})

export const changeVisitInput = builder.inputType('ChangeVisitInput', {
  description: '就诊信息变更，未填的不变。 A change; what is left out stays.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    careType: t.string({ description: '医疗类别 `med_type`，门诊与住院不能互改' }),
    emergency: t.boolean({ description: '急诊标志 `er_flag`' }),
    trauma: t.field({ type: trauma }),
    begin: t.field({ type: 'DateTime', description: '入院时间 `begntime`' }),
    department: t.string({ description: '科室编码' }),
    bed: t.string({ description: '床位 `adm_bed`' }),
    doctor: t.string({ description: '主治医生编码 `atddr_no`' }),
    diagnoses: t.field({ type: [diagnosis], description: '诊断，首个为主诊断。 Replaces those before.' }),
    disease: t.string({ description: '病种编码 `dise_codg`' }),
    birthType: t.field({ type: birthType, description: '生育类别 `matn_type`' }),
    transferredFrom: t.string({ description: '转出医院的住院结算 ID' }),
  }),
})

export const dischargeInput = builder.inputType('DischargeInput', {
  description: '出院办理。 A discharge.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    end: t.field({ type: 'DateTime', required: true, description: '出院时间 `endtime`' }),
    way: t.field({ type: dischargeWay, required: true }),
    department: t.string({ description: '出院科室编码 `dscg_dept_codg`' }),
    bed: t.string({ description: '出院床位 `dscg_bed`' }),
    diagnoses: t.field({ type: [diagnosis], description: '出院诊断，首个为主诊断' }),
    disease: t.string({ description: '病种编码 `dise_codg`' }),
    birthType: t.field({ type: birthType, description: '生育类别 `matn_type`' }),
  }),
})

export const uploadLinesInput = builder.inputType('UploadLinesInput', {
  description: '费用明细上传。 Lines of a visit.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    chargeBatch: t.string({
      description: '收费批次号 `chrg_bchno`，门诊必填，按批次结算。 Required of outpatient care.',
    }),
    lines: t.field({ type: [line], required: true, description: '1 到 2000 条明细。 One to 2,000 lines.' }),
  }),
})

export const withdrawLinesInput = builder.inputType('WithdrawLinesInput', {
  description:
    '费用明细撤销：所列、某批次或全部未结算。 The lines named, those of a batch, or all that are not settled.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    serials: t.stringList({ description: '费用明细流水号 `feedetl_sn`，最多 2000 个' }),
    chargeBatch: t.string({ description: '收费批次号 `chrg_bchno`' }),
  }),
})

export const settleVisitInput = builder.inputType('SettleVisitInput', {
  description: '就诊结算：明细为已上传的。 Settles the uploaded lines of a visit.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    credential: t.field({ type: credential, required: true }),
    insuranceType: t.string({ description: '险种类型 `insutype`' }),
    operator: t.field({ type: operator, required: true }),
    chargeBatch: t.string({
      required: true,
      description: '收费批次号 `chrg_bchno`：门诊为要结算的批次。 For outpatient care the batch that is settled.',
    }),
    invoice: t.string({ description: '发票号 `invono`' }),
    useAccount: t.boolean({ required: true, description: '个人账户使用标志 `acct_used_flag`' }),
    useMutualAid: t.boolean({ description: '家庭共济，默认是。 Whether bound relatives may pay.' }),
    quote: t.id({ description: '预结算所给报价。 The quote of a trial.' }),
    confirmWithin: t.int({ description: '须在若干分钟内确认，否则自动冲正。 Minutes within which it is confirmed.' }),
    converts: t.field({ type: converts }),
    total: t.field({ type: 'Money', required: true, description: '医疗费总额 `medfee_sumamt`，与明细核对' }),
    until: t.field({
      type: 'Date',
      description: '中途结算 `mid_setl_flag`：结算至该日（含）的明细。 Interim settlement of the lines up to that day.',
    }),
  }),
})
