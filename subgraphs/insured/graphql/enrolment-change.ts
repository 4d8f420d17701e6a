import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { resume, retirePerson, suspend } from '../commands/change-enrolment.ts'
import { transferEnrolment } from '../commands/transfer-enrolment.ts'
import { SUSPEND_REASONS } from '../domain/enrolment-change.ts'
import { loadEnrolment, special } from './enrol.ts'
import { enrolment } from './enrolment.ts'
import { mayEnrol, mayWrite } from './rights.ts'

const reason = builder.enumType('SuspensionReason', {
  description: '暂停参保的原因。 Why an enrolment is suspended.',
  values: SUSPEND_REASONS,
})

const FROM =
  '自该日起，不早于今天；已过去的日子保持原状。 From this day, today at the earliest: days that are over stay.'
const NOTE = '说明，不含证件号码。 In own words, without any identity number.'
const SOURCE = '依据的文件或条款。 The notice or article it rests on.'

const suspendInput = builder.inputType('SuspendEnrolmentInput', {
  description: '暂停参保 `psn_insu_stas` 2，`paus_insu_date`。 From a day on nothing is covered.',
  fields: (t) => ({
    enrolmentId: t.id({ required: true }),
    from: t.field({ type: 'Date', required: true, description: FROM }),
    reason: t.field({ type: reason, required: true }),
    note: t.string({ description: NOTE }),
    source: t.string({ description: SOURCE }),
  }),
})

const resumeInput = builder.inputType('ResumeEnrolmentInput', {
  description:
    '恢复参保，中断较长的按统筹区规定设等待期。 With a waiting period after a longer gap, as the pool has it.',
  fields: (t) => ({
    enrolmentId: t.id({ required: true }),
    from: t.field({ type: 'Date', required: true, description: FROM }),
    note: t.string({ description: NOTE }),
    source: t.string({ description: SOURCE }),
  }),
})

const retireInput = builder.inputType('RetireInput', {
  description: '职工退休：人员类别由在职 11 变为退休 12。 An employee becomes a retired person.',
  fields: (t) => ({
    enrolmentId: t.id({ required: true }),
    from: t.field({ type: 'Date', required: true, description: FROM }),
    personType: t.string({ required: true, description: '退休人员类别 `psn_type`，12 或 12xx' }),
    note: t.string({ description: NOTE }),
    source: t.string({ description: SOURCE }),
  }),
})

const transferInput = builder.inputType('TransferEnrolmentInput', {
  description:
    '转入本统筹区：原参保关系至前一日止，同一险种。 Into your own pool: what there was ends the day before; the same insurance type.',
  fields: (t) => ({
    insuredId: t.id(),
    identityNumber: t.string(),
    name: t.string(),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    personType: t.string({ required: true, description: '人员类别 `psn_type`' }),
    civilServant: t.boolean({ description: '公务员标志 `cvlserv_flag`' }),
    from: t.field({ type: 'Date', required: true, description: FROM }),
    employer: t.string({ description: '本统筹区内用人单位的统一社会信用代码。 Credit code of the new employer.' }),
    identities: t.field({ type: [special], description: '本统筹区认定的特殊身份。 As your own pool certifies them.' }),
    note: t.string({ description: NOTE }),
    source: t.string({ description: SOURCE }),
  }),
})

const errors = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  suspendEnrolment: t.field({
    ...mayEnrol,
    type: enrolment,
    description:
      '暂停参保：该日之前照常享受待遇。 Suspends an enrolment; days before stay covered. Answers the suspended one.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: suspendInput, required: true }) },
    resolve: async (_root, args, context) => loadEnrolment(context, await suspend(context, args)),
  }),
  resumeEnrolment: t.field({
    ...mayEnrol,
    type: enrolment,
    description: '恢复参保。 Lets a suspended enrolment go on; answers the one that goes on.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: resumeInput, required: true }) },
    resolve: async (_root, args, context) => loadEnrolment(context, await resume(context, args)),
  }),
  retire: t.field({
    ...mayWrite,
    type: enrolment,
    description: '办理退休。 Retires an employee; answers the enrolment that follows.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: retireInput, required: true }) },
    resolve: async (_root, args, context) => loadEnrolment(context, await retirePerson(context, args)),
  }),
  transferEnrolment: t.field({
    ...mayWrite,
    type: enrolment,
    description:
      '医保关系转入。 Moves a person’s insurance into your pool, at once; the old pool goes on seeing what it had.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: transferInput, required: true }) },
    resolve: async (_root, args, context) => loadEnrolment(context, await transferEnrolment(context, args)),
  }),
}))
