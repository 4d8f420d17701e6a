import { uuidFault } from '@yibao/schema/ids'
import { dayOf } from '@yibao/schema/dates'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import { MONTH } from '../domain/clearing.ts'
import { Fields } from '../domain/fields.ts'
import {
  noPoolStatement,
  POOL_STATEMENT_STATES,
  readPool,
  UNPAID_STATES,
  type PoolStatement,
  type PoolStatementState,
  type PoolStatementStep,
} from '../domain/pool-statement.ts'
import {
  findPoolStatement,
  listPoolItems,
  listPoolStatements,
  listSteps,
  type PoolStatementItem,
} from '../store/pool-statement.ts'
import { mayReadPayments } from './clearing-rights.ts'
import { monthlyStatement } from './monthly-statement.ts'
import { ownRows } from './own-rows.ts'

const WORDS: Readonly<Record<PoolStatementState, string>> = {
  DECLARED: '已申报，待对方确认。 Declared; the debtor looks at it.',
  CONFIRMED: '已确认，待拨付。 The debtor agrees and is to pay.',
  PAID: '已拨付，待到账。 Paid by the debtor, not received yet.',
  RECEIVED: '已到账。 The creditor has the money.',
  DISPUTED: '有异议，待撤回。 The debtor does not agree; the creditor withdraws it.',
  WITHDRAWN: '已撤回，可重新申报。 Withdrawn; what stood in it may be declared again.',
}

const state = builder.enumType('PoolStatementState', {
  description: '统筹区间清算单状态。 How far a statement between pools has come.',
  values: Object.fromEntries(POOL_STATEMENT_STATES.map((one) => [one, { description: WORDS[one] }])) as Record<
    PoolStatementState,
    { description: string }
  >,
})

const step = builder.objectRef<PoolStatementStep>('PoolStatementStep').implement({
  ...mayReadPayments,
  description: '清算单的一步。 Who took a statement to a state, and when.',
  fields: (t) => ({
    state: t.expose('state', { type: state }),
    by: t.exposeString('caller', { description: '经办。 Whose staff, and who.' }),
    at: t.expose('at', { type: 'DateTime' }),
    words: t.exposeString('words', { nullable: true, description: '异议理由或银行流水号。 Reason, or transfer.' }),
    disputed: t.idList({ description: '有异议的清算申请。 Disputed.', resolve: (one) => [...one.disputed] }),
  }),
})

/** A declaration with how it came to its state. */
export interface ShownPoolStatement extends PoolStatement {
  readonly history: readonly PoolStatementStep[]
}

export const poolStatement = builder.objectRef<ShownPoolStatement>('PoolStatement').implement({
  ...mayReadPayments,
  description:
    '统筹区间清算单（省内异地）：就医地向参保地申报已确认的清算申请。 What the pool of treatment is owed by the pool of the insured. Amounts in yuan.',
  fields: (t) => ({
    id: t.exposeID('id'),
    creditor: t.exposeString('creditor', { description: '就医地统筹区，已向机构拨付 `mdtrtarea_admvs`' }),
    debtor: t.exposeString('debtor', { description: '参保地统筹区，其基金负担 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    month: t.exposeString('month', { description: '截至的清算年月，yyyy-MM。 Up to this month.' }),
    state: t.expose('state', { type: state }),
    statements: t.exposeInt('statements', { description: '清算申请份数。 Monthly statements in it.' }),
    settlements: t.exposeInt('settlements', { description: '清算人次，含撤销 `psntime`' }),
    reversals: t.exposeInt('reversals', { description: '其中撤销' }),
    fundPart: t.expose('fund', { type: 'Money', description: '基金部分' }),
    accountPart: t.expose('account', { type: 'Money', description: '个人账户及共济支出 `acct_pay`' }),
    deducted: t.expose('deducted', { type: 'Money', description: '审核扣款，退还参保地基金' }),
    difference: t.expose('difference', { type: 'Money', description: '支付方式差额' }),
    amount: t.expose('amount', {
      type: 'Money',
      description:
        '应付 = 基金 + 个人账户 − 扣款 + 差额，含就医地留存的保证金。 Owed, what is kept back of hospitals included.',
    }),
    declaredOn: t.expose('declaredOn', { type: 'Date' }),
    dueOn: t.expose('dueOn', { type: 'Date', description: '应拨付截止日。 Last day for payment.' }),
    dueProvisional: t.exposeBoolean('dueProvisional', {
      description:
        '期限内有尚未公布的节假日安排，公布后重算，只会推后。 Holidays on the way are not published yet; counted anew when they are, never to an earlier day.',
    }),
    isOverdue: t.boolean({
      description: '逾期未拨付。 Should have been paid before today.',
      resolve: (one, _args, context) =>
        (UNPAID_STATES as readonly PoolStatementState[]).includes(one.state) &&
        Temporal.PlainDate.compare(one.dueOn, dayOf(context.now())) < 0,
    }),
    bankReference: t.exposeString('bankReference', { nullable: true, description: '银行流水号' }),
    paidOn: t.expose('paidOn', { type: 'Date', nullable: true, description: '拨付日' }),
    history: t.field({ type: [step], description: '办理经过。 In order.', resolve: (one) => [...one.history] }),
  }),
})

async function withHistory(context: Context, found: readonly PoolStatement[]): Promise<ShownPoolStatement[]> {
  const ids = found.map((one) => one.id)
  const steps = Map.groupBy(await context.read((tx) => listSteps(tx, ids)), (one) => one.poolStatementId)
  return found.map((one) => ({ ...one, history: steps.get(one.id) ?? [] }))
}

/** A declaration the reader may see. Throws NotFound for any other. */
export async function poolStatementOf(context: Context, id: string): Promise<ShownPoolStatement> {
  const known = uuidFault(id) === null ? id.toLowerCase() : null
  const found = known === null ? null : await context.read((tx) => findPoolStatement(tx, known))
  const [one] = found === null ? [] : await withHistory(context, [found])
  if (one === undefined) throw noPoolStatement()
  return one
}

const statements = connectionOf('PoolStatement', poolStatement, mayReadPayments)

const item = builder.objectRef<PoolStatementItem>('PoolStatementItem').implement({
  ...mayReadPayments,
  description: '清算单中的一份机构清算申请，其结算见 `statementItems`。 A monthly statement; it stands in no other.',
  fields: (t) => ({
    statement: t.expose('statement', { type: monthlyStatement }),
    amount: t.expose('amount', { type: 'Money', description: '拨付总额 + 保证金。 transfer + deposit.' }),
  }),
})
const items = connectionOf('PoolStatementItem', item, mayReadPayments)

builder.queryFields((t) => ({
  poolStatement: t.field({
    ...mayReadPayments,
    type: poolStatement,
    description: '按 ID 查询统筹区间清算单。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => poolStatementOf(context, id),
  }),
  poolStatements: t.field({
    ...mayReadPayments,
    type: statements,
    description: '统筹区间清算单，最近申报的在前：本统筹区应收与应付的。 Owed to the pool and by it, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      other: t.arg.string({ description: '对方统筹区。 The other pool.' }),
      month: t.arg.string({ description: '清算年月 yyyy-MM' }),
      state: t.arg({ type: state }),
      overdue: t.arg.boolean({ description: '仅逾期未拨付。 Only what should have been paid before today.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { other, month, state: asked, overdue, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const pool = readPool(fields, 'other', other)
      const of = fields.optional('month', month, { max: 7, ...MONTH })
      fields.check()
      const { insuredId: _nobody, institution: _none, ...own } = ownRows(context)
      const filter = {
        ...own,
        ...(pool !== null && { other: pool }),
        ...(of !== null && { month: of }),
        ...(asked && { state: asked }),
        ...(overdue === true && { overdueOn: dayOf(context.now()) }),
        ...(after !== null && { before: after }),
      }
      const rows = await context.read((tx) => listPoolStatements(tx, filter, size + 1))
      return pageOf(await withHistory(context, rows), size, (one) => one.id)
    },
  }),
  poolStatementItems: t.field({
    ...mayReadPayments,
    type: items,
    description: '清算单中的机构清算申请。 The monthly statements in it in order of time.',
    errors: { types: [InvalidInput, NotFound] },
    args: { statement: t.arg.id({ required: true }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { statement, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { id } = await poolStatementOf(context, statement)
      const rows = await context.read((tx) => listPoolItems(tx, id, { after, limit: size + 1 }))
      return pageOf(rows, size, (one) => one.statement.id)
    },
  }),
}))
