import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { institutionToken } from '@yibao/gateway/issuer/token-client'
import { dayOf, wallTime } from '@yibao/schema/dates'
import { findDemoClient } from '@yibao/schema/demo-keys'
import { printReceipt, type Row } from './receipt.ts'

/** The institution whose system sends the demo bill, and the request id it keeps for it. */
const DEMO_INSTITUTION = 'H62990000001'
const DEMO_REQUEST = 'demo-discharge-2026-03'

const SETTLE = `mutation Settle($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename
    ... on Settlement {
      number settledAt personName identityMasked personType insuranceType institution { name } institutionCode visit
      begin end total selfPaid overCeiling firstSelfPayment inScope deductible poolRatio fundTotal hospital personal
      account mutualAid cash balance
      lines { name amount selfPaid overCeiling firstSelfPayment inScope }
      funds { name { zh en } fundPayType paid payer }
      explanation { policyName { zh en } policyVersion payers { payer steps { formula text { zh en } } } }
    }
    ... on Rejection { code message { zh en } problems { path message { zh en } } }
  }
}`

interface Words {
  readonly zh: string
  readonly en: string
}

/** What the mutation above answers for a settled bill. Amounts are yuan with two decimals. */
interface Settled {
  readonly [amount: string]: unknown
  readonly number: string
  readonly settledAt: string
  readonly personName: string
  readonly identityMasked: string
  readonly institution: { readonly name: string } | null
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

interface Where {
  /** Address of the running platform, `http://127.0.0.1:4000`. */
  readonly address: string
  /** Folder with the keys of the demo institution. */
  readonly dataDir: string
}

/** Settles the demo bill as the hospital's own system would, over HTTP with a signed token, and returns the receipt. */
export async function settleDemoBill({ address, dataDir }: Where): Promise<string> {
  const client = await findDemoClient(dataDir, DEMO_INSTITUTION)
  if (client === null) throw new Error(`the key of the demo institution ${DEMO_INSTITUTION} is missing in ${dataDir}`)
  const token = await institutionToken(`${address}/oidc`, client)
  const input: unknown = JSON.parse(await readFile(join(import.meta.dirname, 'bill.json'), 'utf8'))
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: SETTLE, variables: { requestId: DEMO_REQUEST, input } }),
  })
  const { data, errors } = (await response.json()) as {
    data?: { settle: Settled & { __typename: string } }
    errors?: unknown
  }
  if (data?.settle?.__typename !== 'Settlement') {
    throw new Error(`the demo bill was not settled: ${JSON.stringify(errors ?? data)}`)
  }
  return printReceipt(receiptOf(data.settle))
}

const row = (zh: string, en: string, field: string, value: unknown): Row => ({ zh, en, field, value: String(value) })
const day = (instant: string) => dayOf(Temporal.Instant.from(instant)).toString()

function receiptOf(bill: Settled) {
  const { institution, institutionCode, lines, funds, explanation } = bill
  return {
    head: [
      row('结算编号', 'settlement', 'setl_id', bill.number),
      row('结算时间', 'settled at', 'setl_time', wallTime(Temporal.Instant.from(bill.settledAt))),
      row('参保人', 'insured person', 'psn_name, certno', `${bill.personName} ${bill.identityMasked}`),
      row('定点医药机构', 'institution', 'fixmedins_name', institution?.name ?? institutionCode),
      row('就诊', 'visit', 'mdtrt_id', bill.visit),
      row('起止', 'from, to', 'begntime, endtime', `${day(bill.begin)} – ${day(bill.end)}`),
      row('待遇政策', 'policy', '', `${explanation?.policyName.zh ?? ''} ${explanation?.policyVersion ?? ''}`),
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
