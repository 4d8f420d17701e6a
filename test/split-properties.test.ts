import { fenOf } from '@yibao/schema/money'
import type { Policy } from '@yibao/settlement/domain/policy'
import type { Situation } from '@yibao/settlement/domain/policy-condition'
import { resolvePolicy } from '@yibao/settlement/domain/policy-resolve'
import { split } from '@yibao/settlement/domain/split'
import type { SplitInput } from '@yibao/settlement/domain/split-input'
import type { SplitResult } from '@yibao/settlement/domain/split-result'
import { assert, integer, property as holdsFor } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aimedInput, edgesHit, edgesOf } from './cases-aim.ts'
import { mutate, poolFiles } from './cases-mutate.ts'
import { lineOf, randomOf, type Random } from './cases-random.ts'
import { situationsOf } from './cases-situations.ts'

/** Bills per run, spread evenly over the policies; enough that a rare edge still shows in its share. */
const BILLS = 15_000
const VARIANTS = 8
const SHARE_MIN = 0.02

/** Every shipped policy with mutated variants of its file, and the kinds of cases it tells apart. */
const subjects = poolFiles.flatMap((file, fileIndex) => {
  const seeds = Array.from({ length: VARIANTS }, (_, i) => fileIndex * VARIANTS + i)
  const variants = seeds.map((seed) => ({ seed, policies: mutate(file, randomOf(seed)) }))
  return (variants[0]?.policies ?? []).map((policy, index) => ({
    name: `${policy.id} ${policy.version}`,
    file,
    variants: variants.map(({ seed, policies }) => ({ seed, policies, policy: policies[index] ?? policy })),
    situations: situationsOf(policy),
  }))
})
type Subject = (typeof subjects)[number]

interface Drawn {
  readonly subject: Subject
  readonly policies: readonly Policy[]
  readonly policy: Policy
  readonly situation: Situation
  readonly input: SplitInput
  readonly random: Random
}

/** One of the edges a policy has is chosen, and a bill searched that runs over it. */
function draw(index: number, seed: number): Drawn {
  const random = randomOf(seed)
  const subject = subjects[index % subjects.length]
  if (subject === undefined) throw new Error('no policies')
  const { policies, policy } = random.pick(subject.variants)
  const wanted = random.pick(edgesIn(subject))
  let drawn: Drawn | null = null
  for (let tries = 0; tries < 60; tries++) {
    const situation = random.pick(subject.situations)
    const resolved = resolvePolicy(policy, situation)
    if (drawn !== null && !edgesOf(resolved).includes(wanted)) continue
    const input = aimedInput(policy, situation, random)
    drawn = { subject, policies, policy, situation, input, random }
    if (edgesHit(split(input, policies), resolved).includes(wanted)) break
  }
  if (drawn === null) throw new Error('nothing drawn')
  return drawn
}

const edgesMemo = new Map<Subject, string[]>()
function edgesIn(subject: Subject): string[] {
  const known = edgesMemo.get(subject)
  if (known !== undefined) return known
  const [first] = subject.variants
  const edges = subject.situations.flatMap((one) =>
    first === undefined ? [] : edgesOf(resolvePolicy(first.policy, one)),
  )
  const found = [...new Set(edges)]
  edgesMemo.set(subject, found)
  return found
}

/** Checks a property on `bills` bills, the policies in turn. */
function forBills(bills: number, property: (drawn: Drawn) => void): void {
  let turn = 0
  assert(
    holdsFor(integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => property(draw(turn++, seed))),
    { numRuns: bills, endOnFailure: true },
  )
}

describe('any bill under any policy', () => {
  test('adds up, is nowhere negative, and keeps every cap and deductible; every edge is met often', () => {
    const cases = new Map<Subject, { bills: number; hits: Map<string, number> }>()
    forBills(BILLS, ({ subject, policies, policy, situation, input }) => {
      const result = split(input, policies)
      const resolved = resolvePolicy(policy, situation)
      checkSums(result, input)
      checkLimits(result)
      const tally = cases.get(subject) ?? { bills: 0, hits: new Map() }
      tally.bills++
      for (const edge of new Set(edgesHit(result, resolved))) tally.hits.set(edge, (tally.hits.get(edge) ?? 0) + 1)
      cases.set(subject, tally)
    })
    const rare = [...cases].flatMap(([subject, { bills, hits }]) =>
      edgesIn(subject)
        .map((edge) => ({ edge: `${subject.name}: ${edge}`, share: (hits.get(edge) ?? 0) / bills }))
        .filter(({ share }) => share < SHARE_MIN),
    )
    expect(rare).toEqual([])
    expect(cases.size).toBe(subjects.length)
  }, 60_000)

  test('gets no less from the funds for more in scope', () => {
    forBills(10_000, ({ policies, input, random }) => {
      const more = BigInt(1 + random.below(random.pick([1, 10, 1000, 1_000_000])))
      const before = split(input, policies).amounts
      const after = split({ ...input, lines: [...input.lines, lineOf(input.lines.length + 1, more)] }, policies).amounts
      expect(after.fundTotal).toBeGreaterThanOrEqual(before.fundTotal)
      expect(after.fundTotal - before.fundTotal).toBeLessThanOrEqual(more)
    })
  }, 60_000)

  test('does not depend on the order of its lines', () => {
    forBills(10_000, ({ policies, input, random }) => {
      const order = input.lines
        .map((line) => ({ line, key: random.below(1_000_000) }))
        .toSorted((a, b) => a.key - b.key)
      const { lines, ...rest } = split(input, policies)
      const { lines: permuted, ...same } = split({ ...input, lines: order.map((one) => one.line) }, policies)
      expect(same).toEqual(rest)
      const bySerial = new Map(lines.map((line) => [line.serial, line]))
      for (const line of permuted) expect(line).toEqual(bySerial.get(line.serial))
    })
  }, 60_000)

  test('gives the same from a copy of its input and freshly loaded policies: nothing is remembered wrongly', () => {
    forBills(1_000, ({ subject, input, policies, policy }) => {
      const seed = subject.variants.find((one) => one.policy === policy)?.seed ?? 0
      expect(split(structuredClone(input), mutate(subject.file, randomOf(seed)))).toEqual(split(input, policies))
    })
  }, 60_000)
})

test('bills of a year one after the other never exceed a yearly cap or deductible', () => {
  forBills(2_000, ({ subject, policies, policy, situation, random }) => {
    let counters: SplitInput['counters'] = {}
    let accounts = { current: fenOf(BigInt(random.below(500_000))), history: fenOf(BigInt(random.below(500_000))) }
    for (let i = 2 + random.below(6); i > 0; i--) {
      const next = random.below(3) === 0 ? random.pick(subject.situations) : situation
      const visit = `V${random.below(3)}`
      const drawn = aimedInput(policy, next, random)
      const input = { ...drawn, care: { ...drawn.care, visit }, counters, accounts }
      const result = split(input, policies)
      checkLimits(result)
      counters = added(counters, result.consumed)
      accounts = {
        current: fenOf(accounts.current - result.accountPaid.current),
        history: fenOf(accounts.history - result.accountPaid.history),
      }
      expect(accounts.current >= 0n && accounts.history >= 0n).toBe(true)
    }
  })
}, 60_000)

function added(counters: SplitInput['counters'], consumed: SplitResult['consumed']): SplitInput['counters'] {
  const after = { ...counters }
  for (const [key, amount] of Object.entries(consumed)) after[key] = fenOf((after[key] ?? 0n) + amount)
  return after
}

function checkSums({ lines, payers, amounts }: SplitResult, input: SplitInput): void {
  const { total, selfPaid, overCeiling, firstSelfPayment, inScope, personal, fundTotal, hospital } = amounts
  lines.forEach((line, i) =>
    expect(line.selfPaid + line.overCeiling + line.firstSelfPayment + line.inScope).toBe(input.lines[i]?.amount),
  )
  expect(input.lines.reduce((sum, line) => sum + line.amount, 0n)).toBe(total)
  expect(selfPaid + overCeiling + firstSelfPayment + inScope).toBe(total)
  expect(fundTotal + personal + hospital).toBe(total)
  expect(payers.reduce((sum, payer) => sum + payer.paid, 0n) + amounts.cash + amounts.mutualAid).toBe(total)
  expect(Object.values(amounts).every((amount) => amount >= 0n)).toBe(true)
  for (const payer of payers) {
    const { base, paid, copay, excess, deductible } = payer
    expect((deductible?.charged ?? 0n) + paid + copay + excess).toBe(base)
    expect([base, paid, copay, excess].every((amount) => amount >= 0n)).toBe(true)
  }
}

/** What a bill adds never carries a counter beyond its cap or standard; one that is beyond already gets nothing added. */
function checkLimits({ payers }: SplitResult): void {
  for (const { payer, deductible, cap, paid, copay, base, excess } of payers) {
    if (deductible !== null) {
      const room = deductible.standard - deductible.used
      expect(deductible.charged <= (room > 0n ? room : 0n), `${payer} deductible`).toBe(true)
    }
    if (cap === null) continue
    const room = cap.amount > cap.used ? cap.amount - cap.used : 0n
    const within = {
      FUND_PAID: paid,
      BALANCE: paid,
      FUND_AND_SELF: base - excess,
      EXPENSE_ABOVE_DEDUCTIBLE: paid + copay,
    }
    if (cap.unit !== 'BAND_END') expect(within[cap.unit] <= room, `${payer} ${cap.unit}`).toBe(true)
  }
}
