import { fenOf, quantityOf } from '@yibao/schema/money'
import { explain, type Explanation } from '@yibao/settlement/domain/explain'
import type { Step } from '@yibao/settlement/domain/explain-step'
import { split } from '@yibao/settlement/domain/split'
import type { SplitInput } from '@yibao/settlement/domain/split-input'
import type { PayerSplit, SplitResult } from '@yibao/settlement/domain/split-result'
import { describe, expect, test } from 'vitest'
import { forBills } from './cases-draw.ts'
import { refundOf } from './cases-random.ts'
import { sidesOf } from './formula.ts'

const BILLS = 6_000

const stepsOf = ({ lines, crossArea, payers, skipped, person, proof }: Explanation): Step[] => [
  ...lines.flatMap((line) => [line.step, ...line.parts]),
  ...(crossArea === null ? [] : [crossArea]),
  ...payers.flatMap((one) => one.steps),
  ...skipped.map((one) => one.step),
  person,
  ...proof,
]

/** What a step comes to by its printed formula alone. */
function reckoned({ formula }: Step): bigint {
  const [first, ...others] = sidesOf(formula)
  if (first === undefined) throw new Error(formula)
  for (const side of others) expect(side, formula).toBe(first)
  return first
}

const only = (steps: readonly Step[], rule: string): bigint | null => {
  const found = steps.filter((one) => one.rule === rule)
  expect(found.length, rule).toBeLessThanOrEqual(1)
  const [step] = found
  return step === undefined ? null : reckoned(step)
}

/** With some of the lines taken back, by halves or whole; bills with refunds of their own are left alone. */
function withRefunds(input: SplitInput, every: number): SplitInput {
  if (input.lines.some((line) => line.quantity < 0n)) return input
  const charges = input.lines.filter((_line, i) => i % every === 0)
  const refunds = charges.flatMap((line, i) => {
    const half = { ...line, quantity: quantityOf(line.quantity / 2n), amount: fenOf(line.amount / 2n) }
    const rest = {
      ...line,
      quantity: quantityOf(line.quantity - half.quantity),
      amount: fenOf(line.amount - half.amount),
    }
    return (i % 2 === 0 ? [half, rest] : [half]).map((part, j) => ({
      ...refundOf(part, 900 + 2 * i + j),
      refundOf: line.serial,
    }))
  })
  return { ...input, lines: [...input.lines, ...refunds] }
}

/** As a claim whose reviewer let no more than a part of each line into scope; bills with refunds are left alone. */
function reviewed(input: SplitInput, part: bigint): SplitInput {
  if (input.lines.some((line) => line.quantity < 0n)) return input
  const lines = input.lines.map((line) => {
    const inScope = part === 0n ? fenOf(0n) : fenOf(line.amount / part)
    return { ...line, review: { inScope, reason: '超出疗程' } }
  })
  return { ...input, lines }
}

function checkLines({ lines }: Explanation, result: SplitResult): void {
  result.lines.forEach((line, i) => {
    const parts = lines[i]?.parts ?? []
    expect(lines[i]?.serial).toBe(line.serial)
    expect(lines[i] === undefined ? null : reckoned(lines[i].step)).toBe(line.inScope)
    expect(only(parts, 'LINE_SELF_PAID') ?? 0n).toBe(line.selfPaid)
    expect(only(parts, 'LINE_OVER_CEILING') ?? 0n).toBe(line.overCeiling)
    expect(only(parts, 'LINE_FIRST_SELF_PAYMENT') ?? 0n).toBe(line.firstSelfPayment)
  })
}

function checkPayer(payer: PayerSplit, steps: readonly Step[]): void {
  const base = steps.find((one) => one.rule.startsWith('BASE_'))
  expect(base === undefined ? null : reckoned(base)).toBe(payer.base)
  expect(only(steps, payer.fund === 'account' ? 'ACCOUNT' : 'PAID')).toBe(payer.paid)
  if (payer.used === null) return
  expect(only(steps, 'DEDUCTIBLE')).toBe(payer.deductible?.charged ?? null)
  const standard = only(steps, 'STANDARD')
  if (standard !== null) expect(standard).toBe(payer.deductible?.standard)
  expect(steps.filter((one) => one.rule.startsWith('BAND_')).map(reckoned)).toEqual(payer.bands.map((one) => one.pay))
  expect(only(steps, 'COPAY') ?? 0n).toBe(payer.copay)
  expect(only(steps, 'EXCESS') ?? 0n).toBe(payer.excess)
}

describe('an explanation reckoned again from its printed formulas', () => {
  test('gives every line, payer and person amount, of any bill under any policy', () => {
    const rules = new Set<string>()
    forBills(BILLS, ({ policies, input: drawn, random }) => {
      const way = random.below(6)
      const refunded = way < 2 ? withRefunds(drawn, 1 + random.below(3)) : drawn
      const input = way === 5 ? reviewed(drawn, BigInt(random.below(4))) : refunded
      const result = split(input, policies)
      const explanation = explain(input, result, policies)
      for (const step of stepsOf(explanation)) {
        rules.add(step.rule)
        expect(reckoned(step), `${step.rule} ${step.formula}`).toBe(step.result)
      }
      checkLines(explanation, result)
      result.payers.forEach((payer, i) => checkPayer(payer, explanation.payers[i]?.steps ?? []))
      expect(explanation.payers.map((one) => one.paid)).toEqual(result.payers.map((one) => one.paid))
      expect(reckoned(explanation.person)).toBe(result.amounts.personal)
    })
    expect(RULES.filter((rule) => !rules.has(rule))).toEqual([])
  }, 60_000)

  test('never names a relative', () => {
    forBills(1_000, ({ policies, input }) => {
      expect(JSON.stringify(explain(input, split(input, policies), policies), inText)).not.toContain('sponsor-')
    })
  }, 60_000)
})

const inText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** The rules that random bills must meet, so that each kind of formula is reckoned. */
const RULES = `SPLIT CLASS_C NOT_COVERED DENIED REVIEWED RESTRICTED APPROVAL_REFUSED OVER_CEILING_WHOLE LINE_SELF_PAID
  LINE_OVER_CEILING LINE_FIRST_SELF_PAYMENT CROSS_AREA_AS_LOCAL CROSS_AREA_POINTS CROSS_AREA_FIRST_SELF_PAYMENT
  CROSS_AREA_OWN_TABLE BASE_REMAINING BASE_EXCESS BASE_COPAY BASE_ACCOUNT BASE_MUTUAL_AID STANDARD DEDUCTIBLE
  ABOVE_DEDUCTIBLE POSITION BAND_GROSS BAND_NET CAP_FUND_PAID CAP_FUND_AND_SELF CAP_EXPENSE_ABOVE_DEDUCTIBLE
  CAP_BAND_END PAID FILLED COPAY EXCESS ACCOUNT MUTUAL_AID SKIPPED_NOT_CONCERNED SKIPPED_DENIED SKIPPED_NOT_ASKED
  PERSON SUM_SELF_PAID SUM_OVER_CEILING SUM_FIRST_SELF_PAYMENT SUM_IN_SCOPE SUM_TOTAL SUM_FUNDS SUM_PAYERS`.split(/\s+/)
