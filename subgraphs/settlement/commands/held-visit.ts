import { parseInstant } from '@yibao/schema/dates'
import { Rejection } from '@yibao/schema/rejection'
import { z } from 'zod'
import type { OpenedVisit } from '../domain/opened-visit.ts'
import { inTermsOf } from '../domain/visit-elsewhere.ts'
import { VISIT_STATES } from '../domain/visit.ts'
import type { Away } from '../store/away.ts'

// What is kept of an opened visit with the bill that was made of it, while that is with the platform of the insurance.

const instant = z.string().transform((text) => parseInstant(text))

/** The visit as the bill holds it, and as it will be once the bill is written. */
export const heldVisit = z.object({
  version: z.string().transform((text) => BigInt(text)),
  insuredId: z.string().nullable(),
  state: z.enum(VISIT_STATES),
  settledTo: instant.nullable(),
})
export type HeldVisit = z.input<typeof heldVisit>

/** Asking for the bill gives the visit its next version. */
export const holdVisit = (opened: OpenedVisit | undefined): HeldVisit | null =>
  opened === undefined
    ? null
    : {
        version: String(opened.version + 1n),
        insuredId: opened.insuredId,
        state: opened.state,
        settledTo: opened.settledTo?.toString() ?? null,
      }

const asked = z.object({
  opened: heldVisit.nullish(),
  bill: z.object({ lines: z.array(z.object({ serial: z.string() })) }),
})

/** The visit a bill under way holds; null for a plain one. */
export const heldIn = (away: Pick<Away, 'asked'>) => asked.parse(away.asked).opened ?? null

/** A refusal as the request that led to the bill is answered with it. */
export function refusalOf({ kind, asked: said }: Pick<Away, 'kind' | 'asked'>, refusal: Rejection): Rejection {
  if (kind === 'REVERSE') return refusal
  const { opened, bill } = asked.parse(said)
  const worded = inTermsOf(refusal, { opened, ...bill })
  return worded instanceof Rejection ? worded : refusal
}
