import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { endRegistration } from '../commands/end-registration.ts'
import { registerDisease } from '../commands/register-disease.ts'
import type { Context } from '../context.ts'
import { findRegistration } from '../store/registrations.ts'
import { diseaseKind, registration } from './registration.ts'
import { mayRegisterDisease } from './rights.ts'

const input = builder.inputType('RegisterDiseaseInput', {
  description:
    '慢特病备案 (2503)。医疗机构只能为今日出示过凭证的参保人申报。 A hospital asks for whoever showed it a credential today.',
  fields: (t) => ({
    insuredId: t.id({ required: true }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    disease: t.string({ required: true, description: '门慢门特病种目录代码 `opsp_dise_code`，如 M03900' }),
    name: t.string({ required: true, description: '门慢门特病种名称 `opsp_dise_name`' }),
    kind: t.field({ type: diseaseKind, required: true }),
    institutions: t.stringList({
      description:
        '就诊定点机构，至多五家；不填为不限。 Where the person is treated, five at most; anywhere when absent.',
    }),
    certifiedBy: t.string({
      description:
        '鉴定定点医药机构编号 `ide_fixmedins_no`；医疗机构申报时为本机构。 A hospital that asks may leave it out.',
    }),
    certifiedOn: t.field({ type: 'Date', required: true, description: '医院鉴定日期 `hosp_ide_date`' }),
    doctorCode: t.string({ required: true, description: '诊断医师编码 `diag_dr_codg`' }),
    doctorName: t.string({ required: true, description: '诊断医师姓名 `diag_dr_name`' }),
    beginOn: t.field({ type: 'Date', required: true, description: '开始日期 `begndate`' }),
    endOn: t.field({ type: 'Date', description: '结束日期 `enddate`；不填为长期。 Open when absent.' }),
  }),
})

async function loadRegistration({ read, noteRead }: Context, id: string) {
  const found = await read((tx) => findRegistration(tx, id))
  assert(found !== null, 'who registers a disease may see it')
  noteRead(found.insuredId, 'registrations')
  return found
}

builder.mutationFields((t) => ({
  registerDisease: t.field({
    ...mayRegisterDisease,
    type: registration,
    description: '慢特病备案。 Registers a disease; no two registrations of one disease share a day.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => loadRegistration(context, await registerDisease(context, args)),
  }),
  endRegistration: t.field({
    ...mayRegisterDisease,
    type: registration,
    description: '终止或撤销慢特病备案 (2504)。 Ends a registration, or withdraws one that was a mistake.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      registrationId: t.arg.id({ required: true }),
      endOn: t.arg({
        type: 'Date',
        description:
          '末日；不填为撤销，限未生效或录入当日。 Last day; absent withdraws it, before it begins or on the day it was entered.',
      }),
      reason: t.arg.string({ required: true, description: '原因 `memo`' }),
    },
    resolve: async (_root, args, context) => loadRegistration(context, await endRegistration(context, args)),
  }),
}))
