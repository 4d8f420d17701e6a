import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { issuePrescription } from '../commands/issue-prescription.ts'
import { reviewPrescription } from '../commands/review-prescription.ts'
import { revokePrescription } from '../commands/revoke-prescription.ts'
import { readPrescription } from '../commands/show-prescription.ts'
import type { Context } from '../context.ts'
import type { PrescriptionRecord } from '../domain/prescription.ts'
import { prescriptionNotFound } from '../domain/prescription-refusals.ts'
import { NotCovered } from '../domain/refusals.ts'
import { credential, diagnosis } from './bill-input.ts'
import { prescription, reviewResult, validity } from './prescription.ts'
import './rejections.ts'
import { maySettle } from './rights.ts'

const staff = builder.inputType('MedicalStaffInput', {
  description: '医师或药师。 A doctor or a pharmacist.',
  fields: (t) => ({
    code: t.string({ required: true, description: '医师 D 加 12 位数字；药师 HY/HJ 加 12 位数字' }),
    name: t.string({ required: true, description: '姓名' }),
  }),
})

const item = builder.inputType('PrescriptionItemInput', {
  description: '处方药品，同一药品只列一次。 A drug; each stands once.',
  fields: (t) => ({
    code: t.string({ required: true, description: '医疗目录编码 `med_list_codg`' }),
    specification: t.string({ required: true, description: '药品规格 `drug_spec`' }),
    quantity: t.field({ type: 'Quantity', required: true, description: '总用药量 `drug_cnt`，按结算单位' }),
    unit: t.string({ required: true, description: '总用药量单位 `drug_dosunt`' }),
    dosage: t.string({ required: true, description: '用法用量：单次用量、频次、途径' }),
    days: t.int({ required: true, description: '用药天数 `medc_days`' }),
  }),
})

const issueInput = builder.inputType('IssuePrescriptionInput', {
  description: '电子处方。 A prescription and the signature under it.',
  fields: (t) => ({
    credential: t.field({ type: credential, required: true }),
    ownNumber: t.string({ required: true, description: '定点医疗机构处方编号 `hosp_rxno`，本院唯一' }),
    doctor: t.field({ type: staff, required: true, description: '开方医师 `dr_code`' }),
    diagnoses: t.field({ type: [diagnosis], required: true, description: '1 到 10 个诊断' }),
    items: t.field({ type: [item], required: true, description: '1 到 50 种药品' }),
    prescribedAt: t.field({ type: 'DateTime', required: true, description: '开方时间 `prsc_time`' }),
    validity: t.field({ type: validity, description: '默认 STANDARD' }),
    validDays: t.int({ description: '处方有效天数 `vali_days`，默认 3' }),
    signature: t.string({
      description:
        '本院密钥签名的紧凑 JWS（EdDSA 或 ES256，头含 kid）。载荷为 JSON：本输入除 credential、signature 外的各字段，另加 institution（机构编码）和 personNumber（人员编号）。 Compact JWS by a registered key; its payload is JSON with the fields of this input but credential and signature, and institution and personNumber.',
    }),
  }),
})

const revokeInput = builder.inputType('RevokePrescriptionInput', {
  description: '处方撤销。 Who takes a prescription back, and why.',
  fields: (t) => ({
    number: t.id({ required: true, description: '医保处方编号 `hi_rxno`' }),
    doctor: t.field({ type: staff, required: true, description: '撤销医师 `undo_dr_code`' }),
    reason: t.string({ required: true, description: '撤销原因 `undo_rea`' }),
  }),
})

const reviewInput = builder.inputType('ReviewPrescriptionInput', {
  description: '药师审核。 What the pharmacist says of a prescription the person shows.',
  fields: (t) => ({
    number: t.id({ required: true, description: '医保处方编号 `hi_rxno`' }),
    credential: t.field({ type: credential, required: true }),
    pharmacist: t.field({ type: staff, required: true, description: '审核药师 `phar_code`' }),
    result: t.field({ type: reviewResult, required: true }),
    reason: t.string({ description: '审核意见 `rx_chk_opnn`，不通过时必填。 Required for a rejection.' }),
  }),
})

/** The prescription as whoever asked sees it now. */
async function answer(context: Context, id: string): Promise<PrescriptionRecord> {
  const found = await readPrescription(context, id)
  if (found === null) throw prescriptionNotFound('number')
  return found
}

builder.mutationFields((t) => ({
  issuePrescription: t.field({
    ...maySettle,
    type: prescription,
    description: '开具电子处方 (7101)，须为定点医疗机构。 Issues an e-prescription; for hospitals.',
    errors: { types: [InvalidInput, NotAllowed, NotCovered, NotFound, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: issueInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      answer(context, await issuePrescription(context, requestId, input)),
  }),
  revokePrescription: t.field({
    ...maySettle,
    type: prescription,
    description:
      '撤销电子处方 (7104)，仅限开方机构且尚未调配。 By the hospital that issued it, while nothing is dispensed.',
    errors: { types: [InvalidInput, NotAllowed, NotFound, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: revokeInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      answer(context, await revokePrescription(context, requestId, input)),
  }),
  reviewPrescription: t.field({
    ...maySettle,
    type: prescription,
    description:
      '药师审核电子处方 (7204)，调配前必须通过；以本机构最近一次为准。 The pharmacist’s review, needed before dispensing; the latest of the institution counts.',
    errors: { types: [InvalidInput, NotAllowed, NotFound, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: reviewInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      answer(context, await reviewPrescription(context, requestId, input)),
  }),
}))
