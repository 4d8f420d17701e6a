import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { decidePaymentReturn } from '../commands/payment-return.ts'
import { findReturn, listReturns, type ShownReturn } from '../store/payment-return.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { institution } from './references.ts'
import { mayClose } from './rights.ts'

export const returnState = builder.enumType('PaymentReturnState', {
  description: '退款处理状态。 What staff decided about a payment the bank gave back.',
  values: {
    OPEN: { description: '待处理。 Nothing yet.' },
    CONFIRMED: {
      description:
        '已确认：退款的重新待拨付，退回后又付的记为已付。 It is as the bank says: what came back is owed again, what was paid is.',
    },
    DISMISSED: {
      description: '不成立：原拨付结果有效。 It is not so; the answer of before stands.',
    },
  },
})

export const returnKind = builder.enumType('PaymentReturnKind', {
  description: '银行前后不一的情形。 How the bank contradicts its answer of before.',
  values: {
    CAME_BACK: { description: '已付后退回。 It came back after it was paid.' },
    PAID_AFTER_ALL: {
      description:
        '退回后又称已付；处理前其款项不进入任何批次。 It was paid after it was rejected; until that is decided what it was to pay is in no batch.',
    },
  },
})

const paymentReturn = builder.objectRef<ShownReturn>('PaymentReturn').implement({
  ...mayReadClearing,
  description:
    '银行前后回盘不一、待经办处理的拨付。 A payment of which the bank said the opposite of what it had said before.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.expose('kind', { type: returnKind }),
    payment: t.exposeID('rowId', { description: '原拨付，见 `InstitutionPayment.id`' }),
    batch: t.exposeID('batchId'),
    number: t.exposeInt('number', { description: '批内行号' }),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', { description: '付款统筹区' }),
    amount: t.expose('amount', { type: 'Money' }),
    bankReason: t.exposeString('bankReason', {
      description: '银行退回原因。 Why it was rejected or came back.',
    }),
    bankReference: t.exposeString('bankReference', { nullable: true, description: '银行流水号' }),
    reportedAt: t.expose('reportedAt', { type: 'DateTime', description: '银行回盘读入时间' }),
    state: t.expose('state', { type: returnState }),
    reason: t.exposeString('reason', { nullable: true, description: '经办处理理由。 Why it was decided so.' }),
    decidedBy: t.exposeString('decidedBy', { nullable: true, description: '处理人' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
  }),
})

const connection = connectionOf('PaymentReturn', paymentReturn, mayReadClearing)

export const decideReturnInput = builder.inputType('DecidePaymentReturnInput', {
  description: '银行退款处理。 The decision on a payment that came back.',
  fields: (t) => ({
    id: t.id({ required: true }),
    confirmed: t.boolean({
      required: true,
      description:
        '银行所称是否属实：退款属实则冲回并重新拨付，又付属实则记为已付。 Whether it is as the bank says now: what came back goes into the next batch, what was paid is paid.',
    }),
    reason: t.string({ required: true, description: '理由' }),
  }),
})

builder.queryField('paymentReturns', (t) =>
  t.field({
    ...mayReadClearing,
    type: connection,
    description:
      '前后回盘不一的拨付，最近的在前，限调用者可见。 Payments the bank contradicted itself about, the latest first.',
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
    description:
      '处理银行前后不一的回盘，以分录入账。 Decides a payment that came back, or was paid after it was rejected.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: decideReturnInput, required: true }) },
    resolve: async (_root, { requestId, input: decision }, context) => {
      const id = await decidePaymentReturn(context, requestId, decision)
      const found = await context.read((tx) => findReturn(tx, id))
      if (found === null) throw new Error('who decided a return may see it')
      return found
    },
  }),
)
