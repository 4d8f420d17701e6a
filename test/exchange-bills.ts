import { otherOf, PARTIES, PLACE, POOL, type Insured, type SideName } from './exchange-parties.ts'
import type { Asked, Playground, Run } from './exchange-runs.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { ANNUL } from './world-queries.ts'
import type { WorldPerson } from './world.ts'

// What hospitals of either province do with bills of persons insured in the other.

const REJECTION = '... on Rejection { code retryable problems { path code } }'
const SETTLED =
  '__typename ... on Settlement { id total fundTotal account cash } ... on SettlementPending { requestId }'
export const BILL_REQUESTS = {
  settle: `mutation ($requestId: ID!, $input: SettleInput!) {
    settle(requestId: $requestId, input: $input) { ${SETTLED} ${REJECTION} }
  }`,
  reverse: `mutation ($requestId: ID!, $settlement: ID!) {
    reverse(requestId: $requestId, settlement: $settlement) { ${SETTLED} ${REJECTION} }
  }`,
  annul: ANNUL,
  confirm: `mutation ($target: ID!) {
    confirm(requestId: $target) { __typename ... on Confirmation { settlement { id } } ${REJECTION} }
  }`,
} as const

/** A bill of somebody insured in another province, as the hospital sends it on a day. */
export const awayBillOf = (
  { identityNumber: value }: Pick<WorldPerson, 'identityNumber'>,
  { day = '2026-11-20', price = 200, insuredPool = POOL, ...change }: BillChange = {},
) => ({
  ...bill({
    begin: `${day}T08:00:00+08:00`,
    lines: [{ code: CLASS_A, price, time: `${day}T08:30:00+08:00` }],
    ...change,
  }),
  credential: { kind: 'IDENTITY_CARD', value },
  insuredPool,
})

interface BillChange {
  readonly day?: string
  readonly price?: number
  readonly insuredPool?: string
  readonly [field: string]: unknown
}

const dayOf = (instant: Temporal.Instant) => instant.toZonedDateTimeISO('Asia/Shanghai').toPlainDate()

/** Bills of the second province are fewer: one in four is treated there. */
const OTHER_WAY = 0.25

/** What a hospital does next: a bill of its own, or something with one there was. */
export function nextOfBill(
  { ground, run, add }: Pick<Drawing, 'ground' | 'run' | 'add'>,
  persons: Readonly<Record<SideName, readonly Insured[]>>,
  random: () => number,
): Asked {
  const below = (n: number) => Math.floor(random() * n)
  const known = run.asked.filter((one) => one.kind === 'settle')
  const any = known[below(known.length)]
  const roll = random()
  if (any === undefined || roll < 0.4) {
    const side = random() < OTHER_WAY ? 'home' : 'place'
    const insured = persons[otherOf(side)]
    const person = insured[below(insured.length)]
    if (person === undefined) throw new Error('there are persons')
    const input = awayBillOf(person, {
      day: dayOf(ground[side].now()).subtract({ days: 2 }).toString(),
      price: 50 + below(1500) + below(100) / 100,
      insuredPool: PARTIES[otherOf(side)].insuredPool,
      ...(PARTIES[side].province === PLACE ? {} : { emergency: true }),
      ...(random() < 0.2 && { confirmWithin: 5 }),
    })
    return add({ side, who: PARTIES[side].hospital, kind: 'settle', variables: { input } })
  }
  if (roll < 0.6) return any
  const { side, who } = any
  if (roll < 0.68) return add({ side, who, kind: 'settle', variables: any.variables })
  if (roll < 0.76) return add({ side, who, kind: 'annul', variables: { target: any.requestId } })
  if (roll < 0.82) return add({ side, who, kind: 'confirm', variables: { target: any.requestId } })
  if (any.answer?.__typename !== 'Settlement') return any
  return add({ side, who, kind: 'reverse', variables: { settlement: any.answer.id } })
}

interface Drawing {
  readonly ground: Playground
  readonly run: Run
  readonly add: (act: Omit<Asked, 'requestId' | 'answer'>) => Asked
}
