import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import {
  addReconciliationLines,
  cancelReconciliation,
  finishReconciliation,
  startReconciliation,
  type TakenLine,
  type TakenLines,
} from '../commands/reconcile-lines.ts'
import { reconciliation } from './reconciliation.ts'
import { maySettle } from './rights.ts'
import { problem } from './words.ts'

const startInput = builder.inputType('StartReconciliationInput', {
  description: '对明细账的范围。 What is reconciled line by line.',
  fields: (t) => ({
    from: t.field({ type: 'Date', required: true, description: '对账开始日期 `stmt_begndate`，结算日期（含）' }),
    to: t.field({ type: 'Date', required: true, description: '对账结束日期 `stmt_enddate`（含），最多 31 天' }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    clearingType: t.string({ required: true, description: '清算类别 `clr_type`：11 门诊，21 住院，41 药店' }),
    agency: t.string({
      description: '清算经办机构 `setl_optins`；只与一个统筹区签约时可不填。 Left out by who has one agreement.',
    }),
    count: t.int({
      description: '明细行数，用于发现截断。 Lines that will come; with fewer something was cut off.',
    }),
  }),
})

const lineInput = builder.inputType('ReconciliationLineInput', {
  description: '机构的一笔结算或撤销。 One settlement or reversal as the institution has it.',
  fields: (t) => ({
    settlement: t.string({
      required: true,
      description:
        '结算 ID `setl_id`；退费行可为原结算或撤销的 ID。 Of a reversal its own, or that of what it took back.',
    }),
    visit: t.string({ description: '就诊 ID `mdtrt_id`' }),
    personNumber: t.string({ required: true, description: '人员编号 `psn_no`' }),
    refund: t.boolean({ description: '退费结算标志 `refd_setl_flag`；退费金额不为正' }),
    total: t.field({ type: 'Money', required: true, description: '医疗费总额 `medfee_sumamt`' }),
    fundTotal: t.field({ type: 'Money', required: true, description: '基金支付总额 `fund_pay_sumamt`' }),
    account: t.field({ type: 'Money', required: true, description: '个人账户支付 `acct_pay`' }),
    cash: t.field({ type: 'Money', description: '现金支付 `psn_cash_pay`' }),
    requestId: t.string({ description: '发送方报文 ID `msgid`' }),
  }),
})

const linesInput = builder.inputType('AddReconciliationLinesInput', {
  description: '一批明细。 A batch of lines.',
  fields: (t) => ({
    run: t.id({ required: true }),
    lines: t.field({ type: [lineInput], required: true, description: '每次最多 2000 行' }),
  }),
})

const takenLine = builder.objectRef<TakenLine>('TakenReconciliationLine').implement({
  ...maySettle,
  description: '一行的接收结果。 What became of one line.',
  fields: (t) => ({
    settlement: t.exposeString('settlement', { description: '结算 ID `setl_id`，按上传' }),
    accepted: t.boolean({ resolve: ({ problems }) => problems.length === 0 }),
    problems: t.field({ type: [problem], resolve: ({ problems }) => [...problems] }),
  }),
})

const takenLines = builder.objectRef<TakenLines>('TakenReconciliationLines').implement({
  ...maySettle,
  description: '一批明细的接收结果：正确的接收，错误的逐行退回。 Good lines in, bad lines back.',
  fields: (t) => ({
    reconciliation: t.expose('run', { type: reconciliation }),
    accepted: t.int({ resolve: ({ lines }) => lines.filter(({ problems }) => problems.length === 0).length }),
    rejected: t.int({ resolve: ({ lines }) => lines.filter(({ problems }) => problems.length > 0).length }),
    lines: t.field({
      type: [takenLine],
      description: '逐行结果，按上传顺序；onlyRejected 只列退回的。 Line by line, in the order of the batch.',
      args: { onlyRejected: t.arg.boolean() },
      resolve: ({ lines }, { onlyRejected }) =>
        onlyRejected === true ? lines.filter(({ problems }) => problems.length > 0) : [...lines],
    }),
  }),
})

builder.mutationFields((t) => ({
  startReconciliation: t.field({
    ...maySettle,
    type: reconciliation,
    description:
      '开始对明细账；同一期间和类别同时只进行一次。 Opens a reconciliation by lines; one at a time for the same days and types.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: startInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => startReconciliation(context, requestId, input),
  }),
  addReconciliationLines: t.field({
    ...maySettle,
    type: takenLines,
    description: '上传对账明细，逐行答复。 Takes lines in, each by itself.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: linesInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => addReconciliationLines(context, requestId, input),
  }),
  finishReconciliation: t.field({
    ...maySettle,
    type: reconciliation,
    description: '明细已齐，开始比对；以 reconciliation 查询结果。 All lines have come; the comparison begins.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), run: t.arg.id({ required: true }) },
    resolve: (_root, { requestId, run }, context) => finishReconciliation(context, requestId, run),
  }),
  cancelReconciliation: t.field({
    ...maySettle,
    type: reconciliation,
    description: '取消进行中的对账。 Gives up a reconciliation that is under way.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), run: t.arg.id({ required: true }) },
    resolve: (_root, { requestId, run }, context) => cancelReconciliation(context, requestId, run),
  }),
}))
