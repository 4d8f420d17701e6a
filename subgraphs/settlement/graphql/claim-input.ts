import { builder } from '../builder.ts'
import { claimCause, claimPaperKind } from './claim-words.ts'
import { birthType } from './words.ts'

export const claimPlaceInput = builder.inputType('ClaimPlaceInput', {
  description: '就医机构：有编号的填编号，否则填名称和区划。 By its code, or by name and division.',
  fields: (t) => ({
    institutionCode: t.string({ description: '医药机构编号 `fixmedins_code`' }),
    name: t.string({ description: '医药机构名称 `fixmedins_name`' }),
    division: t.string({ description: '就医地六位区划 `mdtrtarea_admvs`' }),
    level: t.string({ description: '医院等级 `hosp_lv`，如票据或证明所示。 As papers say.' }),
    designated: t.boolean({ description: '是否定点；平台已知者以平台为准。 What the platform knows goes before.' }),
  }),
})

const diagnosis = builder.inputType('ClaimDiagnosisInput', {
  fields: (t) => ({
    code: t.string({ description: '诊断代码 `diag_code`' }),
    name: t.string({ required: true, description: '诊断名称 `diag_name`' }),
  }),
})

const invoice = builder.inputType('ClaimInvoiceInput', {
  description: '医疗收费票据，如票面所示。 An invoice as it is printed.',
  fields: (t) => ({
    code: t.string({ description: '票据代码' }),
    number: t.string({ required: true, description: '票据号码' }),
    issuedOn: t.string({ required: true, description: '开票日期 yyyy-MM-dd' }),
    amount: t.string({ required: true, description: '金额合计（元）。 Yuan.' }),
    checkCode: t.string({ description: '校验码，电子票据必填。 Of electronic invoices.' }),
    payer: t.string({ description: '票面交款人姓名。 Whose name stands on it.' }),
  }),
})

const line = builder.inputType('ClaimLineInput', {
  description: '费用清单的一行。 A line of the itemised list.',
  fields: (t) => ({
    serial: t.string({ required: true, description: '明细序号 `feedetl_sn`' }),
    name: t.string({ required: true, description: '项目名称' }),
    code: t.string({ description: '医疗目录编码 `med_list_codg`，清单上有则填。 Where the list has it.' }),
    chargeType: t.string({ description: '收费类别 `med_chrgitm_type`' }),
    price: t.string({ required: true, description: '单价 `pric`' }),
    quantity: t.string({ required: true, description: '数量 `cnt`' }),
    amount: t.string({ required: true, description: '金额 `det_item_fee_sumamt`' }),
    time: t.string({ required: true, description: '费用日期 `fee_ocur_time`' }),
  }),
})

const paper = builder.inputType('ClaimPaperInput', {
  description:
    '材料：已上传的文件（用途 CLAIM），或以承诺书代替。 An uploaded document of purpose CLAIM, or a promise.',
  fields: (t) => ({
    kind: t.field({ type: claimPaperKind, required: true }),
    document: t.id({ description: '材料标识 documentId' }),
    promise: t.boolean({ description: '本人承诺，代替该材料。 Promised in its place, where the rules allow it.' }),
  }),
})

/** What is said of the disease wherever it is asked for. */
export const DISEASE =
  '病种编码：门诊慢特病的备案病种 `opsp_dise_code`，只备案一种时可不填；单病种 `dise_codg`。 The registered chronic disease, which need not be said by whoever is registered for one alone; or the single disease of a quota.'

export const claimInput = builder.inputType('ClaimInput', {
  description: '报销申请内容；草稿可缺任何一项。 What is claimed; a draft may lack anything.',
  fields: (t) => ({
    insuranceType: t.string({
      description: '多项参保时必填 `insutype`。 Needed by whoever is covered more than once.',
    }),
    cause: t.field({ type: claimCause }),
    place: t.field({ type: claimPlaceInput }),
    careType: t.string({ description: '医疗类别 `med_type`' }),
    emergency: t.boolean({ description: '急诊、抢救' }),
    trauma: t.boolean({ description: '外伤 `trum_flag`' }),
    birthType: t.field({ type: birthType }),
    disease: t.string({ description: DISEASE }),
    begin: t.string({ description: '开始日期 `begntime`' }),
    end: t.string({ description: '结束日期 `endtime`' }),
    visit: t.string({ description: '就诊 ID `mdtrt_id`，已知时填。 Where it is known.' }),
    chargeBatch: t.string({ description: '收费批次号 `chrg_bchno`，已知时填' }),
    diagnoses: t.field({ type: [diagnosis], description: '诊断，主要诊断在前，最多 10 个' }),
    filing: t.id({ description: '异地就医备案。 A filing for treatment elsewhere.' }),
    total: t.string({ description: '医疗费总额 `medfee_sumamt`（元）。 Yuan.' }),
    invoices: t.field({ type: [invoice] }),
    lines: t.field({ type: [line], description: '费用明细，最多 500 行' }),
    papers: t.field({ type: [paper] }),
    exclusions: t.stringList({
      description:
        '自述应由他方负担的情形，见 claimRules.exclusions。 What the person says somebody else is to pay, by code.',
    }),
    note: t.string({ description: '说明，最多 500 字' }),
  }),
})
