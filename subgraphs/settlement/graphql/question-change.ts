import { may } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { answerQuestion, askQuestion, assignQuestion, closeQuestion, followUpQuestion } from '../commands/question.ts'
import type { Context } from '../context.ts'
import { QuestionChanged, questionNotFound, type Question } from '../domain/question.ts'
import { question } from './question.ts'

/** Asking, in one's own name or that of one's employer. */
const mayAskQuestions = may('person', 'employer')
/** Answering for one's pool. */
const mayAnswerQuestions = may('staff settlement:write')

const errors = { types: [InvalidInput, NotFound, NotAllowed, QuestionChanged, RequestReused, Busy] }

/** The question as it is after a step. */
async function shown({ load }: Context, id: string): Promise<Question> {
  const found = await load.question.load(id)
  if (found === null) throw questionNotFound('questionId')
  return found
}

type Fields = Parameters<Parameters<typeof builder.mutationFields>[0]>[0]

/** What every step names: its request, the question, and the version of it that the caller has seen. */
const asked = (t: Fields) => ({
  requestId: t.arg.id({ required: true }),
  questionId: t.arg.id({ required: true }),
  version: t.arg.int({ required: true, description: '所见的版本。 The version the caller has seen.' }),
})

const words = (t: Fields) =>
  t.arg.string({
    required: true,
    description: '2–1000 字，不得包含证件号码和银行卡号。 Without identity numbers and bank cards.',
  })

const subjectInput = builder.inputType('QuestionSubjectInput', {
  description:
    '咨询事项，须且只能指明一项：参保人可问结算单、报销申请、缴费核定，单位可问所缴的缴费核定和待签署的单位证明。 One of these: a person asks about a settlement, claim or contribution of theirs, an employer about a contribution it pays or a certificate it is asked for.',
  fields: (t) => ({
    settlementId: t.id({ description: '结算单标识' }),
    line: t.string({ description: '结算单的明细序号 `feedetl_sn`；不填则问整张。 A line of the settlement.' }),
    claimId: t.id({ description: '报销申请标识' }),
    contributionId: t.id({ description: '缴费核定标识。 Id of a bill of contributions.' }),
    certificateId: t.id({ description: '单位证明标识' }),
  }),
})

builder.mutationFields((t) => ({
  askQuestion: t.field({
    ...mayAskQuestions,
    type: question,
    description: '咨询。 Asks a question; it is answered within the working days of the pool.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      about: t.arg({ type: subjectInput, required: true }),
      words: words(t),
    },
    resolve: async (_root, args, context) => shown(context, await askQuestion(context, args)),
  }),
  followUpQuestion: t.field({
    ...mayAskQuestions,
    type: question,
    description: '对答复追问，重新计算答复期限。 Asks further about an answer; another one is due then.',
    errors,
    args: { ...asked(t), words: words(t) },
    resolve: async (_root, args, context) => shown(context, await followUpQuestion(context, args)),
  }),
  closeQuestion: t.field({
    ...mayAskQuestions,
    type: question,
    description: '咨询人办结，或不再需要答复。 Whoever asked is content, or needs no answer any more.',
    errors,
    args: asked(t),
    resolve: async (_root, args, context) => shown(context, await closeQuestion(context, args)),
  }),
}))

builder.mutationFields((t) => ({
  assignQuestion: t.field({
    ...mayAnswerQuestions,
    type: question,
    description:
      '分派或接手；从他人处接手须说明理由。 Gives a question to one of the staff, or takes it; from somebody else with a reason.',
    errors,
    args: {
      ...asked(t),
      to: t.arg.string({ description: '经办人账号；不填为本人。 Account; oneself when left out.' }),
      reason: t.arg.string({ description: '理由，2–500 字' }),
    },
    resolve: async (_root, args, context) => shown(context, await assignQuestion(context, args)),
  }),
  answerQuestion: t.field({
    ...mayAnswerQuestions,
    type: question,
    description:
      '答复；已答复的可补充更正，原答复不变。 Answers; what was answered can be added to, and stays as it was.',
    errors,
    args: { ...asked(t), words: words(t) },
    resolve: async (_root, args, context) => shown(context, await answerQuestion(context, args)),
  }),
}))
