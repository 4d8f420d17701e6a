import { parseInstant } from '@yibao/schema/dates'
import { parseQuantity, parseUnitPrice, parseYuan, ZERO } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage, type Page, type PageInput } from '@yibao/schema/page'
import { NOBODY, uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { readOrder } from '../commands/order.ts'
import type { Context } from '../context.ts'
import type { LineInput } from '../domain/bill.ts'
import { endingOf, settleRequestOf, type Order, type OrderEnding, type OrderQuote } from '../domain/order.ts'
import { listOrders, type OrderFilter } from '../store/order.ts'
import { insured, institution } from './references.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'
import { ownRows } from './own-rows.ts'
import { text } from './words.ts'

const state = builder.enumType('OrderState', {
  description: '线上订单状态。 How far an online order has come.',
  values: {
    UNPAID: { description: '待本人授权。 Waits for the person to authorise it.' },
    AUTHORISED: { description: '已授权，尚未支付。 Authorised; not yet being paid.' },
    PAYING: { description: '现金部分支付中。 The cash part is being paid.' },
    PAID: { description: '现金部分已支付，尚未结算。 The cash part is paid; not yet settled.' },
    SETTLED: { description: '已结算。 Settled.' },
    EXPIRED: { description: '逾期未授权或未支付。 Not authorised or paid in time.' },
    CANCELLED: {
      description:
        '已取消、支付被拒，或无现金可退的结算未成或已撤销。 Withdrawn, declined, or not settled or taken back with no cash to return.',
    },
    REFUNDING: { description: '现金退回中，金额见 refund。 Cash is being paid back; `refund` says how much.' },
    REFUNDED: { description: '现金已退回，金额见 refund。 Cash is paid back; `refund` says how much.' },
  } as const,
})

// Names differ from those of refusals a mutation may answer instead, so that one document can ask for both.
const amounts = builder.objectRef<OrderQuote>('OrderAmounts').implement({
  ...mayRead,
  description: '本人所见并授权的金额。 What the person sees and authorises.',
  fields: (t) => ({
    quoteId: t.exposeID('quoteId', { description: '报价标识。 The quote they are of.' }),
    quoteExpiresAt: t.expose('quoteExpiresAt', { type: 'DateTime' }),
    total: t.expose('total', { type: 'Money', description: '医疗费总额 `medfee_sumamt`' }),
    fundTotal: t.expose('fundTotal', { type: 'Money', description: '基金支付总额 `fund_pay_sumamt`' }),
    hospital: t.expose('hospital', { type: 'Money', description: '医院负担金额 `hosp_part_amt`' }),
    account: t.expose('account', { type: 'Money', description: '个人账户支出 `acct_pay`' }),
    mutualAid: t.expose('mutualAid', { type: 'Money', description: '个人账户共济支付金额 `acct_mulaid_pay`' }),
    cash: t.expose('cash', { type: 'Money', description: '个人现金支出 `psn_cash_pay`，线上支付。 Paid online.' }),
  }),
})

const ending = builder.objectRef<OrderEnding>('OrderEnding').implement({
  ...mayRead,
  description: '未能完成的原因。 Why an order was not carried out, or was undone.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '稳定的机器码，如 QUOTE_STALE、EXPIRED。 Stable code for machines.' }),
    text: t.expose('text', { type: text }),
  }),
})

const line = builder.objectRef<LineInput>('OrderLine').implement({
  ...mayRead,
  description: '订单明细。 A line of the bill as it was sent.',
  fields: (t) => ({
    serial: t.exposeString('serial', { description: '费用明细流水号 `feedetl_sn`' }),
    code: t.exposeString('code', { description: '医疗目录编码 `med_list_codg`' }),
    price: t.field({ type: 'UnitPrice', nullable: true, resolve: (one) => parseUnitPrice(one.price) }),
    quantity: t.field({ type: 'Quantity', nullable: true, resolve: (one) => parseQuantity(one.quantity) }),
    amount: t.field({ type: 'Money', resolve: (one) => parseYuan(one.amount) ?? ZERO }),
    time: t.field({ type: 'DateTime', nullable: true, resolve: (one) => parseInstant(one.time) }),
  }),
})

/** Whoever was shown no credential learns what a person's bill comes to only when the person authorises it. */
const showsAmounts = (order: Order, { identity }: Context): boolean =>
  identity?.kind !== 'institution' || order.shown || order.authorisedAt !== null

export const order = builder.objectRef<Order>('OnlineOrder').implement({
  ...mayRead,
  description: '线上订单：机构发到本人手机的待付账单。 A bill an institution has sent to the person’s phone.',
  fields: (t) => ({
    id: t.exposeID('id'),
    state: t.expose('state', { type: state }),
    institution: t.field({ type: institution, nullable: true, resolve: (one) => ({ code: one.institution }) }),
    institutionCode: t.string({ description: '定点医药机构编号 `fixmedins_code`', resolve: (one) => one.institution }),
    insuredId: t.exposeID('insuredId', { description: '参保人标识' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    insuredPool: t.string({
      nullable: true,
      description: '参保地医保区划 `insuplc_admdvs`；何时可见同 amounts。 Seen by whoever sees `amounts`.',
      resolve: (one, _args, context) => (showsAmounts(one, context) ? one.pool : null),
    }),
    visit: t.exposeString('visit', { description: '就诊 ID `mdtrt_id`' }),
    chargeBatch: t.exposeString('chargeBatch', { description: '收费批次号 `chrg_bchno`' }),
    careType: t.exposeString('careType', { description: '医疗类别 `med_type`' }),
    lines: t.field({
      type: [line],
      resolve: async ({ id, lineCount }, _args, { load }) => {
        load.lines.spend(lineCount)
        return [...(await load.orderBill.load(id)).lines]
      },
    }),
    amounts: t.field({
      type: amounts,
      nullable: true,
      description:
        '应付金额；仅凭人员编号开立的订单，本人授权前机构不可见。 Null for an institution that was shown no credential, until the person authorises.',
      resolve: (one, _args, context) => (showsAmounts(one, context) ? one : null),
    }),
    paymentUrl: t.string({
      nullable: true,
      description: '支付页面，仅本人可见。 Where the person pays; shown to the person alone.',
      resolve: ({ paymentUrl }, _args, { identity }) => (identity?.kind === 'person' ? paymentUrl : null),
    }),
    ending: t.field({
      type: ending,
      nullable: true,
      description: '取消、过期或退款的原因。 Why it was cancelled, expired or is paid back.',
      resolve: endingOf,
    }),
    requestId: t.id({
      description: '结算所用的机构请求号，可用于 outcome。 The request of the institution it is settled under.',
      resolve: settleRequestOf,
    }),
    refund: t.expose('refund', {
      type: 'Money',
      nullable: true,
      description:
        '线上退回的现金：未结算者为全部已付现金；结算撤销者为该撤销应退的现金，以线上已付为限，其余及部分退费的差额在窗口结清。 What of the cash is paid back online: all when nothing was settled; when the settlement is taken back, the cash that returns by it, as far as it was paid online. Anything else, and the difference of a part refund, is squared at the counter.',
    }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '订单的结算；部分退费后为剩余费用的结算。 Its settlement; after a part refund that of what remains.',
      // Not by the person too: an order that was sent to a record before it was merged stays there.
      resolve: ({ settlementId: id }, _args, { load }) => (id === null ? null : load.settlement.load({ id })),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '开立时间' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: '须在此前授权并支付。 Until when it can be paid.',
    }),
    authorisedAt: t.expose('authorisedAt', { type: 'DateTime', nullable: true, description: '授权时间' }),
    paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true, description: '支付时间' }),
    settledAt: t.expose('settledAt', { type: 'DateTime', nullable: true, description: '结算时间' }),
    refundedAt: t.expose('refundedAt', { type: 'DateTime', nullable: true, description: '退款时间' }),
  }),
})

const orderConnection = connectionOf('OnlineOrder', order, mayRead)

async function pageFor(context: Context, input: PageInput, filter: OrderFilter): Promise<Page<Order>> {
  const problems: Problem[] = []
  const { size, after } = readPage(input, isUuidKey, problems)
  InvalidInput.throwIf(problems)
  const rows = await context.read((tx) =>
    listOrders(tx, { ...filter, ...(after !== null && { before: after }) }, size + 1),
  )
  const page = pageOf<Order>(rows, size, (one) => one.id)
  for (const { node } of page.edges) context.noteRead(node.insuredId, 'orders')
  return page
}

builder.queryFields((t) => ({
  order: t.field({
    ...mayRead,
    type: order,
    description: '线上订单；无权知晓者答不存在。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => readOrder(context, id),
  }),
  orders: t.field({
    ...mayRead,
    type: orderConnection,
    description:
      '线上订单，最新在前：本机构的、本统筹区的或本人的。 The caller’s own: of the institution, the pool or the person; latest first.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
      state: t.arg({ type: state }),
    },
    resolve: (_root, { state: wanted, ...page }, context) =>
      pageFor(context, page, { ...ownRows(context), ...(wanted != null && { state: wanted }) }),
  }),
}))

builder.objectField(insured, 'orders', (t) =>
  t.field({
    ...mayRead,
    type: orderConnection,
    description:
      '该人的线上订单，最新在前，限调用者可见。 The person’s online orders the caller may see, latest first.',
    errors: { types: [InvalidInput], union: { name: 'InsuredOrdersResult' } },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: ({ id }, args, context) =>
      pageFor(context, args, { ...ownRows(context), insuredId: uuidFault(id) === null ? id : NOBODY }),
  }),
)
