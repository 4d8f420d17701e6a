import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import { MONTH } from '../domain/clearing.ts'
import { Fields } from '../domain/fields.ts'
import {
  NET_KINDS,
  NET_STATES,
  noNetPayment,
  noNetStatement,
  type NetItem,
  type NetPayment,
  type NetState,
  type NetStatement,
} from '../domain/netting.ts'
import { readProvince } from '../domain/province.ts'
import { listNetItems, listNetPayments, listNetStatements, listNetSteps, listPaymentParts } from '../store/netting.ts'
import { mayReadProvince } from './province-rights.ts'

const STATES: Readonly<Record<NetState, string>> = {
  ARRIVING: '明细尚未到齐。 Not all of its lines are here yet.',
  DECLARED: '已申报，待参保地确认。 Declared; home looks at it.',
  WITHDRAWING: '就医地申请撤回，待参保地答复。 The place asks for it back; home has not answered.',
  WITHDRAWN: '已撤回，明细可重新申报。 Withdrawn; its lines may be declared again.',
  CONFIRMED: '参保地已确认，待轧差付款。 Home agrees; it is to be settled.',
  PAID: '已付款，待到账。 Paid, not received yet.',
  RECEIVED: '已结清。 Settled.',
}
const state = builder.enumType('NetStatementState', {
  description: '跨省清算单状态。 How far a statement between provinces has come.',
  values: Object.fromEntries(NET_STATES.map((one) => [one, { description: STATES[one] }])) as Record<
    NetState,
    { description: string }
  >,
})
export const netSide = builder.enumType('NetSide', {
  description: '本省是就医地（应收）还是参保地（应付）。 Whether this province is owed or owes.',
  values: { PLACE: { description: '就医地，应收。 Owed.' }, HOME: { description: '参保地，应付。 Owes.' } } as const,
})
const kind = builder.enumType('NetItemKind', {
  description: '清算单明细类别。 A bill, the reversal of one, or a deduction of one.',
  values: NET_KINDS,
})

interface Shown extends NetStatement {
  readonly history: readonly { readonly state: NetState; readonly caller: string; readonly at: Temporal.Instant }[]
}

const step = builder.objectRef<Shown['history'][number]>('NetStep').implement({
  ...mayReadProvince,
  description: '清算单的一步。 Who took it to a state, and when.',
  fields: (t) => ({
    state: t.expose('state', { type: state }),
    by: t.exposeString('caller', { description: '经办，或对方省份' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

const item = builder.objectRef<Pick<NetItem, 'item' | 'kind' | 'amount' | 'disputed'>>('NetItem').implement({
  ...mayReadProvince,
  description: '跨省清算单的一条明细，只在一份清算单中。 A line; it stands in no other statement.',
  fields: (t) => ({
    item: t.exposeID('item', { description: '跨省交换 ID 或扣款 ID，双方一致。 The same on both platforms.' }),
    kind: t.expose('kind', { type: kind }),
    amount: t.expose('amount', { type: 'Money', description: '参保地应付；撤销与扣款为负' }),
    disputed: t.exposeString('disputed', { nullable: true, description: '异议理由。 Why home does not agree.' }),
  }),
})

export const netStatement = builder.objectRef<Shown>('NetStatement').implement({
  ...mayReadProvince,
  description:
    '跨省异地就医月度清算单，双方平台同一 ID。 What the province of treatment is owed up to the end of a month, under one id on both platforms.',
  fields: (t) => ({
    id: t.exposeID('id'),
    province: t.exposeString('province', { description: '对方省级代码' }),
    side: t.expose('side', { type: netSide }),
    month: t.exposeString('month', { description: '截至的清算年月，yyyy-MM' }),
    state: t.expose('state', { type: state }),
    count: t.exposeInt('count', { description: '明细条数。 Lines that stand in it.' }),
    amount: t.expose('amount', { type: 'Money', description: '参保地应付金额。 What home owes for them.' }),
    dueOn: t.expose('dueOn', { type: 'Date', nullable: true, description: '应付款截止日。 Last day for payment.' }),
    isOverdue: t.boolean({
      description: '逾期未付。 Should have been paid before today.',
      resolve: ({ dueOn, state: now }, _args, context) =>
        now === 'CONFIRMED' && dueOn !== null && Temporal.PlainDate.compare(dueOn, dayOf(context.now())) < 0,
    }),
    disputes: t.field({
      type: [item],
      description: '因异议移出的明细，可重新申报。 Lines that left it, and why; they may be declared again.',
      resolve: async ({ id }, _args, { load }) =>
        (await load.netDisputes.load(id)).map((one) => ({ ...one, disputed: one.words })),
    }),
    history: t.field({ type: [step], description: '办理经过。 In order.', resolve: (one) => [...one.history] }),
  }),
})

async function withHistory(context: Context, found: readonly NetStatement[]): Promise<Shown[]> {
  const ids = found.map((one) => one.id)
  const steps = await context.read((tx) => listNetSteps(tx, ids))
  return found.map((one) => ({
    ...one,
    history: steps.filter((each) => each.statementId === one.id),
  }))
}

const known = (id: string): string | null => (uuidFault(id) === null ? id.toLowerCase() : null)

/** A statement the reader may see. Throws NotFound for any other. */
export async function netStatementOf(context: Context, id: string): Promise<Shown> {
  const named = known(id)
  const found = named === null ? [] : await context.read((tx) => listNetStatements(tx, { ids: [named] }, 1))
  const [one] = await withHistory(context, found)
  if (one === undefined) throw noNetStatement()
  return one
}

interface ShownPayment extends NetPayment {
  readonly statements: readonly string[]
}
export const netPayment = builder.objectRef<ShownPayment>('NetPayment').implement({
  ...mayReadProvince,
  description: '跨省清算轧差付款。 What statements of both directions come to, paid by the side that owes more.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '双方一致' }),
    province: t.exposeString('province', { description: '对方省级代码' }),
    isPayer: t.boolean({ description: '本省是否付款方', resolve: (one) => one.side === 'PAYER' }),
    isReceived: t.boolean({ description: '是否已到账', resolve: (one) => one.state === 'RECEIVED' }),
    denied: t.exposeString('trouble', {
      nullable: true,
      description:
        '收款方拒绝的原因代码：账务已冲回，清算单恢复待付，款项由银行退回。 Why the receiver refused it, a code: it is taken back in the books, its statements are to be paid as before, and the transfer comes back by the bank.',
    }),
    amount: t.expose('amount', { type: 'Money', description: '轧差净额' }),
    bankReference: t.exposeString('bankReference', { description: '银行流水号' }),
    paidOn: t.expose('paidOn', { type: 'Date', description: '付款日' }),
    statements: t.idList({ description: '所结清的清算单', resolve: (one) => [...one.statements] }),
  }),
})

async function withParts(context: Context, found: readonly NetPayment[]): Promise<ShownPayment[]> {
  const parts = await context.read((tx) =>
    listPaymentParts(
      tx,
      found.map((one) => one.id),
    ),
  )
  return found.map((one) => ({
    ...one,
    statements: parts.filter((part) => part.paymentId === one.id).map((part) => part.statementId),
  }))
}

/** A payment the reader may see. Throws NotFound for any other. */
export async function netPaymentOf(context: Context, id: string): Promise<ShownPayment> {
  const named = known(id)
  const found = named === null ? [] : await context.read((tx) => listNetPayments(tx, { ids: [named] }, 1))
  const [one] = await withParts(context, found)
  if (one === undefined) throw noNetPayment()
  return one
}

const statements = connectionOf('NetStatement', netStatement, mayReadProvince)
const items = connectionOf('NetItem', item, mayReadProvince)
const payments = connectionOf('NetPayment', netPayment, mayReadProvince)

builder.queryFields((t) => ({
  netStatements: t.field({
    ...mayReadProvince,
    type: statements,
    description:
      '跨省清算单，最近的在前；由省本级经办机构查看。 The latest first, for the bureau of the province itself.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '对方省级代码' }),
      side: t.arg({ type: netSide }),
      month: t.arg.string({ description: '清算年月 yyyy-MM' }),
      state: t.arg({ type: state }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, side: of, month, state: asked, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const other = readProvince(fields, 'province', province)
      const until = fields.optional('month', month, { max: 7, ...MONTH })
      fields.check()
      const filter = {
        ...(other !== null && { province: other }),
        ...(until !== null && { month: until }),
        ...(of && { side: of }),
        ...(asked && { state: asked }),
        ...(after !== null && { before: after }),
      }
      const rows = await context.read((tx) => listNetStatements(tx, filter, size + 1))
      return pageOf(await withHistory(context, rows), size, (one) => one.id)
    },
  }),
  netItems: t.field({
    ...mayReadProvince,
    type: items,
    description: '清算单的明细。 The lines that stand in a statement.',
    errors: { types: [InvalidInput, NotFound] },
    args: { statement: t.arg.id({ required: true }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { statement, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { id } = await netStatementOf(context, statement)
      const rows = await context.read((tx) => listNetItems(tx, id, { after, limit: size + 1 }))
      return pageOf(rows, size, (one) => one.item)
    },
  }),
  netPayments: t.field({
    ...mayReadProvince,
    type: payments,
    description: '跨省清算付款，最近的在前。 The latest first.',
    errors: { types: [InvalidInput] },
    args: { province: t.arg.string(), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { province, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const other = readProvince(fields, 'province', province)
      fields.check()
      const filter = { ...(other !== null && { province: other }), ...(after !== null && { before: after }) }
      const rows = await context.read((tx) => listNetPayments(tx, filter, size + 1))
      return pageOf(await withParts(context, rows), size, (one) => one.id)
    },
  }),
}))
