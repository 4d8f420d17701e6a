import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { payNet, receiveNet } from '../commands/net-payment.ts'
import { confirmNet, declareNet, disputeNetLines } from '../commands/net-statement.ts'
import { withdrawNet } from '../commands/net-withdraw.ts'
import { netPayment, netPaymentOf, netStatement, netStatementOf } from './netting.ts'
import { maySpeak } from './province-rights.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  declareNet: t.field({
    ...maySpeak,
    type: netStatement,
    description:
      '就医地向参保省申报截至某月、未申报的全部跨省结算、撤销与扣款；同一结算的后续条目待前单到账后申报。 Declares to another province all it owes up to the end of a month that stands in no statement; what follows a line of the same bill waits until that was received.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      province: t.arg.string({ required: true, description: '参保省级代码' }),
      month: t.arg.string({ required: true, description: '清算年月 yyyy-MM，须已结束。 A month that is over.' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      netStatementOf(context, await declareNet(context, requestId, input)),
  }),
  withdrawNet: t.field({
    ...maySpeak,
    type: netStatement,
    description:
      '就医地撤回尚未确认的清算单；参保地答复后明细可重新申报，已先行确认的则仍有效。 Asks a statement back before it is confirmed; home decides which was first.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, ...input }, context) =>
      netStatementOf(context, await withdrawNet(context, requestId, input)),
  }),
  disputeNetLines: t.field({
    ...maySpeak,
    type: netStatement,
    description:
      '参保地对明细提出异议；确认时连同该结算的后续条目一并移出，可下期重新申报。 Disputes lines; they leave it at the confirmation, with what follows them of the same bills.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      statement: t.arg.id({ required: true }),
      items: t.arg.idList({ required: true, description: '有异议的明细' }),
      words: t.arg.string({ required: true, description: '理由' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      netStatementOf(context, await disputeNetLines(context, requestId, input)),
  }),
  confirmNet: t.field({
    ...maySpeak,
    type: netStatement,
    description: '参保地确认无异议的明细。 Home agrees to what is not disputed.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, ...input }, context) =>
      netStatementOf(context, await confirmNet(context, requestId, input)),
  }),
}))

builder.mutationFields((t) => ({
  payNet: t.field({
    ...maySpeak,
    type: netPayment,
    description:
      '轧差付款：结清双向已确认的清算单，由净应付方办理。 Settles confirmed statements of both directions; the side that owes more pays.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      province: t.arg.string({ required: true }),
      statements: t.arg.idList({ required: true }),
      amount: t.arg({ type: 'Money', required: true, description: '净额，须与账目一致' }),
      bankReference: t.arg.string({ required: true, description: '银行流水号' }),
      paidOn: t.arg({ type: 'Date', required: true, description: '付款日' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      netPaymentOf(context, await payNet(context, requestId, input)),
  }),
  receiveNet: t.field({
    ...maySpeak,
    type: netPayment,
    description: '登记到账，金额须相符。 It has come in; the amount must agree.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      payment: t.arg.id({ required: true }),
      amount: t.arg({ type: 'Money', required: true }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      netPaymentOf(context, await receiveNet(context, requestId, input)),
  }),
}))
