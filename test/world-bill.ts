/** A line as a test thinks of it; price times quantity is worked out. */
export interface LineOf {
  readonly code: string
  /** Yuan. */
  readonly price: number
  readonly quantity?: number
  readonly time?: string
  readonly [field: string]: unknown
}

interface BillOf {
  readonly card?: string
  readonly begin?: string
  readonly lines?: readonly LineOf[]
  readonly [field: string]: unknown
}

const BEGIN = '2026-11-22T08:00:00+08:00'
let sequence = 0

/** Yuan with two decimals. */
const yuan = (fen: number): string => (fen / 100).toFixed(2)
const fen = ({ price, quantity = 1 }: LineOf): number => Math.round(price * 100) * quantity

/** A drug of class A of the demo catalogue, without ratio and ceiling in any pool. */
export const CLASS_A = 'XB05XAA001B002010102141'

/**
 * A bill with business keys of its own: one visit to an outpatient ward on 22 November 2026, one class A line of 200
 * yuan, changed as the test needs it. The total is the sum of the lines.
 */
export function bill({ card, begin = BEGIN, lines = [{ code: CLASS_A, price: 200 }], ...change }: BillOf) {
  sequence += 1
  const key = `${process.pid}-${sequence}`
  return {
    ...(card !== undefined && { credential: { kind: 'SOCIAL_SECURITY_CARD', value: card } }),
    operator: { code: 'op1', terminal: 'COUNTER' },
    visit: `V${key}`,
    chargeBatch: `B${key}`,
    invoice: `I${key}`,
    careType: '11',
    begin,
    end: begin.replace(/T\d\d/, 'T09'),
    diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
    useAccount: true,
    total: yuan(lines.reduce((sum, line) => sum + fen(line), 0)),
    lines: lines.map((line, i) => lineInput(line, i, begin)),
    ...change,
  }
}

export function lineInput(line: LineOf, i: number, time: string) {
  const { price, quantity = 1, ...rest } = line
  return {
    serial: String(i + 1),
    ownCode: `own-${i + 1}`,
    time,
    department: 'D01',
    doctor: 'D620200000001',
    ...rest,
    price: price.toFixed(2),
    quantity: String(quantity),
    amount: yuan(fen(line)),
  }
}

export const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename
    ... on Settlement {
      id number requestId insuredId total selfPaid overCeiling firstSelfPayment crossArea inScope deductible pool
      poolRatio fundTotal hospital personal account cash balance personType insuredPool
      funds { payer fundPayType paid }
      explanation { policy policyVersion crossArea { rule } }
    }
    ... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }
    ... on AlreadySettled { settlement { id } }
    ... on NotCovered { reason decidingDay }
  }
}`
