import assert from 'node:assert/strict'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { confirmReferral, issueReferral, refuseReferral, revokeReferral, signReferral } from '../commands/referral.ts'
import type { Context } from '../context.ts'
import type { ElectronicReferral } from '../domain/referral.ts'
import { listReferrals } from '../store/referrals.ts'
import { insured } from './filing.ts'
import { mayDecide, mayReadReferral, mayRefer } from './rights.ts'

const state = builder.enumType('ReferralState', {
  description: '转诊单状态。 How far a referral has come.',
  values: {
    ISSUED: { description: '医院已签名，待医保办签名。 Signed by the hospital.' },
    SIGNED: { description: '医保办已签名，待参保地确认。 Signed by its insurance office too.' },
    CONFIRMED: { description: '参保地已确认，可用于备案。 Confirmed by the home agency.' },
    REFUSED: { description: '参保地未通过。 Refused by the home agency.' },
    REVOKED: { description: '医院已撤销。 Revoked by the hospital.' },
  },
})

const referral = builder.objectRef<ElectronicReferral>('Referral').implement({
  ...mayReadReferral,
  description: '电子转诊单，医院及其医保办分别签名，参保地确认。 An electronic referral.',
  fields: (t) => ({
    id: t.exposeID('id'),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    institution: t.exposeString('institution', { description: '转诊医院 `reflin_medins_no`' }),
    level: t.exposeString('level', { description: '开具时的医院级别' }),
    pool: t.exposeString('pool', { description: '参保地 `insuplc_admdvs`' }),
    insuredPool: t.exposeString('insuredPool', {
      nullable: true,
      description: '跨省转诊的参保地，随签名内容；省内为 null。 As signed, of a referral across provinces.',
    }),
    destination: t.string({
      description: '转往地，六位。 Division, six digits.',
      resolve: (one) => one.destination.padEnd(6, '0'),
    }),
    diagnosisCode: t.exposeString('diagnosisCode', { description: '诊断代码 `diag_code`' }),
    diagnosisName: t.exposeString('diagnosisName', { description: '诊断名称 `diag_name`' }),
    reason: t.exposeString('reason', { description: '转院原因 `refl_rea`' }),
    doctor: t.exposeString('doctor', { description: '医师代码' }),
    issuedOn: t.expose('issuedOn', { type: 'Date', description: '转院日期 `refl_date`' }),
    state: t.expose('state', { type: state }),
    signature: t.exposeString('signature', { description: '医院签名 JWS。 Of the hospital.' }),
    officeSignature: t.exposeString('officeSignature', {
      nullable: true,
      description: '医保办签名 JWS。 Of its office.',
    }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime' }),
    officeSignedAt: t.expose('officeSignedAt', { type: 'DateTime', nullable: true }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
    refusal: t.exposeString('refusal', { nullable: true, description: '未通过的原因。 Why it was refused.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true }),
    usedBy: t.exposeID('usedBy', { nullable: true, description: '使用它的备案。 The filing that rests on it.' }),
  }),
})

const connection = connectionOf('Referral', referral, mayReadReferral)

builder.queryFields((t) => ({
  referral: t.field({
    ...mayReadReferral,
    type: referral,
    description: '转诊单；无权知晓者答不存在。 A referral by id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const found = await load.referral.load(id)
      if (found === null) throw NotFound.of({ zh: '该转诊单', en: 'the referral' }, 'id')
      return found
    },
  }),
  referrals: t.field({
    ...mayReadReferral,
    type: connection,
    description: '转诊单列表，最新在前：本人的、本院的或本统筹区的。 Referrals, latest first.',
    errors: { types: [InvalidInput] },
    args: { first: t.arg.int(), after: t.arg.string(), state: t.arg({ type: state }) },
    resolve: async (_root, { state: wanted, ...args }, { read, noteReferrals }) => {
      const problems: Problem[] = []
      const page = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const found = pageOf(await read((tx) => listReferrals(tx, page, wanted ?? null)), page.size, (one) => one.id)
      noteReferrals(found.edges.map(({ node }) => node))
      return found
    },
  }),
}))

const input = builder.inputType('IssueReferralInput', {
  description: '转诊单内容；只能为今日出示过凭证的参保人。 For whoever showed the hospital a credential today.',
  fields: (t) => ({
    insuredId: t.id({ required: true }),
    insuredPool: t.string({
      description:
        '外省参保人的参保地区划，六位；本省参保人不填。 Home pool of somebody insured in another province; their id is the one home told.',
    }),
    destination: t.string({ required: true, description: '转往地区划，六位，到市或直辖市' }),
    diagnosisCode: t.string({ required: true, description: '诊断代码 `diag_code`' }),
    diagnosisName: t.string({ required: true, description: '诊断名称，2–100 字' }),
    reason: t.string({ required: true, description: '转院原因，2–500 字' }),
    doctor: t.string({ required: true, description: '医师代码 D + 12 位' }),
    issuedOn: t.field({ type: 'Date', required: true, description: '今日' }),
  }),
})

async function loadReferral({ load }: Context, id: string) {
  const found = await load.referral.load(id)
  assert(found !== null, 'who takes a step may see it')
  return found
}

const refusals = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }
const JWS = `compact JWS，typ referral+jws，EdDSA，已登记的密钥；载荷为成员按名称排序、无空白的 JSON`

builder.mutationFields((t) => ({
  issueReferral: t.field({
    ...mayRefer,
    type: referral,
    description: '开具转诊单。 Issues a referral; the level of the hospital is checked by the rules of the home pool.',
    errors: refusals,
    args: {
      requestId: t.arg.id({ required: true }),
      input: t.arg({ type: input, required: true }),
      signature: t.arg.string({ required: true, description: `医院签名：${JWS}，为 input 的各成员加 institution` }),
    },
    resolve: async (_root, args, context) => loadReferral(context, await issueReferral(context, args)),
  }),
  signReferral: t.field({
    ...mayRefer,
    type: referral,
    description: '医保办签名，密钥须与医院签名不同。 Signed by the insurance office, with a key of its own.',
    errors: refusals,
    args: {
      requestId: t.arg.id({ required: true }),
      referralId: t.arg.id({ required: true }),
      signature: t.arg.string({
        required: true,
        description: `医保办签名：${JWS}，为医院所签内容加 referral（转诊单 ID）和 signature（医院签名）`,
      }),
    },
    resolve: async (_root, args, context) => loadReferral(context, await signReferral(context, args)),
  }),
  confirmReferral: t.field({
    ...mayDecide,
    type: referral,
    description: '参保地确认转诊。 Confirms a referral that both have signed.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), referralId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadReferral(context, await confirmReferral(context, args)),
  }),
  refuseReferral: t.field({
    ...mayDecide,
    type: referral,
    description: '参保地不予确认，须说明理由。 Refuses a referral for a reason.',
    errors: refusals,
    args: {
      requestId: t.arg.id({ required: true }),
      referralId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true, description: '2–500 字' }),
    },
    resolve: async (_root, args, context) => loadReferral(context, await refuseReferral(context, args)),
  }),
  revokeReferral: t.field({
    ...mayRefer,
    type: referral,
    description: '撤销尚未用于备案的转诊单。 Revokes a referral no filing rests on.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), referralId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadReferral(context, await revokeReferral(context, args)),
  }),
}))
