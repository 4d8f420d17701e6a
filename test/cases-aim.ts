import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import { counterKey } from '@yibao/settlement/domain/counter'
import type { Policy } from '@yibao/settlement/domain/policy'
import type { Situation } from '@yibao/settlement/domain/policy-condition'
import { resolvePolicy, type ResolvedFund, type ResolvedPolicy } from '@yibao/settlement/domain/policy-resolve'
import type { Sponsor, SplitInput, SplitLine } from '@yibao/settlement/domain/split-input'
import type { PayerSplit, SplitResult } from '@yibao/settlement/domain/split-result'
import { anyAmount, linesFor, type Random } from './cases-random.ts'

/** Which edges a split ran over: each payer that paid, deductible crossed, band touched, cap that cut. */
export function edgesHit(result: SplitResult, resolved: ResolvedPolicy): string[] {
  return result.payers.flatMap((payer) => {
    const found = resolved.payers.find((one) => one.payer.id === payer.payer)
    const hits = payer.paid > ZERO ? [`${payer.payer} pays`] : []
    if (found === undefined || found.kind === 'ACCOUNT') return hits
    if (crossed(payer)) hits.push(`${payer.payer} deductible`)
    for (const band of payer.bands)
      hits.push(`${payer.payer} band ${found.tariff.bands.findIndex((one) => one.from === band.from)}`)
    const { cap } = payer
    if (cap !== null && cap.cut > ZERO) {
      const index = found.tariff.caps.findIndex((one) => one.unit === cap.unit && one.amount === cap.amount)
      hits.push(`${payer.payer} cap ${capName(found, index)}`)
    }
    return hits
  })
}

/** All edges a policy has for a kind of case. */
export function edgesOf(resolved: ResolvedPolicy): string[] {
  return resolved.payers.flatMap((one) => {
    const { id } = one.payer
    if (one.kind === 'ACCOUNT') return [`${id} pays`]
    const { standard, bands, caps } = one.tariff
    return [
      `${id} pays`,
      ...(standard !== null && standard > ZERO ? [`${id} deductible`] : []),
      ...bands.map((_, i) => `${id} band ${i}`),
      ...caps.map((_, i) => `${id} cap ${capName(one, i)}`),
    ]
  })
}

function capName({ tariff, counters }: ResolvedFund, index: number): string {
  const counter = counters.caps[index]
  const name = counter === null || counter === undefined ? index : counter === 'POSITION' ? 'position' : counter.name
  return `${tariff.caps[index]?.unit} ${name}`
}

const crossed = ({ base, deductible }: PayerSplit): boolean =>
  deductible !== null && deductible.charged > ZERO && base > deductible.charged

/** A bill for a kind of case whose amount and counters lie near the edges of one payer. */
export function aimedInput(policy: Policy, situation: Situation, random: Random): SplitInput {
  const resolved = resolvePolicy(policy, situation)
  const days = random.pick([1, 30, 90, 91, 400])
  const charged = fenOf(BigInt(random.below(random.pick([1, 100, 200_000]))))
  const transfer = random.below(5) === 0 ? { transfer: { charged } } : {}
  const care = { ...situation.care, days, year: '2025', visit: 'V1', month: '2025-05', ...transfer }
  const funds = resolved.payers.filter((one) => one.kind === 'FUND')
  const counters: Record<string, Fen> = {}
  for (const fund of funds) {
    for (const [counter, edges] of countersOf(fund)) {
      counters[counterKey(counter, care)] = near(random, [0n, 0n, ...edges])
    }
  }
  const edges = funds.flatMap(({ tariff }) => [
    tariff.standard ?? 0n,
    ...tariff.bands.map((band) => band.from),
    ...tariff.caps.map((cap) => cap.amount),
  ])
  const inScope = random.below(3) === 0 ? anyAmount(random) : near(random, edges.length === 0 ? [1000n] : edges)
  return {
    pool: policy.pool.code,
    insuranceType: random.pick(policy.insuranceTypes),
    policy: { id: policy.id, version: policy.version },
    person: situation.person,
    care,
    lines: someDenied(linesFor(inScope, random), random),
    counters,
    accounts: { current: anyAmount(random, 7), history: anyAmount(random, 7) },
    useAccount: random.below(2) === 0,
    ...(random.below(3) === 0 && { sponsors: sponsorsFor(random) }),
    ...(random.below(30) === 0 && { noFund: true as const }),
  }
}

/** A check denies some lines; not those of a bill with refunds, whose refunds would not know of it. */
const someDenied = (lines: SplitLine[], random: Random): SplitLine[] =>
  lines.some((line) => line.amount < 0n)
    ? lines
    : lines.map((line) => (random.below(40) === 0 ? { ...line, denied: true as const } : line))

/** Up to three relatives, some with nothing left, some with a limit. */
const sponsorsFor = (random: Random): Sponsor[] =>
  Array.from({ length: 1 + random.below(3) }, (_, i) => ({
    insuredId: `sponsor-${i + 1}`,
    current: anyAmount(random, 6),
    history: anyAmount(random, 6),
    limit: random.below(2) === 0 ? null : anyAmount(random, 6),
  }))

/** Which of the facts beside policy and amounts a bill met, and with what result. */
export function circumstancesHit(input: SplitInput, result: SplitResult): string[] {
  const { sponsors = [] } = input
  const paid = (id: string) => result.sponsorsPaid.find((one) => one.insuredId === id)
  const isLimited = ({ insuredId, limit }: Sponsor) => {
    const found = paid(insuredId)
    return found !== undefined && limit !== null && found.current + found.history === limit
  }
  const facts: Record<string, boolean> = {
    'a sponsor pays': result.sponsorsPaid.length > 0,
    'the second sponsor pays after the first': result.sponsorsPaid.length > 1,
    'a sponsor pays from the history balance': result.sponsorsPaid.some((one) => one.history > ZERO),
    'a sponsor pays up to the limit': sponsors.some(isLimited),
    'sponsors leave something': sponsors.length > 0 && result.amounts.cash > ZERO,
    'no fund pays': input.noFund === true && result.amounts.total > ZERO,
    'no fund pays but an account does': input.noFund === true && result.amounts.account > ZERO,
    'a line is denied': result.lines.some((one) => one.rule === 'DENIED'),
    'a stay goes on from another hospital': input.care.transfer !== undefined,
    'a hospital bears a part': result.amounts.hospital > ZERO,
  }
  return Object.keys(facts).filter((name) => facts[name] === true)
}

type Counter = NonNullable<ResolvedFund['counters']['position']>

/** The counters of a payer with the amounts at which something happens. */
function countersOf({ tariff, counters }: ResolvedFund): [Counter, bigint[]][] {
  const found: [Counter, bigint[]][] = []
  if (counters.deductible !== null) found.push([counters.deductible, [tariff.standard ?? 0n]])
  if (counters.position !== null) found.push([counters.position, tariff.bands.map((band) => band.to ?? band.from)])
  counters.caps.forEach((counter, i) => {
    const cap = tariff.caps[i]
    if (counter !== null && counter !== 'POSITION' && cap !== undefined) found.push([counter, [cap.amount]])
  })
  return found
}

/** At an edge, a fen or some yuan beside it, or a small multiple or part of it. */
function near(random: Random, edges: readonly bigint[]): Fen {
  const edge = random.pick(edges)
  const moved = random.pick([
    edge,
    edge - 1n,
    edge + 1n,
    edge - BigInt(random.below(100_000)),
    edge + BigInt(random.below(100_000)),
    (edge * BigInt(random.below(400))) / 100n,
    (edge * BigInt(random.below(100))) / 100n,
  ])
  return fenOf(moved > 0n ? moved : 0n)
}
