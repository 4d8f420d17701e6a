import { dayOf, wallTime } from '@yibao/schema/dates'
import { printReceipt, type Row } from './receipt.ts'

// A settled bill as the gateway answers it, and how it is printed.

/** What a receipt is printed of. */
export const SETTLED = `
  number settledAt personName identityMasked personType insuranceType institution { name } institutionElsewhere { name } institutionCode visit
  begin end total selfPaid overCeiling firstSelfPayment inScope deductible poolRatio fundTotal hospital personal
  account mutualAid cash balance
  lines { name amount selfPaid overCeiling firstSelfPayment inScope }
  funds { name { zh en } fundPayType paid payer }
  explanation { policyName { zh en } policyVersion payers { payer steps { formula text { zh en } } } }`

export const SETTLE = `mutation Settle($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename
    ... on Settlement { ${SETTLED} }
    ... on Rejection { code retryable message { zh en } problems { path message { zh en } } }
  }
}`

interface Words {
  readonly zh: string
  readonly en: string
}

/** What is answered for a settled bill. Amounts are yuan with two decimals. */
export interface Settled {
  readonly [amount: string]: unknown
  readonly number: string
  readonly settledAt: string
  readonly personName: string
  readonly identityMasked: string
  readonly institution: { readonly name: string } | null
  readonly institutionElsewhere: { readonly name: string } | null
  readonly institutionCode: string
  readonly visit: string
  readonly begin: string
  readonly end: string
  readonly lines: readonly ({ readonly name: string } & Record<string, string>)[]
  readonly funds: readonly {
    readonly name: Words
    readonly fundPayType: string
    readonly paid: string
    readonly payer: string
  }[]
  readonly explanation: {
    readonly policyName: Words
    readonly policyVersion: string
    readonly payers: readonly {
      readonly payer: string
      readonly steps: readonly { readonly formula: string; readonly text: Words }[]
    }[]
  } | null
}

/** Sends one operation to a gateway over HTTP, as anybody's system would. */
export async function ask<T>(address: string, token: string, query: string, variables: object): Promise<T> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown }
  if (data === undefined || data === null) throw new Error(`no answer of ${address}: ${JSON.stringify(errors)}`)
  return data
}

const row = (zh: string, en: string, field: string, value: unknown): Row => ({ zh, en, field, value: String(value) })
const day = (instant: string) => dayOf(Temporal.Instant.from(instant)).toString()

/** The receipt as text. */
export const print = (bill: Settled, title?: string): string => printReceipt(receiptOf(bill), title)

function receiptOf(bill: Settled) {
  const { institution, institutionElsewhere, institutionCode, lines, funds, explanation } = bill
  return {
    head: [
      row('结算编号', 'settlement', 'setl_id', bill.number),
      row('结算时间', 'settled at', 'setl_time', wallTime(Temporal.Instant.from(bill.settledAt))),
      row('参保人', 'insured person', 'psn_name, certno', `${bill.personName} ${bill.identityMasked}`),
      row(
        '定点医药机构',
        'institution',
        'fixmedins_name',
        (institution ?? institutionElsewhere)?.name ?? institutionCode,
      ),
      row('就诊', 'visit', 'mdtrt_id', bill.visit),
      row('起止', 'from, to', 'begntime, endtime', `${day(bill.begin)} – ${day(bill.end)}`),
      // Of a bill of another province it is not known while that one does not answer.
      ...(explanation === null
        ? []
        : [row('待遇政策', 'policy', '', `${explanation.policyName.zh} ${explanation.policyVersion}`)]),
    ],
    lines: lines.map((line) => ({
      name: line.name,
      cells: ['amount', 'selfPaid', 'overCeiling', 'firstSelfPayment', 'inScope'].map((part) => line[part] ?? ''),
    })),
    sums: [
      row('医疗费总额', 'total', 'medfee_sumamt', bill['total']),
      row('全自费', 'fully self-paid', 'fulamt_ownpay_amt', bill['selfPaid']),
      row('超限价', 'over the ceiling', 'overlmt_selfpay', bill['overCeiling']),
      row('先行自付', 'first self-payment', 'preselfpay_amt', bill['firstSelfPayment']),
      row('符合政策范围', 'in policy scope', 'inscp_scp_amt', bill['inScope']),
      row('本次起付线', 'deductible of this bill', 'act_pay_dedc', bill['deductible']),
    ],
    payers: funds.map(({ name, fundPayType, paid, payer }) => ({
      row: row(name.zh, name.en, fundPayType, paid),
      reasons: (explanation?.payers.find((one) => one.payer === payer)?.steps ?? []).map(
        ({ text, formula }) => `${text.zh} ${text.en}：${formula}`,
      ),
    })),
    rest: [
      row('基金支付总额', 'funds together', 'fund_pay_sumamt', bill['fundTotal']),
      row('医院负担', 'borne by the hospital', 'hosp_part_amt', bill['hospital']),
      row('个人负担', 'personal part', 'psn_part_amt', bill['personal']),
      row('其中个人账户', 'of it personal account', 'acct_pay', bill['account']),
      row('其中共济账户', 'of it family mutual aid', 'acct_mulaid_pay', bill['mutualAid']),
      row('其中现金', 'of it cash', 'psn_cash_pay', bill['cash']),
      row('个人账户余额', 'balance of the account', 'balc', bill['balance']),
    ],
  }
}
