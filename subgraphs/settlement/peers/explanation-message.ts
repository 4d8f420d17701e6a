import { formatYuan } from '@yibao/schema/money'
import { uuid, yuan } from '@yibao/schema/wire'
import { z } from 'zod'
import type { ExplainedLine } from '../domain/explain-line.ts'
import type { Step } from '../domain/explain-step.ts'
import type { ExplainedPayer, Explanation } from '../domain/explain.ts'

// Why a bill came out as it did, as home tells the place of treatment. It is told once and never changes, so the words,
// formulas and sources are those of home at the time.

/** The place asks why a bill it settled came out as it did. */
export const explainMessage = z.strictObject({ exchange: uuid })

/** Why home tells no explanation: the exchange led to nothing, or decided nothing, or is not reckoned again as it was. */
export const UNTOLD = ['UNKNOWN', 'DECIDES_NOTHING', 'NOT_RECKONED'] as const

const words = z.object({ zh: z.string(), en: z.string() })

const step = z
  .object({
    rule: z.string(),
    text: words,
    formula: z.string(),
    result: yuan,
    source: z
      .object({
        document: words,
        number: z.string().nullable(),
        article: z.string().nullable(),
        issued: z.string(),
        reliability: z.enum(['A', 'B', 'C', 'ASSUMED']),
      })
      .nullable(),
  })
  .transform((one): Step => one)

const explanation = z
  .object({
    engine: z.int(),
    policy: z.object({ id: z.string(), version: z.string(), name: words }),
    lines: z.array(z.object({ serial: z.string(), step, parts: z.array(step) })),
    crossArea: step.nullable(),
    payers: z.array(z.object({ payer: z.string(), name: words, paid: yuan, steps: z.array(step) })),
    skipped: z.array(z.object({ payer: z.string(), name: words, step })),
    person: step,
    proof: z.array(step),
  })
  .transform((one): Explanation => one)

const explainAnswer = z.object({
  exchange: uuid,
  explanation: explanation.nullable(),
  /** Why there is none; null when there is one. */
  untold: z.enum(UNTOLD).nullable(),
})

export type ExplainAnswer = ReturnType<typeof tellExplanation>

/** What home answers: the explanation, or why there is none. */
export const tellExplanation = (
  exchange: string,
  told: { readonly explanation: Explanation | null; readonly untold: (typeof UNTOLD)[number] | null },
) => ({ exchange, explanation: told.explanation && explanationOf(told.explanation), untold: told.untold })

/** What home answered; null when that has not its form. */
export const readExplanation = (answer: unknown) => explainAnswer.safeParse(answer).data ?? null

const explanationOf = ({ engine, policy, lines, crossArea, payers, skipped, person, proof }: Explanation) => ({
  engine,
  policy: { ...policy },
  lines: lines.map(lineOf),
  crossArea: crossArea && stepOf(crossArea),
  payers: payers.map(payerOf),
  skipped: skipped.map((one) => ({ payer: one.payer, name: one.name, step: stepOf(one.step) })),
  person: stepOf(person),
  proof: proof.map(stepOf),
})

const lineOf = ({ serial, step: rule, parts }: ExplainedLine) => ({
  serial,
  step: stepOf(rule),
  parts: parts.map(stepOf),
})

const payerOf = ({ payer, name, paid, steps }: ExplainedPayer) => ({
  payer,
  name,
  paid: formatYuan(paid),
  steps: steps.map(stepOf),
})

const stepOf = ({ rule, text, formula, result, source }: Step) => ({
  rule,
  text,
  formula,
  result: formatYuan(result),
  source,
})
