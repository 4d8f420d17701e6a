import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { reconcileTotals } from '../commands/reconcile-totals.ts'
import { reconciliation } from './reconciliation.ts'
import { maySettle } from './rights.ts'

const COUNT = '结算笔数 `fixmedins_setl_cnt`，含撤销。 Settlements, reversals included.'
const TOTAL = '医疗费总额 `medfee_sumamt`，元；撤销为负'
const FUND = '基金支付总额 `fund_pay_sumamt`，元'
const ACCOUNT = '个人账户支付 `acct_pay`，元'
const CASH = '现金支付 `psn_cash_pay`，元；可不填'

const daySums = builder.inputType('ReconciledDayInput', {
  description: '机构某日的合计。 Sums of the institution of one day.',
  fields: (t) => ({
    day: t.field({ type: 'Date', required: true }),
    count: t.int({ required: true, description: COUNT }),
    total: t.field({ type: 'Money', required: true, description: TOTAL }),
    fundTotal: t.field({ type: 'Money', required: true, description: FUND }),
    account: t.field({ type: 'Money', required: true, description: ACCOUNT }),
    cash: t.field({ type: 'Money', description: CASH }),
  }),
})

const input = builder.inputType('ReconcileTotalsInput', {
  description: '对总账 (3201)。 The sums of an institution.',
  fields: (t) => ({
    from: t.field({ type: 'Date', required: true, description: '对账开始日期 `stmt_begndate`，结算日期（含）' }),
    to: t.field({ type: 'Date', required: true, description: '对账结束日期 `stmt_enddate`（含），最多 31 天' }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    clearingType: t.string({ required: true, description: '清算类别 `clr_type`：11 门诊，21 住院，41 药店' }),
    agency: t.string({
      description: '清算经办机构 `setl_optins`；只与一个统筹区签约时可不填。 Left out by who has one agreement.',
    }),
    refunds: t.boolean({
      description: '退费结算标志 `refd_setl_flag`：true 仅撤销，false 仅结算，不填为全部。 Left out for both.',
    }),
    count: t.int({ required: true, description: COUNT }),
    total: t.field({ type: 'Money', required: true, description: TOTAL }),
    fundTotal: t.field({ type: 'Money', required: true, description: FUND }),
    account: t.field({ type: 'Money', required: true, description: ACCOUNT }),
    cash: t.field({ type: 'Money', description: CASH }),
    days: t.field({ type: [daySums], description: '逐日合计，可不填。 By day, to narrow a difference down.' }),
  }),
})

builder.mutationField('reconcileTotals', (t) =>
  t.field({
    ...maySettle,
    type: reconciliation,
    description:
      '对总账 (3201)：笔数和各项金额全部相等时，范围内的结算即视为已对账。 Compares sums; when all are equal, every settlement of the scope is reconciled.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: (_root, { requestId, input: asked }, context) => reconcileTotals(context, requestId, asked),
  }),
)
