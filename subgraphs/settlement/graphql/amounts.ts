import type { Vocabulary } from '@yibao/schema/builder'
import type { Context } from '../context.ts'
import type { SettledAmounts, SettledBill } from '../domain/settlement.ts'

type Fields = PothosSchemaTypes.ObjectFieldBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<Vocabulary<Context>>,
  SettledBill
>

const money = (t: Fields, name: AmountName, description: string) => t.expose(name, { type: 'Money', description })

type AmountName = Exclude<keyof SettledAmounts, 'detailTotal'> | 'balance'

/** The amounts of `setlinfo`, the same on a settlement and on a trial. */
export const amountFields = (t: Fields) => ({
  total: money(t, 'total', '医疗费总额 `medfee_sumamt`'),
  selfPaid: money(t, 'selfPaid', '全自费金额 `fulamt_ownpay_amt`'),
  overCeiling: money(t, 'overCeiling', '超限价自费费用 `overlmt_selfpay`'),
  firstSelfPayment: money(t, 'firstSelfPayment', '先行自付金额 `preselfpay_amt`，含异地先行自付'),
  crossArea: money(t, 'crossArea', '其中异地就医先行自付。 The part of `firstSelfPayment` due to treatment elsewhere.'),
  inScope: money(t, 'inScope', '符合政策范围金额 `inscp_scp_amt`'),
  deductible: money(t, 'deductible', '实际支付起付线 `act_pay_dedc`。 What this bill used up of it.'),
  pool: money(t, 'hifp', '基本医疗保险统筹基金支出 `hifp_pay`。 The basic pooling fund.'),
  poolRatio: t.expose('poolRatio', {
    type: 'Rate',
    description: '基本医疗保险统筹基金支付比例 `pool_prop_selfpay`。 The share of the fund.',
  }),
  civilServant: money(t, 'cvlserv', '公务员医疗补助资金支出 `cvlserv_pay`'),
  enterprise: money(t, 'hifes', '企业补充医疗保险基金支出 `hifes_pay`'),
  seriousIllness: money(t, 'hifmi', '居民大病保险资金支出 `hifmi_pay`'),
  largeAmount: money(t, 'hifob', '职工大额医疗费用补助基金支出 `hifob_pay`'),
  disabledServicemen: money(t, 'hifdm', '一至六级残疾军人医疗补助基金支出 `hifdm_pay`'),
  assistance: money(t, 'maf', '医疗救助基金支出 `maf_pay`'),
  other: money(t, 'oth', '其他支出 `oth_pay`'),
  fundTotal: money(t, 'fundTotal', '基金支付总额 `fund_pay_sumamt`'),
  hospital: money(t, 'hospital', '医院负担金额 `hosp_part_amt`'),
  personal: money(t, 'personal', '个人负担总金额 `psn_part_amt`'),
  account: money(t, 'account', '个人账户支出 `acct_pay`'),
  mutualAid: money(t, 'mutualAid', '个人账户共济支付金额 `acct_mulaid_pay`'),
  cash: money(t, 'cash', '个人现金支出 `psn_cash_pay`'),
  balance: money(t, 'balance', '余额 `balc`。 The personal account after this bill.'),
})
