import { may } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { authoriseOrder } from '../commands/order-authorise.ts'
import { cancelOrder } from '../commands/order-cancel.ts'
import { createOrder } from '../commands/order-create.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'
import { QuoteStale } from '../domain/quote.ts'
import { AlreadySettled, NotCovered } from '../domain/refusals.ts'
import { billFields, credential } from './bill-input.ts'
import { order } from './order.ts'
import './quote.ts'
import './rejections.ts'
import { maySettle } from './rights.ts'

const addressee = builder.inputType('OrderPersonInput', {
  description: '订单发给谁：人员编号，或所出示的凭证，二选一。 Whom an order is for: one of the two.',
  fields: (t) => ({
    number: t.string({
      description:
        '人员编号 `psn_no`；凭此开单被拒时不说明原因，并计入每日次数。 Whoever sends it learns no reason when no order can be made; such numbers are limited per day.',
    }),
    credential: t.field({ type: credential, description: '所出示的凭证。 The credential as it was shown.' }),
  }),
})

const orderInput = builder.inputType('OrderInput', {
  description:
    '线上订单的账单，结算时无须凭证。 A bill to be paid online; the person authorises it instead of showing something.',
  fields: (t) => ({ person: t.field({ type: addressee, required: true }), ...billFields(t) }),
})

/** The person signs in; the e-voucher says that it is meant. */
const mayAuthorise = may('person')

builder.mutationFields((t) => ({
  createOrder: t.field({
    ...maySettle,
    type: order,
    description:
      '开立线上订单：把待付账单发到本人手机，逾期未付自动失效；每机构对同一人最多 20 个未完成。 Sends an unpaid bill to the person’s phone; unpaid it expires. At most 20 of an institution wait for one person.',
    errors: { types: [InvalidInput, NotSettledDirectly, NotAllowed, NotCovered, AlreadySettled, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: orderInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => createOrder(context, requestId, input),
  }),
  authoriseOrder: t.field({
    ...mayAuthorise,
    type: order,
    description:
      '本人以电子凭证授权订单：支付现金部分并结算。金额有变则不授权，订单显示新金额。 Authorises an order by an e-voucher: the cash part is paid and the bill settled. When the amounts have changed the order shows the new ones and nothing else happens.',
    errors: {
      types: [
        InvalidInput,
        NotFound,
        NotSettledDirectly,
        NotAllowed,
        NotCovered,
        AlreadySettled,
        QuoteStale,
        RequestReused,
        Busy,
      ],
    },
    args: {
      requestId: t.arg.id({ required: true }),
      order: t.arg.id({ required: true }),
      voucher: t.arg.string({
        required: true,
        description:
          '为此签发的电子凭证码（issueVoucher），只能用一次。 The code of an e-voucher; authorises one order.',
      }),
    },
    resolve: (_root, { requestId, ...input }, context) => authoriseOrder(context, requestId, input),
  }),
  cancelOrder: t.field({
    ...may('institution settlement:write', 'person'),
    type: order,
    description: '撤回待授权的订单，由机构或本人。 Withdraws an order that waits for the person.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), order: t.arg.id({ required: true }) },
    resolve: (_root, { requestId, order: id }, context) => cancelOrder(context, requestId, id),
  }),
}))
