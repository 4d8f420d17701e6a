import { builder } from '../builder.ts'
import { signatureState } from '../commands/check-signature.ts'
import type { Context } from '../context.ts'
import {
  leftOf,
  stateOf,
  useOf,
  type Dispensing,
  type PrescriptionItem,
  type PrescriptionRecord,
  type Review,
  type Revocation,
  type Staff,
} from '../domain/prescription.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import type { SigningKey } from '../domain/signing-key.ts'
import { institution, insured } from './references.ts'
import { mayRead } from './rights.ts'
import { diagnosis } from './settlement-fields.ts'
import { settlement } from './settlement.ts'
import { signingKey } from './signing-key.ts'
import { sex } from './words.ts'

export const validity = builder.enumType('PrescriptionValidity', {
  description: '处方有效期类别，决定有效天数上限。 Why a prescription is valid for how long at most.',
  values: {
    STANDARD: { description: '普通处方，最多 3 天。 Three days at most (处方管理办法 art. 18).' },
    LONG_TERM: { description: '长期处方（四周），最多 30 天 `long_rx_flag`。 Long-term, 30 days at most.' },
    LONG_TERM_EXTENDED: {
      description: '病情稳定的长期处方（十二周），最多 90 天。 Long-term in a stable state, 90 days.',
    },
  },
})

const state = builder.enumType('PrescriptionState', {
  description: '处方状态 `rx_stas_codg`',
  values: {
    VALID: { description: '有效' },
    EXPIRED: { description: '已过有效期' },
    REVOKED: { description: '已撤销' },
  },
})

const use = builder.enumType('PrescriptionUse', {
  description: '处方使用状态 `rx_used_stas_codg`',
  values: {
    UNUSED: { description: '未使用' },
    PARTLY_USED: { description: '部分使用' },
    USED: { description: '已使用' },
  },
})

export const reviewResult = builder.enumType('PrescriptionReviewResult', {
  description: '处方审核结果 `rx_chk_stas_codg`',
  values: { APPROVED: { description: '通过' }, REJECTED: { description: '不通过' } },
})

const staff = builder.objectRef<Staff>('MedicalStaff').implement({
  ...mayRead,
  description: '医师或药师。 A doctor or a pharmacist.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '国家医保医师、药师代码' }),
    name: t.exposeString('name', { description: '姓名' }),
  }),
})

const item = builder.objectRef<{ item: PrescriptionItem; of: PrescriptionRecord }>('PrescriptionItem').implement({
  ...mayRead,
  description: '处方药品 `rx_detl`。 A drug of a prescription.',
  fields: (t) => ({
    number: t.int({ description: '序号，从 1 起', resolve: ({ item: one }) => one.number }),
    code: t.string({ description: '医疗目录编码 `med_list_codg`', resolve: ({ item: one }) => one.code }),
    name: t.string({
      description: '药品名称，取自医保目录。 From the catalogue.',
      resolve: ({ item: one }) => one.name,
    }),
    specification: t.string({ description: '药品规格 `drug_spec`', resolve: ({ item: one }) => one.specification }),
    quantity: t.field({
      type: 'Quantity',
      description: '总用药量 `drug_cnt`',
      resolve: ({ item: one }) => one.quantity,
    }),
    unit: t.string({ description: '总用药量单位 `drug_dosunt`', resolve: ({ item: one }) => one.unit }),
    dosage: t.string({ description: '用法用量', resolve: ({ item: one }) => one.dosage }),
    days: t.int({ description: '用药天数 `medc_days`', resolve: ({ item: one }) => one.days }),
    left: t.field({
      type: 'Quantity',
      description: '尚未调配的数量。 What is still to be dispensed.',
      resolve: ({ item: one, of }) => leftOf(one, of.dispensings),
    }),
  }),
})

const review = builder.objectRef<Review>('PrescriptionReview').implement({
  ...mayRead,
  description: '药师审核。 What a pharmacist said; the latest of the dispensing institution counts.',
  fields: (t) => ({
    institutionCode: t.exposeString('institution', { description: '审核机构编码 `fixmedins_code`' }),
    pharmacist: t.expose('pharmacist', { type: staff, description: '审核药师 `phar_code`' }),
    result: t.expose('result', { type: reviewResult }),
    reason: t.exposeString('reason', { nullable: true, description: '审核意见 `rx_chk_opnn`' }),
    at: t.expose('at', { type: 'DateTime', description: '审核时间 `rx_chk_time`' }),
  }),
})

const revocation = builder.objectRef<Revocation>('PrescriptionRevocation').implement({
  ...mayRead,
  description: '处方撤销。 That the hospital took a prescription back.',
  fields: (t) => ({
    doctor: t.expose('doctor', { type: staff, description: '撤销医师 `undo_dr_code`' }),
    reason: t.exposeString('reason', { description: '撤销原因 `undo_rea`' }),
    at: t.expose('at', { type: 'DateTime', description: '撤销时间 `undo_time`' }),
  }),
})

export const dispensing = builder.objectRef<Dispensing>('Dispensing').implement({
  ...mayRead,
  description:
    '一次调配；撤销结算时为负。 What a settled line dispensed of a prescription; negative where it gives back.',
  fields: (t) => ({
    prescriptionNumber: t.string({
      description: '医保处方编号 `hi_rxno`',
      resolve: ({ prescriptionId }) => settlementNumber(prescriptionId),
    }),
    item: t.exposeInt('item', { description: '处方药品序号。 Number of the drug in the prescription.' }),
    line: t.exposeInt('line', { description: '结算明细序号。 Number of the line in its bill.' }),
    quantity: t.expose('quantity', { type: 'Quantity', description: '数量' }),
    at: t.expose('at', { type: 'DateTime', description: '调配时间' }),
    institutionCode: t.exposeString('institution', { description: '调配机构编码 `fixmedins_code`' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '所属结算，限可见者。 The settlement, for those who may see it.',
      resolve: ({ insuredId, settlementId: id }, _args, { load }) => load.settlement.load({ insuredId, id }),
    }),
  }),
})

const signature = builder
  .objectRef<{ of: PrescriptionRecord; key: SigningKey | null; isValid: boolean }>('PrescriptionSignature')
  .implement({
    ...mayRead,
    description: '医师电子签名。 The signature under a prescription, verified again when it is read.',
    fields: (t) => ({
      jws: t.string({
        description: '紧凑 JWS，载荷即处方内容。 Compact JWS whose payload says the same as the prescription.',
        resolve: ({ of }) => of.signature,
      }),
      valid: t.boolean({
        description: '签名有效且内容一致。 The signature is good and what was signed is what is shown.',
        resolve: ({ isValid }) => isValid,
      }),
      key: t.field({ type: signingKey, nullable: true, description: '验签公钥', resolve: ({ key }) => key }),
    }),
  })

/** Another institution than the one that issued it is not told who else reviewed and dispensed. */
const isHidden = (
  { institution: by }: { institution: string },
  of: PrescriptionRecord,
  { identity }: Context,
): boolean => identity?.kind === 'institution' && ![of.institution, by].includes(identity.institution)

/** An e-prescription. */
export const prescription = builder.objectRef<PrescriptionRecord>('Prescription').implement({
  ...mayRead,
  description: '医保电子处方。 An e-prescription, signed by a hospital, with what became of it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '处方标识。 Id of the prescription.' }),
    number: t.string({ description: '医保处方编号 `hi_rxno`，26 位', resolve: ({ id }) => settlementNumber(id) }),
    ownNumber: t.exposeString('ownNumber', { description: '定点医疗机构处方编号 `hosp_rxno`' }),
    insuredId: t.exposeID('insuredId', { description: '参保人标识。 Id of the person.' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    personNumber: t.exposeString('personNumber', { description: '人员编号 `psn_no`' }),
    personName: t.exposeString('personName', { description: '患者姓名 `patn_name`' }),
    sex: t.field({ type: sex, description: '性别 `gend`', resolve: (one) => one.sex as '1' | '2' }),
    birthDate: t.expose('birthDate', { type: 'Date', description: '出生日期 `brdy`' }),
    institutionCode: t.exposeString('institution', { description: '开方机构编码 `fixmedins_code`' }),
    institution: t.field({ type: institution, nullable: true, resolve: (one) => ({ code: one.institution }) }),
    doctor: t.expose('doctor', { type: staff, description: '开方医师 `dr_code`, `prsc_dr_name`' }),
    diagnoses: t.field({ type: [diagnosis], resolve: (one) => [...one.diagnoses] }),
    items: t.field({ type: [item], resolve: (of) => of.items.map((one) => ({ item: one, of })) }),
    prescribedAt: t.expose('prescribedAt', { type: 'DateTime', description: '开方时间 `prsc_time`' }),
    validity: t.expose('validity', { type: validity }),
    validDays: t.exposeInt('validDays', { description: '处方有效天数 `vali_days`' }),
    validUntil: t.expose('validUntil', { type: 'DateTime', description: '有效截止时间 `vali_end_time`' }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: '上传时间。 When the platform took it in.' }),
    state: t.field({ type: state, resolve: (one, _args, context) => stateOf(one, context.now()) }),
    use: t.field({ type: use, resolve: (one) => useOf(one) }),
    signature: t.field({
      type: signature,
      resolve: async (of, _args, context) => ({ of, ...(await signatureState(context, of)) }),
    }),
    revocation: t.expose('revocation', { type: revocation, nullable: true }),
    reviews: t.field({
      type: [review],
      description: '药师审核，按先后；药店只见本机构的。 Reviews in order; a pharmacy sees its own.',
      resolve: (of, _args, context) => of.reviews.filter((one) => !isHidden(one, of, context)),
    }),
    dispensings: t.field({
      type: [dispensing],
      description: '调配记录，按先后；药店只见本机构的。 What was dispensed, in order; a pharmacy sees its own.',
      resolve: (of, _args, context) => of.dispensings.filter((one) => !isHidden(one, of, context)),
    }),
  }),
})

builder.objectField(settlement, 'dispensed', (t) =>
  t.field({
    type: [dispensing],
    description: '本结算按电子处方调配的药品。 What the settlement dispensed of e-prescriptions.',
    resolve: ({ id }, _args, { load }) => load.dispensings.load(id),
  }),
)
