import type { Vocabulary } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { approval, birthType, credentialKind, diagnosisKind, terminal } from './words.ts'

export const credential = builder.inputType('CredentialInput', {
  description: '就诊凭证。 What the person shows at the counter.',
  fields: (t) => ({
    kind: t.field({ type: credentialKind, required: true }),
    value: t.string({ required: true, description: '就诊凭证编号 `mdtrt_cert_no`：令牌、证件号码或卡号' }),
  }),
})

export const operator = builder.inputType('OperatorInput', {
  description: '经办人。 Who operates the system of the institution.',
  fields: (t) => ({
    code: t.string({ required: true, description: '经办人 `opter`' }),
    name: t.string({ description: '经办人姓名 `opter_name`' }),
    terminal: t.field({ type: terminal, required: true }),
  }),
})

export const trauma = builder.inputType('TraumaInput', {
  description: '外伤。 An injury; without a liable third party the patient promises so in writing.',
  fields: (t) => ({
    thirdParty: t.boolean({ required: true, description: '涉及第三方标志。 Somebody else is liable.' }),
    promise: t.boolean({ description: '已签承诺书。 The promise that nobody else is liable was signed.' }),
  }),
})

export const diagnosis = builder.inputType('DiagnosisInput', {
  description: '诊断，首个为主诊断。 A diagnosis; the first of a bill is the main one.',
  fields: (t) => ({
    code: t.string({ required: true, description: '诊断代码 `diag_code`，ICD-10 医保版' }),
    name: t.string({ required: true, description: '诊断名称 `diag_name`' }),
    kind: t.field({ type: diagnosisKind, description: '默认西医。 Western unless said otherwise.' }),
  }),
})

export const converts = builder.inputType('ConvertsInput', {
  description:
    '自费转医保：已全额自费的原发票，结算后作废，退还现金。 The invoice of a bill paid in full, which the settlement voids.',
  fields: (t) => ({
    invoice: t.string({ required: true, description: '原发票号' }),
    paidAt: t.field({ type: 'DateTime', required: true, description: '原收费时间。 When it was paid.' }),
    paid: t.field({
      type: 'Money',
      required: true,
      description: '原收金额，须等于账单总额。 What was paid: the total.',
    }),
  }),
})

export const line = builder.inputType('LineInput', {
  description: '费用明细 `feedetail`。 One line of the bill.',
  fields: (t) => ({
    serial: t.string({ required: true, description: '费用明细流水号 `feedetl_sn`，单次就诊内唯一' }),
    code: t.string({ required: true, description: '医疗目录编码 `med_list_codg`' }),
    ownCode: t.string({ required: true, description: '医药机构目录编码 `medins_list_codg`' }),
    price: t.field({ type: 'UnitPrice', required: true, description: '单价 `pric`' }),
    quantity: t.field({ type: 'Quantity', required: true, description: '数量 `cnt`，退费为负' }),
    amount: t.field({ type: 'Money', required: true, description: '明细项目费用总额 `det_item_fee_sumamt`' }),
    time: t.field({ type: 'DateTime', required: true, description: '费用发生时间 `fee_ocur_time`' }),
    department: t.string({ description: '开单科室编码 `bilg_dept_codg`，医院必填。 Required of hospitals.' }),
    doctor: t.string({ description: '开单医生编码 `bilg_dr_codg`，医院必填。 Required of hospitals.' }),
    prescription: t.string({ description: '处方号 `rxno`' }),
    ePrescription: t.string({
      description:
        '医保处方编号 `hi_rxno`：本行按该电子处方调配，药品与数量须在处方余量之内。 Number of the e-prescription this line dispenses from.',
    }),
    days: t.int({ description: '周期天数 `prd_days`，1 到 300。 Days of supply.' }),
    approval: t.field({ type: approval }),
    takeHome: t.boolean({ description: '出院带药标志 `dscg_tkdrug_flag`' }),
    traceCodes: t.stringList({ description: '药品追溯码 `drug_trac_codg`' }),
    refundOf: t.string({
      description:
        '被退费用明细流水号 `init_feedetl_sn`，须在本账单（本次就诊）中且在前。 The earlier line of this bill or visit taken back.',
    }),
  }),
})

type InputFields = PothosSchemaTypes.InputFieldBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<Vocabulary<Context>>,
  'InputObject'
>

/** What every bill says, however it is settled. */
export const billFields = (t: InputFields) => ({
  institution: t.string({
    description: '定点医药机构编码 `fixmedins_code`，须与登录机构一致。 If given, the institution that signed in.',
  }),
  insuranceType: t.string({
    description: '险种类型 `insutype`，默认按参保信息。 Unless given, what the enrolments say.',
  }),
  operator: t.field({ type: operator, required: true }),
  visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
  chargeBatch: t.string({ required: true, description: '收费批次号 `chrg_bchno`' }),
  invoice: t.string({ description: '发票号 `invono`' }),
  careType: t.string({ required: true, description: '医疗类别 `med_type`' }),
  emergency: t.boolean({ description: '急诊标志 `er_flag`' }),
  trauma: t.field({ type: trauma, description: '外伤标志。 Given for injuries only.' }),
  begin: t.field({ type: 'DateTime', required: true, description: '开始（入院）时间 `begntime`' }),
  end: t.field({ type: 'DateTime', required: true, description: '结束（出院）时间 `dscg_time`' }),
  diagnoses: t.field({ type: [diagnosis], required: true, description: '1 到 10 个诊断。 One to ten.' }),
  useAccount: t.boolean({ required: true, description: '个人账户使用标志 `acct_used_flag`' }),
  useMutualAid: t.boolean({
    description:
      '家庭共济：个人账户不足时由已绑定家人账户支付，默认是。 Whether bound relatives pay what the own account cannot; yes unless said otherwise.',
  }),
  disease: t.string({
    description:
      '病种编码 `dise_codg`：门诊慢特病、单病种必填。 The registered chronic disease, or the single disease of a quota.',
  }),
  birthType: t.field({
    type: birthType,
    description: '生育类别 `matn_type`，生育类就诊必填。 Required of maternity care.',
  }),
  transferredFrom: t.string({
    description: '转院：转出医院的住院结算 ID `setl_id`。 Settlement of the stay the patient was transferred from.',
  }),
  total: t.field({ type: 'Money', required: true, description: '医疗费总额 `medfee_sumamt`' }),
  lines: t.field({ type: [line], required: true, description: '1 到 2000 条明细。 One to 2,000 lines.' }),
})

/** A bill, as `settle` and `trial` take it. */
export const billInput = builder.inputType('SettleInput', {
  description: '待结算账单。 A bill to be settled.',
  fields: (t) => ({
    credential: t.field({ type: credential, required: true }),
    insuredPool: t.string({
      description:
        '参保地医保区划 `insuplc_admdvs`：跨省直接结算必填，省内可不填。 Where the person is insured; required when that is another province.',
    }),
    ...billFields(t),
    quote: t.id({
      description:
        '预结算所给报价；结果与之不同则不结算并给出新报价。 The quote of a trial: settled exactly so, or not at all.',
    }),
    confirmWithin: t.int({
      description:
        '须在若干分钟内确认（confirm），否则自动冲正；1 到 1440。 Minutes within which the settlement is confirmed, or else reversed.',
    }),
    converts: t.field({ type: converts }),
  }),
})
