import { may } from '@yibao/schema/builder'
import { InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { applyForDesignation, correctApplication } from '../commands/application.ts'
import {
  acceptApplication,
  evaluateApplication,
  rejectApplication,
  returnApplication,
  withdrawApplication,
} from '../commands/application-step.ts'
import type { Context } from '../context.ts'
import { findApplication } from '../store/application.ts'
import { application } from './application.ts'

const answers = builder.inputType('ApplicationAnswerInput', {
  fields: (t) => ({
    criterion: t.string({ required: true, description: '条件代号，见 designationCriteria' }),
    value: t.string({ required: true, description: '说明，1–2000 字' }),
    document: t.id({ description: '已上传的证明材料。 An uploaded document.' }),
  }),
})

const applyInput = builder.inputType('ApplyForDesignationInput', {
  fields: (t) => ({
    institution: t.id({ description: '机构编号，机构自行申请可不填。 Left out by institutions.' }),
    pool: t.string({ description: '申请的统筹区，经办机构可不填。 Left out by staff.' }),
    answers: t.field({ type: [answers], required: true, description: '逐项说明定点条件' }),
    note: t.string(),
  }),
})

const correctInput = builder.inputType('CorrectApplicationInput', {
  fields: (t) => ({
    application: t.id({ required: true }),
    answers: t.field({ type: [answers], required: true, description: '全部条件，取代原有说明。 All answers anew.' }),
  }),
})

const missing = builder.inputType('ApplicationMissingInput', {
  fields: (t) => ({
    criterion: t.string({ required: true }),
    reason: t.string({ required: true, description: '须补正的内容，2–500 字' }),
  }),
})

const returnInput = builder.inputType('ReturnApplicationInput', {
  fields: (t) => ({
    application: t.id({ required: true }),
    missing: t.field({
      type: [missing],
      required: true,
      description: '一次性告知。 Everything that is missing, at once.',
    }),
  }),
})

const acceptInput = builder.inputType('AcceptApplicationInput', {
  fields: (t) => ({ application: t.id({ required: true }) }),
})

const score = builder.inputType('ApplicationScoreInput', {
  fields: (t) => ({
    criterion: t.string({ required: true }),
    score: t.int({ required: true, description: '0–100' }),
    note: t.string(),
  }),
})

const evaluateInput = builder.inputType('EvaluateApplicationInput', {
  fields: (t) => ({
    application: t.id({ required: true }),
    scores: t.field({ type: [score], required: true }),
    passed: t.boolean({ required: true, description: '是否合格' }),
    reason: t.string({ required: true, description: '结论及理由，2–500 字' }),
  }),
})

const endInput = builder.inputType('EndApplicationInput', {
  fields: (t) => ({
    application: t.id({ required: true }),
    reason: t.string({ required: true, description: '原因，2–500 字' }),
  }),
})

const staff = may('staff institutions:write')
const both = may('staff institutions:write', 'institution institutions:write')
const refusals = { types: [InvalidInput, NotFound, NotAllowed, RequestReused] }

async function load({ read }: Context, id: string) {
  const found = await read((tx) => findApplication(tx, id))
  if (found === null) throw new Error('who takes a step sees the application')
  return found
}

builder.mutationFields((t) => ({
  applyForDesignation: t.field({
    ...both,
    type: application,
    description:
      '申请定点。 Applies to be designated: an institution for itself, or staff for one that brought its papers.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: applyInput, required: true }) },
    resolve: async (_root, args, context) => load(context, await applyForDesignation(context, args)),
  }),
  correctApplication: t.field({
    ...both,
    type: application,
    description: '补正后再次提交。 Submits an application again that was returned.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: correctInput, required: true }) },
    resolve: async (_root, args, context) => load(context, await correctApplication(context, args)),
  }),
  returnApplication: t.field({
    ...staff,
    type: application,
    description: '退回补正。 Returns an application with all that is missing.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: returnInput, required: true }) },
    resolve: async (_root, args, context) => load(context, await returnApplication(context, args)),
  }),
  acceptApplication: t.field({
    ...staff,
    type: application,
    description: '受理并开始评估。 Accepts the papers; the evaluation begins.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: acceptInput, required: true }) },
    resolve: async (_root, args, context) => load(context, await acceptApplication(context, args)),
  }),
  evaluateApplication: t.field({
    ...staff,
    type: application,
    description: '记录评估结果。 Records the evaluation; one that was passed may lead to an agreement.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: evaluateInput, required: true }) },
    resolve: async (_root, args, context) => load(context, await evaluateApplication(context, args)),
  }),
  rejectApplication: t.field({
    ...staff,
    type: application,
    description: '不予定点。 Rejects an application.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: endInput, required: true }) },
    resolve: async (_root, args, context) => load(context, await rejectApplication(context, args)),
  }),
  withdrawApplication: t.field({
    ...both,
    type: application,
    description: '撤回申请。 Withdraws an application as the institution wishes.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: endInput, required: true }) },
    resolve: async (_root, args, context) => load(context, await withdrawApplication(context, args)),
  }),
}))
