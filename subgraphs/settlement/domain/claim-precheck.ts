import { parseYuan, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Finding } from './check-finding.ts'
import type { Claim } from './claim.ts'
import { isTrauma } from './claim-condition.ts'
import { uncodedLines } from './claim-review.ts'

/** What a rule of audit found in a claim, as its history keeps it. */
export type ClaimFinding = Pick<Finding, 'rule' | 'name' | 'action' | 'lines' | 'text'>

/** What looking at a claim by the rules came to, before anybody does. */
export interface Precheck {
  readonly findings: readonly ClaimFinding[]
  /** Why it could not be settled as it was submitted; null when it could. */
  readonly refusal: { readonly code: string; readonly text: Text } | null
}

/** The same as it is kept: with why nobody but a person accepts it, and when it was looked at. */
export interface Prechecked extends Precheck {
  readonly because: readonly string[]
  readonly at: string
}

/** Why somebody has to look at a claim before it is accepted. */
export const NOT_PLAIN = [
  'ABOVE_LIMIT',
  'UNCODED_LINES',
  'PLACE_UNCONFIRMED',
  'FINDINGS',
  'NOT_SETTLEABLE',
  'PROMISE',
  'TRAUMA',
  'EXCLUSION',
  'RETURNED_BEFORE',
] as const
export type NotPlain = (typeof NOT_PLAIN)[number]

/** Why a claim is not accepted by rule; nothing for a plain one. */
export function whyNotPlain(
  claim: Pick<Claim, 'content' | 'assignee' | 'acceptedAt'>,
  { findings, refusal }: Precheck,
  { upTo, isRegistered }: { readonly upTo: Fen; readonly isRegistered: boolean },
): NotPlain[] {
  const { total, lines = [], papers = [], careType = '', trauma, exclusions = [], place } = claim.content
  const amount = parseYuan(total ?? '')
  const reasons: Record<NotPlain, boolean> = {
    ABOVE_LIMIT: amount === null || amount > upTo,
    UNCODED_LINES: lines.length === 0 || uncodedLines(lines, []).length > 0,
    PLACE_UNCONFIRMED: !isRegistered && place?.confirmed === undefined,
    FINDINGS: findings.length > 0,
    NOT_SETTLEABLE: refusal !== null,
    PROMISE: papers.some(({ promise }) => promise),
    TRAUMA: isTrauma({ careType, trauma: trauma ?? false }),
    EXCLUSION: exclusions.length > 0,
    // Whoever asked for papers looks at them.
    RETURNED_BEFORE: claim.assignee !== null || claim.acceptedAt !== null,
  }
  return NOT_PLAIN.filter((reason) => reasons[reason])
}
