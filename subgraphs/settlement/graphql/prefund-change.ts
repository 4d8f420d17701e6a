import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import {
  answerPrefundRequest,
  denyPrefund,
  payPrefund,
  receivePrefund,
  requestPrefund,
  returnPrefund,
} from '../commands/prefund.ts'
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
  returnPrefund: t.field({
    ...maySpeak,
    type: prefund,
    description:
      '就医地退还不需要的预付金，至多为余额减已用；参保地确认到账。 The holder pays back what is not used; the payer says when it has come in.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      province: t.arg.string({ required: true, description: '参保地省级代码' }),
      amount: t.arg({ type: 'Money', required: true }),
      paperNumber: t.arg.string({ required: true, description: '文号。 Number of the paper.' }),
      bankReference: t.arg.string({ required: true, description: '银行流水号' }),
      paidOn: t.arg({ type: 'Date', required: true, description: '退还日' }),
      words: t.arg.string({ description: '说明' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      prefundOf(context, await returnPrefund(context, requestId, input)),
  }),
  receivePrefund: t.field({
    ...maySpeak,
    type: prefund,
    description: '就医地（退还时为参保地）确认到账，金额须相符。 It has come in; the amount must agree.',
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
    description: '登记未到账，付款方账务冲回。 It has not come in; who paid has it back in its books.',
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
