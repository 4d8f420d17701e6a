import type { Context } from '../context.ts'
import { openCheck } from '../domain/check.ts'
import { applyFindings, refuseFindings } from '../domain/check-apply.ts'
import type { Facts } from '../domain/facts.ts'
import type { ResolvedBill } from '../domain/resolve-bill.ts'
import { readPastLines } from '../store/past-lines.ts'

/**
 * Looks at a resolved bill with the rule library, before money is reckoned. What is degraded is in the bill that comes
 * back, with everything that was found. Throws NotAllowed with code CHECK_REFUSED when a rule refuses the bill.
 */
export async function checkResolved(
  { checks, db }: Context,
  resolved: ResolvedBill,
  { otherVisits: visits, records }: Facts,
  now: Temporal.Instant,
): Promise<ResolvedBill> {
  const { bill, items, input, coverage } = resolved
  const { sex } = coverage.enrolment
  const check = openCheck(checks, { bill, items, input, sex, now, visits })
  const pastLines = check.wanted === null ? [] : await readPastLines(db.hot, records, visits, check.wanted)
  const findings = check.find(pastLines)
  refuseFindings(findings, bill, checks.rules)
  return applyFindings(resolved, findings)
}
