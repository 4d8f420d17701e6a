import type { Text } from '@yibao/schema/rejection'
import type { BillLine } from './bill.ts'
import type { PoolRules } from './policy.ts'
import { refusedAt } from './refusals.ts'
import { quantitiesLeft } from './trace-codes.ts'

/** When the fund pays for nothing that somebody does. */
export interface Suspension {
  readonly since: Temporal.Instant
  /** From when it is over; null while it lasts. */
  readonly until: Temporal.Instant | null
}

/** Everybody who is or was suspended, by national code, at one version. A code that is not here was never spoken of. */
export interface Suspensions {
  readonly version: bigint
  readonly byCode: ReadonlyMap<string, readonly Suspension[]>
}

type Rule = Pick<PoolRules, 'suspendedStaff'>
/** What of a line says who ordered what and when. */
type Ordered = Pick<BillLine, 'serial' | 'quantity' | 'refundOf' | 'doctor' | 'time'>

/** Whether somebody's right to be paid for rests at a moment, wherever they work. */
const isSuspended = ({ byCode }: Suspensions, code: string, at: Temporal.Instant): boolean =>
  byCode
    .get(code)
    ?.some(
      ({ since, until }) =>
        Temporal.Instant.compare(since, at) <= 0 && (until === null || Temporal.Instant.compare(at, until) < 0),
    ) ?? false

const TEXT: Text = {
  zh: '该人员的医保支付资格在服务当时已暂停，医保基金不予支付',
  en: 'the fund does not pay for what this practitioner does: the right to it was suspended at the time',
}

const CODE = 'PRACTITIONER_SUSPENDED'

/**
 * Refuses a bill with lines ordered by somebody who was suspended at their time; the person owes nothing for them either,
 * so the institution takes them off or bears them. A line that was taken back whole asks for nothing.
 */
export function refuseSuspended(
  { lines, emergency }: { readonly lines: readonly Ordered[]; readonly emergency: boolean },
  { suspendedStaff: { value } }: Rule,
  suspensions: Suspensions,
): void {
  if (suspensions.byCode.size === 0 || value === 'PAID' || (emergency && value === 'PAID_IN_EMERGENCIES')) return
  const suspect = ({ doctor, time, refundOf }: Ordered) =>
    doctor !== null && refundOf === null && isSuspended(suspensions, doctor, time)
  if (!lines.some(suspect)) return
  const left = quantitiesLeft(lines)
  const paths = lines.flatMap((line, i) =>
    suspect(line) && left.get(line.serial) !== 0n ? [`lines[${i}].doctor`] : [],
  )
  if (paths.length > 0) throw refusedAt(CODE, paths.slice(0, 100), TEXT)
}

/** Holds that who prescribes or reviews is not suspended; no prescription is for an emergency. Throws NotAllowed. */
export function checkStaff(
  { path, code, at }: { readonly path: string; readonly code: string; readonly at: Temporal.Instant },
  rules: Rule | null,
  suspensions: Suspensions,
): void {
  if (rules === null || rules.suspendedStaff.value === 'PAID' || !isSuspended(suspensions, code, at)) return
  throw refusedAt(CODE, [path], TEXT)
}
