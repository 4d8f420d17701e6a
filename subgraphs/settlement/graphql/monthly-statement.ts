import { builder, connectionOf } from '../builder.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { STATEMENT_STATES, type ClearingItem, type MonthlyStatement } from '../domain/monthly-statement.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { institution } from './references.ts'
import { settlement } from './settlement.ts'

const WORDS: Readonly<Record<(typeof STATEMENT_STATES)[number], string>> = {
  COLLECTING: '归集中。 Its settlements are still being collected.',
  DECLARED: '已申报。 Declared, and may be withdrawn.',
  CHECKING: '审核中。 The bureau checks it.',
  CHECKED: '已审核，可申诉。 Checked; the institution may appeal.',
  CONFIRMED: '已确认，待拨付。 Settled what it comes to; waits to be paid.',
  PAYING: '拨付中。 On the way through the bank.',
  PAID: '已拨付。 Paid.',
  WITHDRAWN: '已撤销。 Withdrawn before it was checked.',
}

export const statementState = builder.enumType('StatementState', {
  description: '清算申请状态。 How far a monthly statement has come.',
  values: Object.fromEntries(STATEMENT_STATES.map((state) => [state, { description: WORDS[state] }])) as Record<
    (typeof STATEMENT_STATES)[number],
    { description: string }
  >,
})

export const monthlyStatement = builder.objectRef<MonthlyStatement>('MonthlyStatement').implement({
  ...mayReadClearing,
  description:
    '月度清算申请（3203），按机构 × 清算经办 × 参保地 × 险种 × 清算类别。 What an institution declares of a month, per bureau that pays, pool whose funds bear it, insurance and clearing type. Amounts in yuan.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '清算申请事件 ID `clr_appy_evt_id`' }),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', {
      description: '清算经办，审核并拨付 `clr_optins`。 The bureau that checks and pays.',
    }),
    insuredPool: t.exposeString('insuredPool', {
      description: '参保地统筹区，其基金负担 `insuplc_admdvs`。 The pool whose funds bear it.',
    }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    clearingType: t.exposeString('clearingType', { description: '清算类别 `clr_type`' }),
    month: t.exposeString('month', { description: '清算年月 `setlym`，yyyy-MM' }),
    state: t.expose('state', { type: statementState }),
    declaredOn: t.expose('declaredOn', { type: 'Date' }),
    settlements: t.exposeInt('settlements', {
      description: '清算人次 `psntime`，含撤销。 Settlements in it, reversals among them.',
    }),
    reversals: t.exposeInt('reversals', { description: '其中撤销。 Reversals, each in the month it was made.' }),
    late: t.exposeInt('late', {
      description: '其中以前月份的结算。 Settlements of earlier months that came late.',
    }),
    total: t.expose('total', { type: 'Money', description: '医疗费总额 `medfee_sumamt`' }),
    inScope: t.expose('inScope', { type: 'Money', description: '医保认可费用总额 `med_sumfee`' }),
    fundPart: t.expose('fund', { type: 'Money', description: '基金申报总额 `fund_appy_sum`。 What funds pay.' }),
    accountPart: t.expose('account', {
      type: 'Money',
      description: '个人账户及共济支出 `acct_pay`，全额转付。 Paid from personal accounts; passed on in full.',
    }),
    cash: t.expose('cash', { type: 'Money', description: '现金支付金额 `cash_payamt`' }),
    deducted: t.expose('deducted', { type: 'Money', description: '审核扣款。 Deducted, less what was withdrawn.' }),
    depositRatio: t.expose('depositRatio', { type: 'Rate', description: '质量保证金比例' }),
    deposit: t.expose('deposit', { type: 'Money', description: '质量保证金。 Kept back for the yearly score.' }),
    difference: t.expose('difference', { type: 'Money', description: '支付方式差额。 Of the payment method.' }),
    payable: t.expose('payable', {
      type: 'Money',
      description: '应拨基金 = 基金部分 − 扣款 − 保证金 + 差额。 fundPart − deducted − deposit + difference.',
    }),
    transfer: t.expose('transfer', {
      type: 'Money',
      description: '拨付总额 = 应拨基金 + 个人账户。 What is transferred: payable + accountPart.',
    }),
    appealUntil: t.expose('appealUntil', {
      type: 'Date',
      nullable: true,
      description: '申诉截止日。 Last day for an appeal.',
    }),
    appealProvisional: t.exposeBoolean('appealProvisional', {
      description:
        '申诉期内有尚未公布的节假日安排，公布后重算，只会推后。 Holidays on the way are not published yet; counted anew when they are, never to an earlier day.',
    }),
    confirmedAt: t.expose('confirmedAt', { type: 'DateTime', nullable: true }),
    dueOn: t.expose('dueOn', { type: 'Date', nullable: true, description: '应拨付截止日。 Last day for payment.' }),
    dueProvisional: t.exposeBoolean('dueProvisional', {
      description: '期限内有尚未公布的节假日安排，公布后重算。 Likewise for `dueOn`.',
    }),
    paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true }),
  }),
})

export const statements = connectionOf('MonthlyStatement', monthlyStatement, mayReadClearing)

const item = builder.objectRef<ClearingItem>('StatementItem').implement({
  ...mayReadClearing,
  description: '清算申请中的一笔结算。 A settlement in a statement; it stands in no other.',
  fields: (t) => ({
    number: t.string({ description: '结算 ID `setl_id`', resolve: (one) => settlementNumber(one.settlementId) }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      resolve: ({ insuredId, settlementId: id }, _args, { load }) => load.settlement.load({ insuredId, id }),
    }),
    month: t.exposeString('month', { description: '结算所属月份。 Its own month.' }),
    reversal: t.exposeBoolean('reversal', { description: '`refd_setl_flag`' }),
    late: t.exposeBoolean('late', { description: '以前月份，补入本期。 Of an earlier month than the statement.' }),
    total: t.expose('total', { type: 'Money', description: '`medfee_sumamt`' }),
    fundPart: t.expose('fund', { type: 'Money' }),
    accountPart: t.expose('account', { type: 'Money', description: '`acct_pay`' }),
    deducted: t.expose('deducted', { type: 'Money' }),
  }),
})

export const items = connectionOf('StatementItem', item, mayReadClearing)
