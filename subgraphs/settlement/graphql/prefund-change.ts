import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { answerPrefundRequest, denyPrefund, payPrefund, receivePrefund, requestPrefund } from '../commands/prefund.ts'
import { prefund, prefundOf } from './prefund.ts'
import { maySpeak } from './province-rights.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  requestPrefund: t.field({
    ...maySpeak,
    type: prefund,
    description: '就医地请求参保地调增预付金。 Asks another province for more.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      province: t.arg.string({ required: true, description: '参保地省级代码' }),
      amount: t.arg({ type: 'Money', required: true }),
      words: t.arg.string({ required: true, description: '理由' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      prefundOf(context, await requestPrefund(context, requestId, input)),
  }),
  answerPrefundRequest: t.field({
    ...maySpeak,
    type: prefund,
    description: '参保地答复调增请求；不同意须说明理由。 Agrees, or declines with a reason.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      prefund: t.arg.id({ required: true }),
      agreed: t.arg.boolean({ required: true }),
      words: t.arg.string(),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      prefundOf(context, await answerPrefundRequest(context, requestId, input)),
  }),
  payPrefund: t.field({
    ...maySpeak,
    type: prefund,
    description: '参保地登记缴存，按调增请求或主动缴存。 Has paid in, for a request or of its own accord.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      prefund: t.arg.id({ description: '所依据的调增请求。 The request it pays.' }),
      province: t.arg.string({ required: true, description: '就医地省级代码' }),
      amount: t.arg({ type: 'Money', required: true }),
      paperNumber: t.arg.string({ required: true, description: '文号。 Number of the paper.' }),
      bankReference: t.arg.string({ required: true, description: '银行流水号' }),
      paidOn: t.arg({ type: 'Date', required: true, description: '缴存日' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      prefundOf(context, await payPrefund(context, requestId, input)),
  }),
}))

builder.mutationFields((t) => ({
  receivePrefund: t.field({
    ...maySpeak,
    type: prefund,
    description: '就医地确认到账，金额须相符。 It has come in; the amount must agree.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      prefund: t.arg.id({ required: true }),
      amount: t.arg({ type: 'Money', required: true }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      prefundOf(context, await receivePrefund(context, requestId, input)),
  }),
  denyPrefund: t.field({
    ...maySpeak,
    type: prefund,
    description: '就医地登记未到账，参保地账务冲回。 It has not come in; the payer has it back in its books.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      prefund: t.arg.id({ required: true }),
      words: t.arg.string({ required: true, description: '说明' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      prefundOf(context, await denyPrefund(context, requestId, input)),
  }),
}))
