import type { Bill } from './bill.ts'
import { needsRegistration } from './care-type.ts'
import { agreementOfClaim } from './claim-resolve.ts'
import type { Coverage } from './coverage.ts'
import type { CareDays } from './deciding-date.ts'
import { findAgreement, hasCapability, type DesignationQuery } from './designation.ts'
import type { Agreement, Facts } from './facts.ts'
import { placeOf } from './filing.ts'
import { directly } from './not-settled-directly.ts'
import type { Policy } from './policy.ts'
import { capabilityMissing } from './refusals.ts'

interface Frame {
  readonly coverage: Coverage
  readonly policy: Policy
  readonly days: CareDays
}

/** The agreement a bill is settled under: here, in another province, or for a claim with nobody. Throws NotAllowed. */
export function placeOfBill(bill: Bill, { agreements }: Pick<Facts, 'agreements'>, frame: Frame): Agreement {
  const { place, claim } = bill
  if (claim !== undefined) return agreementOfClaim({ ...bill, claim }, agreements, frame.days.discharge)
  return place?.agreement ?? directly(frame.coverage.enrolment.pool, () => agreementOf(bill, agreements, frame))
}

/** The agreement a bill is settled under, which covers what the pool asks of it. Throws NotAllowed when there is none. */
function agreementOf(bill: Bill, agreements: readonly Agreement[], frame: Frame): Agreement {
  const { coverage, days } = frame
  const agreement = findAgreement(agreements, {
    pool: coverage.enrolment.pool,
    careKind: bill.careKind,
    on: days.discharge,
    ...stayOf(bill, frame),
  })
  checkCapabilities(bill, agreement, frame)
  return agreement
}

/** Of a stay that was opened here the pool says what becomes of it; other care is judged by when it took place. */
function stayOf(
  { opened, careKind, begin, end }: Bill,
  { coverage, days }: Frame,
): Pick<DesignationQuery, 'at' | 'stay'> {
  if (opened === undefined || careKind !== 'INPATIENT') return { at: [begin, end] }
  const { openStays: rule } = coverage.rules
  return { at: [end], stay: { openedAt: opened.openedAt, admittedOn: days.admission, rule } }
}

/** Care that the pool pays only where the agreement covers it. */
function checkCapabilities({ careType, institution }: Bill, agreement: Agreement, frame: Frame): void {
  const { coverage, policy, days } = frame
  const { required } = coverage.rules.capabilities
  if (required.length === 0) return
  const isAway = placeOf(policy.pool, institution.slice(1, 7)) === 'OUT_OF_PROVINCE'
  const concerns = { CROSS_PROVINCE: isAway, CHRONIC: needsRegistration(careType) }
  for (const capability of required)
    if (concerns[capability] && !hasCapability(agreement, capability, days.discharge))
      throw capabilityMissing(capability)
}
