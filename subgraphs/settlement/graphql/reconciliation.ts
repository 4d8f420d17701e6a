import { institutionFault, problemAt } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { differencesOf } from '../commands/reconciliation-differences.ts'
import { reconciliation as findRun } from '../commands/reconciliation.ts'
import { remember } from '../commands/remember.ts'
import {
  compareSums,
  statementOf,
  type DifferenceCause,
  type ReconciledDay,
  type ReconciledSums,
  type ReconciliationState,
  type StatementResult,
} from '../domain/reconciliation.ts'
import { findSuperseding, listReconciliations, type Reconciliation } from '../store/reconciliation.ts'
import type { ReconciliationFailure } from '../store/reconciliation.ts'
import { countCauses } from '../store/reconciliation-differences.ts'
import { cause, differences } from './reconciliation-difference.ts'
import { institution } from './references.ts'
import { mayReadReconciliation } from './rights.ts'
import { problem, text } from './words.ts'

const state = builder.enumType('ReconciliationState', {
  description: '对账状态：OPEN → READING → COMPARING → BALANCED、DIFFERENT 或 FAILED。 How far a reconciliation is.',
  values: {
    OPEN: { description: '等待明细。 Waits for lines.' },
    READING: { description: '接收或读取明细。 Lines are coming in.' },
    COMPARING: { description: '比对中。 The two sides are compared.' },
    BALANCED: { description: '平。 Nothing differs; everything compared is reconciled.' },
    DIFFERENT: { description: '有差异；一致的已对上。 Something differs; what is equal is reconciled.' },
    FAILED: { description: '未能完成，原因见 failure。 Could not be carried out.' },
  } satisfies Record<ReconciliationState, { description: string }>,
})

const result = builder.enumType('StatementResult', {
  description: '对账结果 `stmt_rslt`',
  values: {
    BALANCED: { description: '0 平' },
    CENTRE_MORE: { description: '1 中心多。 No number of the platform is less than the institution’s.' },
    INSTITUTION_MORE: { description: '2 医药机构多。 The other way round.' },
    DIFFERS: { description: '3 数据不一致' },
  } satisfies Record<StatementResult, { description: string }>,
})

const kind = builder.enumType('ReconciliationKind', {
  description: '总账或明细。 By sums, by lines in batches, or by a file.',
  values: {
    TOTALS: { description: '对总账 3201' },
    LINES: { description: '对明细账' },
    FILE: { description: '对明细账 3202' },
  },
})

export const sums = builder.objectRef<ReconciledSums>('ReconciledSums').implement({
  ...mayReadReconciliation,
  description: '一方的合计，撤销为负。 The sums of one side; reversals are negative.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: '结算笔数 `fixmedins_setl_cnt`，含撤销' }),
    total: t.expose('total', { type: 'Money', description: '医疗费总额 `medfee_sumamt`' }),
    fundTotal: t.expose('fundTotal', { type: 'Money', description: '基金支付总额 `fund_pay_sumamt`' }),
    account: t.expose('account', { type: 'Money', description: '个人账户支付 `acct_pay`' }),
    cash: t.expose('cash', { type: 'Money', nullable: true, description: '现金，机构未报时为 null `psn_cash_pay`' }),
  }),
})

const day = builder.objectRef<ReconciledDay>('ReconciledDay').implement({
  ...mayReadReconciliation,
  description: '某日双方的合计。 Both sides of one day.',
  fields: (t) => ({
    day: t.field({ type: 'Date', resolve: (one) => Temporal.PlainDate.from(one.day) }),
    here: t.expose('here', { type: sums, description: '平台' }),
    there: t.expose('there', { type: sums, nullable: true, description: '机构；未按日上报为 null' }),
    result: t.field({
      type: result,
      nullable: true,
      resolve: ({ here, there }) => there && compareSums(here, there),
    }),
  }),
})

const failure = builder.objectRef<ReconciliationFailure>('ReconciliationFailure').implement({
  ...mayReadReconciliation,
  description: '未能完成的原因。 Why a reconciliation could not be carried out.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.expose('text', { type: text }),
    problems: t.field({ type: [problem], resolve: ({ problems }) => [...problems] }),
  }),
})

const causeCount = builder
  .objectRef<{ readonly cause: DifferenceCause; readonly count: number }>('ReconciliationCauseCount')
  .implement({
    ...mayReadReconciliation,
    description: '某原因的差异数。 How many differences have a cause.',
    fields: (t) => ({ cause: t.expose('cause', { type: cause }), count: t.exposeInt('count') }),
  })

// Each is reckoned once for a run that was read, however many aliases ask.
const causesOf = remember((context, { id }: Reconciliation) => context.read((tx) => countCauses(tx, [id])))
const supersededBy = remember((context, run: Reconciliation) => context.read((tx) => findSuperseding(tx, run)))

const isOver = ({ state: now }: Reconciliation): boolean => now === 'BALANCED' || now === 'DIFFERENT'

/** How much of a run is done, in thousandths: reading, then comparing. */
function progressOf({ state: now, phase, lines, expected, comparedLine }: Reconciliation): number {
  if (now === 'READING' || now === 'OPEN') return expected ? Math.min(0.5, (0.5 * lines) / expected) : 0
  if (now !== 'COMPARING') return 1
  return phase === 'LINES' ? 0.5 + (0.3 * comparedLine) / Math.max(1, lines) : phase === 'SETTLEMENTS' ? 0.8 : 0.9
}

/** A comparison of what an institution has with what the platform has. */
export const reconciliation = builder.objectRef<Reconciliation>('Reconciliation').implement({
  ...mayReadReconciliation,
  description: '对账 (3201/3202)。 A comparison of both sides for some days, one insurance and clearing type.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.expose('kind', { type: kind }),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    agency: t.exposeString('agency', { description: '清算经办机构 `setl_optins`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    clearingType: t.exposeString('clearingType', { description: '清算类别 `clr_type`' }),
    from: t.expose('from', { type: 'Date', description: '对账开始日期 `stmt_begndate`' }),
    to: t.expose('to', { type: 'Date', description: '对账结束日期 `stmt_enddate`' }),
    refunds: t.exposeBoolean('refunds', {
      nullable: true,
      description: '仅退费、仅非退费或全部 (null) `refd_setl_flag`。 Only reversals, only others, or both (null).',
    }),
    state: t.expose('state', { type: state }),
    progress: t.float({ description: '进度 0–1', resolve: progressOf }),
    result: t.field({
      type: result,
      nullable: true,
      description: '对账结果 `stmt_rslt`，完成前为 null',
      resolve: (one) => (isOver(one) ? statementOf(one.differences, one.here, one.there) : null),
    }),
    here: t.expose('here', { type: sums, description: '平台合计' }),
    there: t.expose('there', { type: sums, description: '机构合计' }),
    days: t.field({
      type: [day],
      nullable: true,
      description: '对总账时逐日的合计。 Day by day, for totals.',
      resolve: ({ days }) => days && [...days],
    }),
    lines: t.exposeInt('lines', {
      description: '已接收行数，含无法读取的。 Lines taken in, unreadable ones included.',
    }),
    unreadable: t.exposeInt('unreadable', { description: '无法读取的行数' }),
    matched: t.exposeInt('matched', { description: '一致笔数。 Settlements that are equal on both sides.' }),
    differenceCount: t.exposeInt('differences', { description: '差异数' }),
    causes: t.field({ type: [causeCount], resolve: (one, _args, context) => causesOf(context, one) }),
    failure: t.expose('failure', { type: failure, nullable: true }),
    supersededBy: t.id({
      nullable: true,
      description: '同一范围此后最近完成的对账，以其为准。 The latest finished one of the same scope; that one counts.',
      resolve: (one, _args, context) => supersededBy(context, one),
    }),
    report: t.id({
      nullable: true,
      description: '差异文件 (CSV) 的文档标识。 The document that lists what differs, as CSV.',
      resolve: ({ reportId }) => reportId,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
  }),
})

builder.objectField(reconciliation, 'differences', (t) =>
  t.field({
    ...mayReadReconciliation,
    type: differences,
    description: '差异，按发现先后。 What differs, in the order it was found.',
    errors: { types: [InvalidInput], union: { name: 'ReconciliationDifferencesResult' } },
    args: { cause: t.arg({ type: cause }), first: t.arg.int(), after: t.arg.string() },
    resolve: ({ id }, args, context) => differencesOf(context, id, args),
  }),
)

const connection = connectionOf('Reconciliation', reconciliation, mayReadReconciliation)

builder.queryFields((t) => ({
  reconciliation: t.field({
    ...mayReadReconciliation,
    type: reconciliation,
    description: '按标识查询对账；无权知晓者答不存在。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => findRun(context, id),
  }),
  reconciliations: t.field({
    ...mayReadReconciliation,
    type: connection,
    description:
      '对账列表，最新在前：本机构的，或由本经办机构清算的。 Of the institution, or cleared by the caller’s bureau; latest first.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号 `fixmedins_code`' }),
      state: t.arg({ type: state }),
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution: code, state: wanted, ...args }, context) => {
      const { identity } = context
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fault = code == null ? null : institutionFault(code)
      if (fault !== null) problems.push(problemAt('institution', fault))
      InvalidInput.throwIf(problems)
      const asked = identity?.kind === 'institution' ? identity.institution : code
      const filter = {
        ...(asked != null && { institution: asked }),
        ...(identity?.kind === 'staff' && { agency: identity.pool }),
        ...(wanted != null && { state: wanted }),
        ...(after !== null && { before: after }),
      }
      return pageOf(await context.read((tx) => listReconciliations(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))
