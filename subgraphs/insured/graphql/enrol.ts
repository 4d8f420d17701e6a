import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { endEnrolment } from '../commands/end-enrolment.ts'
import { enrol, type EnrolmentKey } from '../commands/enrol.ts'
import type { Context } from '../context.ts'
import { END_REASONS } from '../domain/end-enrolment.ts'
import { enrolment } from './enrolment.ts'
import { mayEnrol } from './rights.ts'

export const special = builder.inputType('SpecialIdentityInput', {
  fields: (t) => ({
    type: t.string({ required: true, description: '人员身份类别 `psn_idet_type`' }),
    beginOn: t.field({ type: 'Date', required: true }),
    endOn: t.field({ type: 'Date' }),
  }),
})

const input = builder.inputType('EnrolInput', {
  description: '按 insuredId，或按证件号码加姓名指定参保人。 The person by id, or by identity number and name.',
  fields: (t) => ({
    insuredId: t.id(),
    identityNumber: t.string(),
    name: t.string(),
    pool: t.string({ required: true, description: '参保地医保区划 `insuplc_admdvs`，须为本统筹区。 Your own pool.' }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    personType: t.string({ required: true, description: '人员类别 `psn_type`' }),
    civilServant: t.boolean({ description: '公务员标志 `cvlserv_flag`，由经办机构认定。 For the bureau to say.' }),
    beginOn: t.field({
      type: 'Date',
      required: true,
      description:
        '首日；单位最早可填规定的月份，补办的自办理之日起享受待遇。 First day; an employer says none of long ago, and ' +
        'what it enters late covers from the day it is entered.',
    }),
    endOn: t.field({ type: 'Date', description: '末日，不填为长期。 Last day covered; open when absent.' }),
    identities: t.field({ type: [special], description: '人员身份，由经办机构认定。 For the bureau to say.' }),
    employer: t.string({
      description:
        '用人单位统一社会信用代码；单位自办时可不填。 Credit code of the employer; one that asks may leave out its own.',
    }),
    source: t.string({ description: '依据的文件或条款。 The notice or article it rests on.' }),
  }),
})

const reason = builder.enumType('EnrolmentEndReason', { description: '终止原因', values: END_REASONS })

/** The enrolment a mutation answers, also when another change has replaced it since. */
export async function loadEnrolment({ load, noteRead }: Context, { insuredId, enrolmentId }: EnrolmentKey) {
  const found = (await load.allEnrolments.load(insuredId)).find((one) => one.id === enrolmentId)
  assert(found !== undefined, 'who writes an enrolment may see it')
  noteRead(insuredId, 'enrolment')
  return found
}

builder.mutationFields((t) => ({
  enrol: t.field({
    ...mayEnrol,
    type: enrolment,
    description: '办理参保。 Enrols a person; no two enrolments of one insurance type share a day.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => loadEnrolment(context, await enrol(context, args)),
  }),
  endEnrolment: t.field({
    ...mayEnrol,
    type: enrolment,
    description: '终止参保。 Sets the last day; one that is set can only be brought forward.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      enrolmentId: t.arg.id({ required: true }),
      endOn: t.arg({ type: 'Date', required: true, description: '末日。 Last day covered.' }),
      reason: t.arg({ type: reason, required: true }),
    },
    resolve: async (_root, args, context) => loadEnrolment(context, await endEnrolment(context, args)),
  }),
}))
