import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { cancel } from '../commands/cancel.ts'
import { change, extend, file } from '../commands/file.ts'
import type { Context } from '../context.ts'
import { filing } from './filing.ts'
import { mayFile } from './rights.ts'
import { evidence, filingType, ground } from './words.ts'

const referral = builder.inputType('FilingReferralInput', {
  fields: (t) => ({
    institution: t.string({ required: true, description: '参保地开具证明的定点医疗机构 `fixmedins_code`' }),
    number: t.string({ description: '证明编号' }),
    issuedOn: t.field({ type: 'Date', required: true, description: '转院日期 `refl_date`' }),
  }),
})

const input = builder.inputType('FileTreatmentElsewhereInput', {
  fields: (t) => ({
    type: t.field({ type: filingType, required: true }),
    ground: t.field({ type: ground, description: '长期备案必填。 For long-term filings.' }),
    destination: t.string({ required: true, description: '就医地区划，六位，到市或直辖市 `mdtrtarea_admvs`' }),
    beginOn: t.field({ type: 'Date', description: '不填为今天。 Today when absent.' }),
    endOn: t.field({
      type: 'Date',
      description: '仅临时备案；不填为最长有效期。 Temporary filings; as long as allowed when absent.',
    }),
    evidence: t.field({
      type: evidence,
      description:
        '材料或承诺书；参保地只接受一种时可不填。 A paper or a written promise; where only one is taken, not needed.',
    }),
    documents: t.idList({
      description: '已上传的材料，用途 FILING；承诺书不需要。 Uploaded papers; a promise needs none.',
    }),
    referral: t.field({
      type: referral,
      description: '转诊备案：纸质转诊转院证明。 For referrals: the certificate on paper.',
    }),
    referralId: t.id({
      description:
        '已确认的电子转诊单，代替转诊转院证明。 A confirmed electronic referral, in place of the certificate.',
    }),
    hospital: t.string({
      description: '拟就诊医院，选填，不限定就医范围。 The hospital one means to go to; it never narrows the filing.',
    }),
    department: t.string({ description: '拟就诊科室，选填，不限定。 The department; it never narrows the filing.' }),
    doctor: t.string({ description: '拟就诊医生，选填，不限定。 The doctor; it never narrows the filing.' }),
    insuranceType: t.string({ description: '在多个统筹区参保时必填 `insutype`' }),
  }),
})

export async function loadFiling({ load }: Context, id: string) {
  const found = await load.filing.load(id)
  assert(found !== null, 'who files may see it')
  return found
}

builder.mutationFields((t) => ({
  fileTreatmentElsewhere: t.field({
    ...mayFile,
    type: filing,
    description:
      '异地就医备案；规则允许时立即生效，否则进入审核。 Files treatment elsewhere: in force at once where the rules let it, else reviewed.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => loadFiling(context, await file(context, args)),
  }),
  changeFiling: t.field({
    ...mayFile,
    type: filing,
    description:
      '变更就医地或期限，类型不变；生效后替代原备案。 Files another place or period of the same type, which replaces the filing once it is in force.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      filingId: t.arg.id({ required: true }),
      input: t.arg({ type: input, required: true }),
    },
    resolve: async (_root, args, context) => loadFiling(context, await change(context, args)),
  }),
  extendFiling: t.field({
    ...mayFile,
    type: filing,
    description: '临时备案延期，自原结束日次日起。 Lets a temporary filing go on after its last day.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      filingId: t.arg.id({ required: true }),
      endOn: t.arg({ type: 'Date', required: true, description: '新的结束日期' }),
    },
    resolve: async (_root, args, context) => loadFiling(context, await extend(context, args)),
  }),
  cancelFiling: t.field({
    ...mayFile,
    type: filing,
    description:
      '取消备案，按参保地规则即时或次日生效；未审核的即为撤回。 Cancels a filing, at once or from the next day by the rules of home; withdraws one that is not decided.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), filingId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadFiling(context, await cancel(context, args)),
  }),
}))
