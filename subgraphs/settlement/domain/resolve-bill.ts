import { ageOn, dayOf, parseDay } from '@yibao/schema/dates'
import { fenOf, type Fen } from '@yibao/schema/money'
import { placeOfBill } from './bill-agreement.ts'
import type { Bill, BillLine } from './bill.ts'
import { itemOfClaim, refuseSettledVisit, reviewOf } from './claim-resolve.ts'
import { findItem, type Catalogue, type FoundItem } from './catalogue.ts'
import type { Finding } from './check-finding.ts'
import { neededCounters } from './counter.ts'
import { findCoverage, type Coverage } from './coverage.ts'
import { checkDischarge, checkShown } from './credential.ts'
import { spansPeriods, type CareDays } from './deciding-date.ts'
import { dispensedBy, prescriberLevel, type Dispensed } from './dispense.ts'
import type { Agreement, Facts } from './facts.ts'
import { filingClass, placeOf } from './filing.ts'
import { asksMonths, continuousMonths } from './insured-months.ts'
import { checkAmounts } from './line-amounts.ts'
import { checkParts } from './place.ts'
import type { Policy } from './policy.ts'
import { selectPolicy } from './policy-select.ts'
import { checkConversion } from './conversion.ts'
import { checkHeld } from './held-registrations.ts'
import { checkRegistration } from './registration.ts'
import { sponsorsOf } from './sponsor.ts'
import {
  AlreadySettled,
  refuseUnderWay,
  serialsSettled,
  thirdPartyLiable,
  unknownItems,
  visitOfAnother,
} from './refusals.ts'
import type { SplitInput, SplitLine } from './split-input.ts'
import { admittedAt, checkOpened } from './opened-visit.ts'
import { refuseSuspended, type Suspensions } from './suspended-staff.ts'
import { packagesOf, refusePaid, refuseUntraced } from './trace-codes.ts'
import { transferBefore } from './transfer.ts'

/** The rules a decision is made by, at the versions the facts name. */
export interface Rules {
  readonly catalogue: Catalogue
  readonly policies: readonly Policy[]
  readonly suspensions: Suspensions
}

/** A bill with everything it depends on resolved: all that is left is to compute. */
export interface ResolvedBill {
  readonly bill: Bill
  readonly coverage: Coverage
  readonly agreement: Agreement
  readonly items: readonly FoundItem[]
  readonly input: SplitInput
  /** What its lines take off e-prescriptions. */
  readonly dispensed: readonly Dispensed[]
  /** Trace codes of the packages it pays for. */
  readonly traceCodes: readonly string[]
  /** What the checks found in it; they look at it once it is resolved. */
  readonly findings: readonly Finding[]
}

/**
 * Decides whether a bill is settled and by which rules. Throws the first refusal in this order: settled before,
 * credential, lines of the visit, liability of others, coverage, policy, designation, care type, practitioners, items,
 * prescriptions, trace codes, filing.
 */
export function resolveBill(bill: Bill, facts: Facts, rules: Rules, now: Temporal.Instant): ResolvedBill {
  refuseUnderWay(facts)
  if (facts.bill !== null) throw AlreadySettled.of(facts.bill, 'chargeBatch')
  if (facts.invoice !== null) throw AlreadySettled.of(facts.invoice, 'invoice')
  checkShown(bill, facts.credential, now)
  if (bill.claim === undefined) checkVisit(bill, facts)
  else refuseSettledVisit(facts)
  if (bill.trauma?.thirdParty === true) throw thirdPartyLiable()

  const days = daysOf(bill, now)
  const coverage = findCoverage(facts.enrolments, rules.policies, { days, insuranceType: bill.insuranceType })
  checkDischarge(bill, facts.credential, coverage.rules)
  const policy = policyFor(coverage, bill, rules.policies)
  // Decimals of lines are a rule of the place of treatment, which has looked at them; what was paid was paid.
  const isBilledHere = bill.place === undefined && bill.claim === undefined
  if (isBilledHere) checkAmounts(bill, coverage)
  checkRegistration(bill, facts.registrations, { pool: coverage.enrolment.pool, on: days.discharge })
  checkHeld(bill, facts, { pool: coverage.enrolment.pool, rules: coverage.rules, on: days.discharge })
  checkConversion(bill, facts, coverage.rules, now)
  const agreement = placeOfBill(bill, facts, { coverage, policy, days })
  // Who works elsewhere is supervised there.
  if (isBilledHere) refuseSuspended(bill, coverage.rules, rules.suspensions)
  const items = findItems(bill, { coverage, agreement, policy, days, catalogue: rules.catalogue })
  const dispensed = dispensedBy(bill, facts.prescriptions)
  const packages = packagesOf(bill.lines)
  refusePaid(packages, facts.paidCodes)
  if (bill.claim === undefined)
    refuseUntraced(bill.lines, {
      listTypes: items.map(({ entry }) => entry.listType),
      rule: coverage.rules.traceCodes.value,
    })
  const care = careOf(bill, { facts, coverage, agreement, policy, days, now })
  const input = splitInput(bill, { facts, coverage, policy, care, items })
  if (bill.place !== undefined) checkParts(bill.place, items, input.lines)
  const traceCodes = packages.map(({ code }) => code)
  return { bill, coverage, agreement, items, input, dispensed, traceCodes, findings: [] }
}

/** A visit is one person's, and each of its lines is settled once, in whichever charge batch. */
function checkVisit({ lines, opened }: Bill, facts: Facts): void {
  const { visit, visitSerials, records } = facts
  checkOpened(opened, facts)
  if (visit.some((one) => !records.includes(one.insuredId))) throw visitOfAnother()
  const repeated = lines.flatMap(({ serial }, i) => {
    const settlementId = visitSerials.get(serial)
    return settlementId === undefined ? [] : [{ index: i, settlementId }]
  })
  if (repeated.length > 0) throw serialsSettled(repeated)
}

const daysOf = (bill: Bill, now: Temporal.Instant): CareDays => ({
  careType: bill.careType,
  admission: dayOf(admittedAt(bill)),
  since: dayOf(bill.begin),
  discharge: dayOf(bill.end),
  // A claim is paid as it would have been on the day.
  settlement: dayOf(bill.claim === undefined ? now : bill.end),
  lines: chargesOf(bill.lines).map((charge) => dayOf(charge.time)),
})

/** The line each line is judged as: a refund as the charge it takes back, on that one's day. */
function chargesOf(lines: readonly BillLine[]): BillLine[] {
  const bySerial = new Map(lines.map((line) => [line.serial, line]))
  return lines.map((line) => (line.refundOf === null ? line : (bySerial.get(line.refundOf) ?? line)))
}

function policyFor({ enrolment, deciding }: Coverage, { careType }: Bill, policies: readonly Policy[]): Policy {
  const { pool, insuranceType, personType } = enrolment
  const query = { pool, insuranceType, personType, careType }
  const policy = selectPolicy(policies, { ...query, on: deciding.policy.on })
  const { on, since } = deciding.policy
  if (!on.equals(since) && selectPolicy(policies, { ...query, on: since }) !== policy)
    throw spansPeriods({ zh: '待遇政策', en: 'policies' })
  return policy
}

interface ItemFrame {
  readonly coverage: Coverage
  readonly agreement: Agreement
  readonly policy: Policy
  readonly days: CareDays
  readonly catalogue: Catalogue
}

/** Each line's entry on its own day, at the place of treatment. A day without coverage leaves the line to the person. */
function findItems(
  { lines, institution, place, claim }: Bill,
  { coverage, agreement, policy, days, catalogue }: ItemFrame,
): FoundItem[] {
  const { level } = agreement
  const { personType } = coverage.enrolment
  const pool = catalogueOf(institution, policy, agreement)
  const covered = new Map<string, boolean>()
  const items = lines.map(({ code }, i) => {
    const day = days.lines[i] ?? days.discharge
    const text = day.toString()
    if (!covered.has(text)) covered.set(text, coverage.covers(day))
    const asked = { level, personType, day: text }
    const found =
      claim === undefined
        ? (place?.items[i] ?? findItem(catalogue, code, { pool, ...asked }))
        : itemOfClaim(claim, i, code, { catalogue, ...asked })
    if (found === null || covered.get(text) === true) return found
    return { ...found, item: { ...found.item, class: 'NONE' } } satisfies FoundItem
  })
  const unknown = items.flatMap((one, i) => (one === null ? [i] : []))
  if (unknown.length > 0) throw unknownItems(unknown)
  return items.filter((one) => one !== null)
}

/** The pool whose catalogue holds: that of the place of treatment, unless the pool says that its own goes along. */
function catalogueOf(institution: string, { pool }: Policy, agreement: Agreement): string {
  const atHome = placeOf(pool, institution.slice(1, 7)) === 'IN_POOL'
  return !atHome && pool.rules.catalogueElsewhere.value === 'HOME' ? pool.code : agreement.pool
}

interface CareFrame {
  readonly facts: Facts
  readonly coverage: Coverage
  readonly agreement: Agreement
  readonly policy: Policy
  readonly days: CareDays
  readonly now: Temporal.Instant
}

function careOf(bill: Bill, { facts, coverage, agreement, policy, days, now }: CareFrame): SplitInput['care'] {
  const division = bill.institution.slice(1, 7)
  const place = placeOf(policy.pool, division)
  const { emergency } = bill
  const { admission, discharge } = days
  const isClaimed = bill.claim !== undefined
  const treatment = { place, division, emergency, admission, discharge, settledAt: now, isClaimed }
  const year = coverage.deciding.year.label
  const before = transferBefore(bill, facts, coverage.rules.transfer)
  return {
    careType: bill.careType,
    emergency,
    level: prescriberLevel(bill, facts.prescriptions, policy) ?? agreement.level,
    place,
    filing: filingClass(coverage.rules, facts.filings, treatment).filing,
    admission: bill.careKind === 'INPATIENT' ? (before?.admission ?? admissionNumber(bill, facts, coverage, year)) : 1,
    days: Math.max(1, admission.until(discharge, { largestUnit: 'days' }).days),
    year,
    visit: `${bill.institution}:${bill.visit}`,
    month: coverage.deciding.yearOn.toString().slice(0, 7),
    ...(bill.disease !== null && { disease: bill.disease }),
    ...(bill.birthType !== null && { birthType: bill.birthType }),
    ...(before !== null && { transfer: { charged: before.charged } }),
  }
}

/**
 * A stay that is settled in parts keeps its number; a new one gets the next after the highest in use this year, or after
 * as many as there are. They are not always as many as the highest says: when an earlier one was taken back, a later one
 * still holds its number; and two records of one person that were merged have each counted for themselves.
 */
function admissionNumber(bill: Bill, { stays }: Facts, { enrolment }: Coverage, year: string): number {
  const { pool, insuranceType } = enrolment
  const same = stays.filter((one) => one.pool === pool && one.insuranceType === insuranceType && one.year === year)
  const known = same.find((one) => one.institution === bill.institution && one.visit === bill.visit)
  if (known !== undefined) return known.number
  const visits = new Map(same.map((one) => [`${one.institution} ${one.visit}`, one]))
  const counted = new Set([...visits.values()].map((one) => `${one.insuredId} ${one.number}`))
  return 1 + Math.max(counted.size, ...same.map((one) => one.number))
}

interface InputFrame {
  readonly facts: Facts
  readonly coverage: Coverage
  readonly policy: Policy
  readonly care: SplitInput['care']
  readonly items: readonly FoundItem[]
}

/** `psn_idet_type` of a civil servant, who is one by it as by the mark on the enrolment. */
const CIVIL_SERVANT = '05'

function splitInput(bill: Bill, { facts, coverage, policy, care, items }: InputFrame): SplitInput {
  const { enrolment, deciding } = coverage
  const { pool, insuranceType, personType, civilServant } = enrolment
  const on = deciding.personType.on
  const birthDate = parseDay(enrolment.birthDate) ?? on
  const identities = identitiesOn(enrolment.identities, on)
  const person = {
    personType,
    age: ageOn(birthDate, on),
    identities,
    civilServant: civilServant || identities.includes(CIVIL_SERVANT),
  }
  const paid = facts.paidMonths?.filter((one) => one.insuranceType === insuranceType)
  const sponsors = bill.useAccount && bill.useMutualAid ? sponsorsOf(facts.sponsors) : []
  return {
    pool,
    insuranceType,
    policy: { id: policy.id, version: policy.version },
    person:
      paid !== undefined && asksMonths(policy)
        ? {
            ...person,
            insuredMonths: continuousMonths(
              paid.map(({ month }) => month),
              on,
            ),
          }
        : person,
    care,
    lines: bill.lines.flatMap((line, i) => splitLine(line, items[i], bill.claim)),
    counters: countersBefore(facts, { pool, insuranceType, keys: neededCounters(policy, care) }),
    accounts: facts.accounts,
    useAccount: bill.useAccount,
    ...(sponsors.length > 0 && { sponsors }),
  }
}

function splitLine(line: BillLine, found: FoundItem | undefined, claim: Bill['claim']): SplitLine[] {
  if (found === undefined) return []
  const { serial, price, quantity, amount, approval, refundOf } = line
  const refund = refundOf === null ? {} : { refundOf }
  return [{ serial, price, quantity, amount, approval, item: found.item, ...refund, ...reviewOf(claim, serial) }]
}

function identitiesOn(identities: Coverage['enrolment']['identities'], on: Temporal.PlainDate): string[] {
  const day = on.toString()
  const current = identities.filter(({ from, to }) => from <= day && (to === null || day <= to))
  return [...new Set(current.map((one) => one.type))].toSorted()
}

function countersBefore(
  { counters }: Facts,
  { pool, insuranceType, keys }: { pool: string; insuranceType: string; keys: readonly string[] },
): Record<string, Fen> {
  const own = counters.filter((one) => one.pool === pool && one.insuranceType === insuranceType)
  const amounts = new Map(own.map((one) => [`${one.name}@${one.period}`, one.amount]))
  return Object.fromEntries(keys.flatMap((key) => (amounts.has(key) ? [[key, amounts.get(key) ?? fenOf(0n)]] : [])))
}
