import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { appealDeduction, decideAppeal } from '../commands/deduction-appeal.ts'
import { deduct, withdrawDeduction } from '../commands/deduction.ts'
import type { Context } from '../context.ts'
import { noDeduction } from '../domain/clearing-refusals.ts'
import type { Appeal, Deduction } from '../domain/monthly-statement.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { findDeduction, listBeside, listDeductions } from '../store/deduction.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { statementOf } from './monthly-statements.ts'
import { mayClose, maySettle } from './rights.ts'
import { settlement } from './settlement.ts'
import { text } from './words.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] }

const appealState = builder.enumType('AppealState', {
  description: '申诉状态。 How far an appeal has come.',
  values: {
    OPEN: { description: '待答复。 Not decided yet.' },
    UPHELD: { description: '成立，扣款撤回。 The deduction is withdrawn.' },
    REJECTED: { description: '不成立。 The deduction stands.' },
    LAPSED: {
      description: '结算已撤销、扣款已退回，申诉终止。 The settlement was reversed and the deduction given back.',
    },
  },
})

const appeal = builder.objectRef<Appeal>('DeductionAppeal').implement({
  ...mayReadClearing,
  description: '机构对扣款的申诉及答复。 What an institution says against a deduction, and the answer.',
  fields: (t) => ({
    state: t.expose('state', { type: appealState }),
    words: t.exposeString('words', { description: '申诉理由' }),
    document: t.exposeString('document', { nullable: true, description: '佐证材料 ID。 A paper in support.' }),
    appealedAt: t.expose('appealedAt', { type: 'DateTime' }),
    answer: t.exposeString('answer', { nullable: true, description: '答复' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
  }),
})

/** A deduction with what became of it. */
interface Shown extends Deduction {
  readonly appeal: Appeal | null
  readonly withdrawnBy: string | null
}

const deduction = builder.objectRef<Shown>('Deduction').implement({
  ...mayReadClearing,
  description: '审核扣款，或对其撤回的分录。 A deduction, or the entry that withdraws one.',
  fields: (t) => ({
    id: t.exposeID('id'),
    statement: t.exposeID('statementId', {
      nullable: true,
      description: '计入的清算申请；撤回待下一期时为空。 The statement it counts in; null while it waits for the next.',
    }),
    number: t.string({ description: '结算 ID `setl_id`', resolve: (one) => settlementNumber(one.settlementId) }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      resolve: ({ insuredId, settlementId: id }, _args, { load }) => load.settlement.load({ insuredId, id }),
    }),
    line: t.exposeInt('line', { nullable: true, description: '明细序号，从 1 起。 Number of the line, from 1.' }),
    amount: t.expose('amount', { type: 'Money', description: '金额，撤回为负。 Negative when it withdraws another.' }),
    reason: t.exposeString('reason', { description: '扣款原因代码。 See `clearingCodes`.' }),
    reasonName: t.field({
      type: text,
      resolve: ({ reason }, _args, { clearing }) => clearing.reasons.get(reason)?.name ?? { zh: reason, en: reason },
    }),
    words: t.exposeString('words', { description: '说明' }),
    decidedAt: t.expose('at', { type: 'DateTime' }),
    withdraws: t.exposeID('withdraws', { nullable: true, description: '撤回的扣款。 The deduction it withdraws.' }),
    fromMonth: t.exposeString('fromMonth', {
      nullable: true,
      description: '因结算撤销退回的，不早于撤销当月计入。 Given back for a reversal: counts from that month on.',
    }),
    withdrawnBy: t.exposeID('withdrawnBy', { nullable: true, description: '撤回本扣款的分录。 What withdrew it.' }),
    appeal: t.expose('appeal', { type: appeal, nullable: true }),
  }),
})

const connection = connectionOf('Deduction', deduction, mayReadClearing)

/** Deductions with what became of them; whose settlements they are of is noted. */
async function shown(context: Context, rows: readonly Deduction[], operation: string): Promise<Shown[]> {
  const { appeals, withdrawals } = await context.read((tx) =>
    listBeside(
      tx,
      rows.map((one) => one.id),
    ),
  )
  for (const { insuredId } of rows) context.noteRead(insuredId, operation)
  return rows.map((one) => ({
    ...one,
    appeal: appeals.get(one.id) ?? null,
    withdrawnBy: withdrawals.get(one.id) ?? null,
  }))
}

async function deductionOf(context: Context, id: string, operation: string): Promise<Shown> {
  const found = uuidFault(id) === null ? await context.read((tx) => findDeduction(tx, id.toLowerCase())) : null
  const [one] = found === null ? [] : await shown(context, [found], operation)
  if (one === undefined) throw noDeduction()
  return one
}

builder.queryField('statementDeductions', (t) =>
  t.field({
    ...mayReadClearing,
    type: connection,
    description: '清算申请的扣款，按时间。 The deductions of a statement in order of time.',
    errors: { types: [InvalidInput, NotFound] },
    args: { statement: t.arg.id({ required: true }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { statement, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { id } = await statementOf(context, statement)
      const rows = await context.read((tx) => listDeductions(tx, id, { after, limit: size + 1 }))
      const page = pageOf(rows, size, (one) => one.id)
      const nodes = await shown(
        context,
        page.edges.map(({ node }) => node),
        'statementDeductions',
      )
      return {
        ...page,
        edges: page.edges.flatMap(({ cursor }, i) => nodes.slice(i, i + 1).map((node) => ({ cursor, node }))),
      }
    },
  }),
)

const deductInput = builder.inputType('DeductInput', {
  description: '审核扣款。 What is deducted of a settlement, and why.',
  fields: (t) => ({
    statement: t.id({ required: true }),
    settlement: t.id({ required: true, description: '结算 ID 或结算编号 `setl_id`' }),
    line: t.string({
      description: '费用明细流水号 `feedetl_sn`；不填为整笔。 Serial of a line; the whole when absent.',
    }),
    amount: t.field({ type: 'Money', required: true, description: '至多为该笔基金部分。 At most the fund part.' }),
    reason: t.string({ required: true, description: '扣款原因代码。 See `clearingCodes`.' }),
    words: t.string({ required: true, description: '说明。 In words, without identity numbers.' }),
  }),
})

const appealInput = builder.inputType('AppealInput', {
  description: '申诉。 What speaks against a deduction.',
  fields: (t) => ({
    deduction: t.id({ required: true }),
    words: t.string({ required: true, description: '理由' }),
    document: t.id({
      description:
        '佐证材料 ID，用途 CLEARING_PAPER，提交给审核的统筹区。 A paper in support, uploaded for the pool that decides.',
    }),
  }),
})

const decideInput = builder.inputType('DecideAppealInput', {
  description: '申诉答复。 The decision on an appeal.',
  fields: (t) => ({
    deduction: t.id({ required: true }),
    upheld: t.boolean({ required: true, description: '成立则撤回扣款。 Upheld, the deduction is withdrawn.' }),
    answer: t.string({ required: true, description: '答复' }),
  }),
})

builder.mutationFields((t) => ({
  deduct: t.field({
    ...mayClose,
    type: deduction,
    description: '审核中扣款，机构可见。 Deducts of a settlement in a statement that is being checked.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: deductInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      deductionOf(context, await deduct(context, requestId, input), 'deduct'),
  }),
  withdrawDeduction: t.field({
    ...mayClose,
    type: deduction,
    description:
      '撤回扣款；确认后撤回的计入下一期。 Withdraws a deduction by an entry of its own, which counts in the next statement once this one is confirmed.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      deduction: t.arg.id({ required: true }),
      words: t.arg.string({ required: true, description: '原因' }),
    },
    resolve: async (_root, { requestId, deduction: id, words }, context) =>
      deductionOf(context, await withdrawDeduction(context, requestId, { deduction: id, words }), 'withdrawDeduction'),
  }),
  appealDeduction: t.field({
    ...maySettle,
    type: deduction,
    description: '申诉，期限内每笔一次。 Appeals against a deduction, once and within the time.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: appealInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      deductionOf(context, await appealDeduction(context, requestId, input), 'appealDeduction'),
  }),
  decideAppeal: t.field({
    ...mayClose,
    type: deduction,
    description: '答复申诉。 Decides an appeal.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: decideInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      deductionOf(context, await decideAppeal(context, requestId, input), 'decideAppeal'),
  }),
}))
