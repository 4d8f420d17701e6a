import { join } from 'node:path'
import { bill, CLASS_A, SETTLE, type LineOf } from './world-bill.ts'
import { openWorld, type Data, type WorldPerson } from './world.ts'

// Three invented pools that differ in nothing but the order of reversal: one deductible of 200 a year, then 70 % until
// the fund has paid 500.

export const POOLS = { ANY: '622991', LATEST_FIRST: '622992', RECOMPUTED: '622993' } as const
type Order = keyof typeof POOLS

/** Two hospitals of each pool. */
export const hospitalOf = (order: Order, number: 1 | 2 = 1): string => `H${POOLS[order]}0000${number}`

const INSTITUTIONS = Object.values(POOLS).flatMap((pool) =>
  ([1, 2] as const).map((number) => ({
    code: `H${pool}0000${number}`,
    name: `虚构医院 ${pool} ${number}`,
    level: 'LEVEL_2' as const,
    type: 'GENERAL_HOSPITAL' as const,
    creditCode: '12100000400010275N',
    pool,
    agreedFrom: '2023-01-01',
  })),
)

export const REJECTION =
  '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'
export const SETTLEMENT = `__typename id number total inScope deductible pool fundTotal personal account cash balance
  correction keepsCounters chargeBatch invoice operator visit begin end settledAt
  lines { serial quantity amount inScope } funds { payer paid }
  reverses { id } reversedBy { id } replaces { id } replacedBy { id }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!, $operator: OperatorInput) {
  reverse(requestId: $requestId, settlement: $settlement, operator: $operator) {
    __typename
    ... on Settlement { ${SETTLEMENT} explanation { payers { payer steps { formula } } } }
    ... on AlreadyReversed { reversal { id } }
    ${REJECTION}
  }
}`
const REFUND = `mutation ($requestId: ID!, $settlement: ID!, $input: RefundInput!) {
  refund(requestId: $requestId, settlement: $settlement, input: $input) {
    __typename
    ... on Refund { reversal { ${SETTLEMENT} } settlement { ${SETTLEMENT} } }
    ... on AlreadyReversed { reversal { id } }
    ${REJECTION}
  }
}`

/** The whole platform with these pools, spoken to through the gateway. */
export async function reverseWorld() {
  const world = await openWorld({
    policies: [join(import.meta.dirname, 'reverse-policies')],
    institutions: INSTITUTIONS,
  })
  let requests = 0
  const requestId = () => `reverse-${(requests += 1)}`

  return {
    ...world,
    requestId,
    addInsured: (order: Order, account = 0): Promise<WorldPerson> =>
      world.addPerson({
        enrolments: [{ pool: POOLS[order], insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
        account: { pool: POOLS[order], current: account },
      }),
    /** Settles a bill of one line of class A at this price, or of these lines. */
    async settle(hospital: string, person: WorldPerson, price: number | readonly LineOf[], change = {}): Promise<Data> {
      const lines = typeof price === 'number' ? {} : { lines: price }
      const one = typeof price === 'number' ? bill({ card: person.cardNumber, ...single(price), ...change }) : null
      const input = one ?? bill({ card: person.cardNumber, ...lines, ...change })
      return (await world.as(hospital, SETTLE, { requestId: requestId(), input })).settle
    },
    async reverse(hospital: string, settlement: string, id = requestId(), operator?: object): Promise<Data> {
      return (await world.as(hospital, REVERSE, { requestId: id, settlement, operator })).reverse
    },
    async refund(hospital: string, settlement: string, input: object, id = requestId()): Promise<Data> {
      return (await world.as(hospital, REFUND, { requestId: id, settlement, input })).refund
    },
    /** What the person has consumed of counters, in yuan. */
    async counters({ insuredId }: WorldPerson): Promise<Record<string, number>> {
      const { rows } = await world.admin.query<{ name: string; amount: string }>(
        'select name, amount from settlement.counter where insured_id = $1',
        [insuredId],
      )
      return Object.fromEntries(rows.map(({ name, amount }) => [name, Number(amount) / 100]))
    },
  }
}

export type ReverseWorld = Awaited<ReturnType<typeof reverseWorld>>

const single = (price: number) => ({ lines: [{ code: CLASS_A, price }] })
