import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { decidePaymentReturn } from '../commands/payment-return.ts'
import { findReturn, listReturns, type ShownReturn } from '../store/payment-return.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { institution } from './references.ts'
import { mayClose } from './rights.ts'

const state = builder.enumType('PaymentReturnState', {
  description: '退款处理状态。 What staff decided about a payment the bank gave back.',
  values: {
    OPEN: { description: '待处理。 Nothing yet.' },
    CONFIRMED: { description: '已确认退款，款项重新待拨付。 It came back and is owed again.' },
    DISMISSED: { description: '不成立，拨付有效。 The payment stands.' },
  },
})

const paymentReturn = builder.objectRef<ShownReturn>('PaymentReturn').implement({
  ...mayReadClearing,
  description: '已付后被银行退回的拨付。 A payment the bank gave back after it had said it was paid.',
  fields: (t) => ({
    id: t.exposeID('id'),
    payment: t.exposeID('rowId', { description: '原拨付，见 `InstitutionPayment.id`' }),
    batch: t.exposeID('batchId'),
    number: t.exposeInt('number', { description: '批内行号' }),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', { description: '付款统筹区' }),
    amount: t.expose('amount', { type: 'Money' }),
    bankReason: t.exposeString('bankReason', { description: '银行退回原因' }),
    bankReference: t.exposeString('bankReference', { nullable: true, description: '银行流水号' }),
    reportedAt: t.expose('reportedAt', { type: 'DateTime', description: '银行回盘读入时间' }),
    state: t.expose('state', { type: state }),
    reason: t.exposeString('reason', { nullable: true, description: '经办处理理由。 Why it was decided so.' }),
    decidedBy: t.exposeString('decidedBy', { nullable: true, description: '处理人' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
  }),
})

const connection = connectionOf('PaymentReturn', paymentReturn, mayReadClearing)

const input = builder.inputType('DecidePaymentReturnInput', {
  description: '银行退款处理。 The decision on a payment that came back.',
  fields: (t) => ({
    id: t.id({ required: true }),
    confirmed: t.boolean({
      required: true,
      description: '确认退款则冲回并重新拨付。 Confirmed, it is owed again and goes into the next batch.',
    }),
    reason: t.string({ required: true, description: '理由' }),
  }),
})

builder.queryField('paymentReturns', (t) =>
  t.field({
    ...mayReadClearing,
    type: connection,
    description: '已付后退回的拨付，最近的在前，限调用者可见。 Payments that came back, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      decided: t.arg.boolean({ description: '已处理或待处理。 Decided ones, or those that wait.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { decided = null, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { insuredId: _nobody, ...own } = ownRows(context)
      const filter = { ...own, decided, ...(after !== null && { before: after }) }
      return pageOf(await context.read((tx) => listReturns(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
)

builder.mutationField('decidePaymentReturn', (t) =>
  t.field({
    ...mayClose,
    type: paymentReturn,
    description: '处理银行退款：确认则以冲回分录重新待拨付。 Decides a payment that came back.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: decision }, context) => {
      const id = await decidePaymentReturn(context, requestId, decision)
      const found = await context.read((tx) => findReturn(tx, id))
      if (found === null) throw new Error('who decided a return may see it')
      return found
    },
  }),
)
