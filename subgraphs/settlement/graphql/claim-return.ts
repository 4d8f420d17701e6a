import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { decideClaimPaymentReturn } from '../commands/claim-return.ts'
import { ClaimChanged } from '../domain/claim.ts'
import { findClaimReturn, listClaimReturns, type ShownClaimReturn } from '../store/claim-return.ts'
import { claim } from './claim.ts'
import { mayReadPayments } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { decideReturnInput, returnKind, returnState } from './payment-return.ts'
import { mayPayClaims } from './rights.ts'

const claimReturn = builder.objectRef<ShownClaimReturn>('ClaimPaymentReturn').implement({
  ...mayReadPayments,
  description:
    '银行前后回盘不一、待经办处理的报销款。 A payment of a claim of which the bank said the opposite of what it had said before.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.expose('kind', { type: returnKind }),
    payment: t.exposeID('rowId', { description: '原拨付，见 `ClaimPayment.id`' }),
    batch: t.exposeID('batchId'),
    number: t.exposeInt('number', { description: '批内行号' }),
    claim: t.field({ type: claim, nullable: true, resolve: (one, _args, { load }) => load.claim.load(one.claimId) }),
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

const connection = connectionOf('ClaimPaymentReturn', claimReturn, mayReadPayments)

builder.queryField('claimPaymentReturns', (t) =>
  t.field({
    ...mayReadPayments,
    type: connection,
    description:
      '前后回盘不一的报销款，最近的在前。 Payments of claims the bank contradicted itself about, the latest first.',
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
      const { pool } = ownRows(context)
      const filter = { ...(pool !== undefined && { pool }), decided, ...(after !== null && { before: after }) }
      return pageOf(await context.read((tx) => listClaimReturns(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
)

builder.mutationField('decideClaimPaymentReturn', (t) =>
  t.field({
    ...mayPayClaims,
    type: claimReturn,
    description:
      '处理报销款的前后不一回盘，以分录入账。 Decides a payment of a claim that came back, or was paid after it was rejected.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: decideReturnInput, required: true }) },
    resolve: async (_root, { requestId, input: decision }, context) => {
      const id = await decideClaimPaymentReturn(context, requestId, decision)
      const found = await context.read((tx) => findClaimReturn(tx, id))
      if (found === null) throw new Error('who decided a return may see it')
      return found
    },
  }),
)
