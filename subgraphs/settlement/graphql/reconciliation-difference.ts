import { dayOf } from '@yibao/schema/dates'
import { NotFound, Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { acknowledgeDifference, type ShownDifference } from '../commands/reconciliation-differences.ts'
import type { CareKind } from '../domain/care-type.ts'
import { clearingTypeOf } from '../domain/clearing-type.ts'
import {
  actionFor,
  differingAmounts,
  maskPersonNumber,
  type DifferenceCause,
  type ReconciledAmount,
  type ReconciledAmounts,
  type ReconcilingAction,
} from '../domain/reconciliation.ts'
import { settlementNumber, timeOfId } from '../domain/settlement-id.ts'
import type { DifferenceNote } from '../store/reconciliation-differences.ts'
import { mayReadReconciliation, maySettle } from './rights.ts'
import { settlement } from './settlement.ts'
import { problem } from './words.ts'

const CAUSES: Readonly<Record<DifferenceCause, string>> = {
  ONLY_HERE: '仅平台有。 Only the platform has it.',
  ONLY_THERE: '仅机构有。 Only the institution has it.',
  AMOUNTS_DIFFER: '金额不一致。 The amounts differ.',
  REVERSED_HERE: '平台已撤销，机构未记。 Taken back on the platform; the institution has no such line.',
  REVERSED_THERE: '机构已撤销，平台仍有效。 Taken back at the institution; on the platform it stands.',
  DUPLICATE_LINE: '同一结算重复上传。 An earlier line stands for the same settlement.',
  UNREADABLE: '该行无法读取。 The line cannot be read; see the problems.',
  WRONG_PERSON: '人员编号不一致。 The person numbers differ.',
  WRONG_VISIT: '就诊 ID 不一致。 The visits differ.',
}
const described = <K extends string>(table: Readonly<Record<K, string>>) =>
  Object.fromEntries(Object.entries<string>(table).map(([key, description]) => [key, { description }])) as Record<
    K,
    { description: string }
  >

export const cause = builder.enumType('ReconciliationCause', {
  description: '差异原因。 Why two sides differ in one place.',
  values: described(CAUSES),
})

const ACTIONS: Readonly<Record<ReconcilingAction, string>> = {
  ANNUL:
    '机构没有该结算：以 requestId 调用 annul 冲正 (2601)。 Call `annul` with `requestId`, unless it should be recorded.',
  RECORD: '补记到机构账上。 Record the settlement in the books of the institution.',
  RECORD_REVERSAL: '补记撤销到机构账上。 Record the reversal in the books of the institution.',
  SETTLE: '平台没有该结算：以原 requestId 重新结算。 Settle the bill again, under its request id where it is known.',
  REVERSE: '调用 reverse 撤销。 Call `reverse` with the settlement.',
  RECONCILE_ELSEWHERE: '属于另一日期、险种、类别或经办机构，见 elsewhere。 It belongs to another reconciliation.',
  REMOVE_LINE: '删除重复行。 Leave the line out.',
  CORRECT_LINE: '更正机构账目或文件中的该行。 Correct the line in the books or in the file.',
}
const action = builder.enumType('ReconcilingAction', {
  description: '建议的处理方式。 What would make the difference go away.',
  values: described(ACTIONS),
})

const AMOUNTS: Readonly<Record<ReconciledAmount, string>> = {
  TOTAL: '`medfee_sumamt`',
  FUND_TOTAL: '`fund_pay_sumamt`',
  ACCOUNT: '`acct_pay`',
  CASH: '`psn_cash_pay`',
}
const amount = builder.enumType('ReconciledAmount', {
  description: '对账金额。 An amount that is reconciled.',
  values: described(AMOUNTS),
})

const amounts = builder.objectRef<ReconciledAmounts>('ReconciledAmounts').implement({
  ...mayReadReconciliation,
  description: '一方的金额。 The amounts of one side.',
  fields: (t) => ({
    total: t.expose('total', { type: 'Money', description: '医疗费总额 `medfee_sumamt`' }),
    fundTotal: t.expose('fundTotal', { type: 'Money', description: '基金支付总额 `fund_pay_sumamt`' }),
    account: t.expose('account', { type: 'Money', description: '个人账户支付 `acct_pay`' }),
    cash: t.expose('cash', { type: 'Money', nullable: true, description: '现金，机构未报时为 null `psn_cash_pay`' }),
  }),
})

interface Elsewhere {
  readonly id: string
  readonly scope: readonly [agency: string, insuranceType: string, careKind: string]
}

const elsewhere = builder.objectRef<Elsewhere>('ReconciledElsewhere').implement({
  ...mayReadReconciliation,
  description: '结算所属的对账范围。 Where the settlement belongs.',
  fields: (t) => ({
    day: t.field({ type: 'Date', description: '结算日期', resolve: ({ id }) => dayOf(timeOfId(id)) }),
    agency: t.string({ description: '清算经办机构 `setl_optins`', resolve: ({ scope: [agency] }) => agency }),
    insuranceType: t.string({ description: '险种类型 `insutype`', resolve: ({ scope: [, type] }) => type }),
    clearingType: t.string({
      description: '清算类别 `clr_type`',
      resolve: ({ scope: [, , kind] }) => clearingTypeOf(kind as CareKind),
    }),
  }),
})

const note = builder.objectRef<DifferenceNote>('DifferenceNote').implement({
  ...mayReadReconciliation,
  description: '机构对差异的说明。 What the institution says to a difference.',
  fields: (t) => ({
    note: t.exposeString('note'),
    notedAt: t.expose('notedAt', { type: 'DateTime' }),
  }),
})

const difference = builder.objectRef<ShownDifference>('ReconciliationDifference').implement({
  ...mayReadReconciliation,
  description: '对账差异 (3202)。 One place where the platform (`here`) and the institution (`there`) differ.',
  fields: (t) => ({
    place: t.exposeInt('place', { description: '在本次对账中的序号。 Its number in the run.' }),
    cause: t.expose('cause', { type: cause }),
    line: t.exposeInt('line', { nullable: true, description: '文件行号或上传序号。 Number of the line.' }),
    settlementNumber: t.string({
      nullable: true,
      description: '结算 ID `setl_id`',
      resolve: ({ settlementId, number }) => (settlementId === null ? number : settlementNumber(settlementId)),
    }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '平台上的结算，无权查看为 null。 Null when there is none the caller may see.',
      resolve: ({ settlementId }, _args, { load }) =>
        settlementId === null ? null : load.settlement.load({ id: settlementId }),
    }),
    visit: t.exposeString('visit', { nullable: true, description: '就诊 ID `mdtrt_id`' }),
    personNumber: t.string({
      nullable: true,
      description: '人员编号 `psn_no`，只显示后四位。 Its last four characters.',
      resolve: ({ personNumber }) => personNumber && maskPersonNumber(personNumber),
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: '结算请求号 `msgid`，冲正时填写。 The request of the settlement, for `annul`.',
    }),
    refund: t.exposeBoolean('refund', { nullable: true, description: '退费结算标志 `refd_setl_flag`' }),
    here: t.expose('here', { type: amounts, nullable: true, description: '平台金额' }),
    there: t.expose('there', { type: amounts, nullable: true, description: '机构金额' }),
    amounts: t.field({
      type: [amount],
      description: '不一致的金额。 Which amounts differ.',
      resolve: ({ here, there }) => (here === null || there === null ? [] : differingAmounts(here, there)),
    }),
    elsewhere: t.field({
      type: elsewhere,
      nullable: true,
      resolve: (one) =>
        one.elsewhere === null || one.settlementId === null ? null : { id: one.settlementId, scope: one.elsewhere },
    }),
    problems: t.field({
      type: [problem],
      description: '无法读取的原因。 Why the line cannot be read.',
      resolve: ({ problems }) => [...problems],
    }),
    suggestedAction: t.field({
      type: action,
      resolve: (one) => actionFor({ ...one, elsewhere: one.elsewhere !== null }),
    }),
    note: t.field({ type: note, nullable: true, resolve: (one) => one.note() }),
    resolvedBy: t.id({
      nullable: true,
      description: '此后首次不再出现该差异的对账。 The first later reconciliation that did not find it again.',
      resolve: (one) => one.resolvedBy(),
    }),
  }),
})

export const differences = connectionOf('ReconciliationDifference', difference, mayReadReconciliation)

const acknowledgeInput = builder.inputType('AcknowledgeDifferenceInput', {
  description: '对差异的说明。 What is said to a difference.',
  fields: (t) => ({
    run: t.id({ required: true }),
    place: t.int({ required: true }),
    note: t.string({ required: true, description: '最多 500 字，不得含证件号码' }),
  }),
})

builder.mutationField('acknowledgeDifference', (t) =>
  t.field({
    ...maySettle,
    type: difference,
    description:
      '说明一处差异已知并如何处理，以最近一次为准。 Says that a difference is known; the latest word counts.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: acknowledgeInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => acknowledgeDifference(context, requestId, input),
  }),
)
