import { fenOf } from '@yibao/schema/money'
import { resolvePolicy } from '@yibao/settlement/domain/policy-resolve'
import { split } from '@yibao/settlement/domain/split'
import type { SplitInput } from '@yibao/settlement/domain/split-input'
import type { SplitResult } from '@yibao/settlement/domain/split-result'
import { describe, expect, test } from 'vitest'
import { aimedInput, circumstancesHit, edgesHit } from './cases-aim.ts'
import { edgesIn, forBills, subjects, type Subject } from './cases-draw.ts'
import { mutate } from './cases-mutate.ts'
import { lineOf, randomOf } from './cases-random.ts'

/** Bills per run, spread evenly over the policies; enough that a rare edge still shows in its share. */
const BILLS = 18_000
const SHARE_MIN = 0.02
/** Of all bills, how often each fact beside policy and amounts is met at least, and how many such facts there are. */
const RARE_MIN = 0.002
const CIRCUMSTANCES = 10

describe('any bill under any policy', () => {
  test('adds up, is nowhere negative, and keeps every cap and deductible; every edge is met often', () => {
    const cases = new Map<Subject, { bills: number; hits: Map<string, number> }>()
    const met = new Map<string, number>()
    forBills(BILLS, ({ subject, policies, policy, situation, input }) => {
      const result = split(input, policies)
      const resolved = resolvePolicy(policy, situation)
      checkSums(result, input)
      checkLimits(result)
      checkCircumstances(result, input)
      for (const name of circumstancesHit(input, result)) met.set(name, (met.get(name) ?? 0) + 1)
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
    for (const [name, times] of met) expect(times / BILLS, name).toBeGreaterThan(RARE_MIN)
    expect(met.size).toBe(CIRCUMSTANCES)
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
  expect(payers.reduce((sum, payer) => sum + payer.paid, 0n) + amounts.cash).toBe(total)
  expect(Object.values(amounts).every((amount) => amount >= 0n)).toBe(true)
  for (const payer of payers) {
    const { base, paid, copay, excess, deductible } = payer
    expect((deductible?.charged ?? 0n) + paid + copay + excess).toBe(base)
    expect([base, paid, copay, excess].every((amount) => amount >= 0n)).toBe(true)
  }
}

/** Sponsors, denials and transfers: nobody is overdrawn, nothing is paid that a check denied, no more is due than the whole. */
function checkCircumstances({ payers, lines, amounts, sponsorsPaid, consumed }: SplitResult, input: SplitInput): void {
  const { sponsors = [] } = input
  for (const { insuredId, current, history } of sponsorsPaid) {
    const sponsor = sponsors.find((one) => one.insuredId === insuredId)
    expect(sponsor !== undefined && current <= sponsor.current && history <= sponsor.history, insuredId).toBe(true)
    expect(current >= 0n && history >= 0n && current + history > 0n).toBe(true)
    expect(history === 0n || current === sponsor?.current, 'the current balance comes first').toBe(true)
    const limit = sponsor?.limit ?? null
    expect(limit === null || current + history <= limit, 'the limit of the binding').toBe(true)
  }
  const order = sponsorsPaid.map((one) => sponsors.findIndex(({ insuredId }) => insuredId === one.insuredId))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(sponsorsPaid.reduce((sum, one) => sum + one.current + one.history, 0n)).toBe(amounts.mutualAid)
  if (input.noFund === true) {
    expect(amounts.hospital + payers.filter(isFund).reduce((sum, one) => sum + one.paid, 0n)).toBe(0n)
    expect(consumed).toEqual({})
  }
  input.lines.forEach((line, i) => {
    if (line.denied === true) expect(lines[i]?.selfPaid).toBe(line.amount)
  })
}

const isFund = ({ fund }: SplitResult['payers'][number]): boolean => fund !== 'account' && fund !== 'mutualAid'

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

test('a stay that goes on from another hospital is charged no more than a new one, and with it no more than the standard', () => {
  let lower = 0
  forBills(4_000, ({ policies, input, random }) => {
    const { transfer: _before, ...care } = input.care
    const charged = fenOf(BigInt(random.below(200_000)))
    const whole = split({ ...input, care }, policies).payers
    split({ ...input, care: { ...care, transfer: { charged } } }, policies).payers.forEach((payer, i) => {
      const standard = whole[i]?.deductible?.standard
      if (standard === undefined || payer.deductible === null) return
      expect(payer.deductible.standard).toBeLessThanOrEqual(standard)
      if (payer.deductible.standard === standard) return
      lower++
      const due = payer.deductible.standard + charged
      expect(payer.deductible.standard === 0n || due === standard).toBe(true)
    })
  })
  expect(lower).toBeGreaterThan(50)
}, 60_000)

test('relatives change nothing about a bill but what is left in cash', () => {
  let helped = 0
  forBills(4_000, ({ policies, input }) => {
    const { sponsors = [], ...rest } = input
    const alone = split(rest, policies).amounts
    const { amounts } = split({ ...rest, sponsors }, policies)
    expect({ ...amounts, mutualAid: 0n, cash: amounts.cash + amounts.mutualAid }).toEqual({ ...alone, mutualAid: 0n })
    if (amounts.mutualAid > 0n) helped++
  })
  expect(helped).toBeGreaterThan(200)
}, 60_000)
