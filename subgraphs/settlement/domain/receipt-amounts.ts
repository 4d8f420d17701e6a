import type { SettledAmounts } from './settlement.ts'

/** An amount of a receipt: what it is called there, which is the national field name where there is one. */
interface Named {
  readonly field: string
  readonly zh: string
  readonly en: string
}

export type ReceiptAmount = keyof SettledAmounts | 'balance'

const named = (field: string, zh: string, en: string): Named => ({ field, zh, en })

/** Every amount of a settlement; the type sees to it that none is missing. */
export const RECEIPT_AMOUNTS: Readonly<Record<ReceiptAmount, Named>> = {
  total: named('medfee_sumamt', '医疗费总额', 'total'),
  selfPaid: named('fulamt_ownpay_amt', '全自费', 'fully self-paid'),
  overCeiling: named('overlmt_selfpay', '超限价', 'over the ceiling'),
  firstSelfPayment: named('preselfpay_amt', '先行自付', 'first self-payment'),
  crossArea: named('cross_area', '其中异地先行自付', 'of it for treatment elsewhere'),
  inScope: named('inscp_scp_amt', '符合政策范围', 'in policy scope'),
  deductible: named('act_pay_dedc', '实际支付起付线', 'deductible used'),
  hifp: named('hifp_pay', '统筹基金', 'basic pool'),
  cvlserv: named('cvlserv_pay', '公务员补助', 'civil-servant subsidy'),
  hifes: named('hifes_pay', '企业补充', 'enterprise supplement'),
  hifmi: named('hifmi_pay', '居民大病', 'serious illness'),
  hifob: named('hifob_pay', '职工大额', 'large amount'),
  hifdm: named('hifdm_pay', '残疾军人补助', 'disabled servicemen'),
  maf: named('maf_pay', '医疗救助', 'medical assistance'),
  oth: named('oth_pay', '其他基金', 'other funds'),
  fundTotal: named('fund_pay_sumamt', '基金支付总额', 'funds together'),
  hospital: named('hosp_part_amt', '医院负担', 'borne by the hospital'),
  personal: named('psn_part_amt', '个人负担', 'personal part'),
  account: named('acct_pay', '个人账户', 'personal account'),
  mutualAid: named('acct_mulaid_pay', '共济账户', 'family mutual aid'),
  cash: named('psn_cash_pay', '现金', 'cash'),
  detailTotal: named('setldetail_sum', '基金分项合计', 'sum of the shares'),
  balance: named('balc', '个人账户余额', 'balance of the account'),
}

export const RECEIPT_AMOUNT_NAMES = Object.keys(RECEIPT_AMOUNTS).filter(
  (name): name is ReceiptAmount => name in RECEIPT_AMOUNTS,
)
