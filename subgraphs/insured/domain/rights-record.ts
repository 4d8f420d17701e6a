import { wallTime } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import { fenOf, formatYuan, parseYuan, sum, ZERO, type Fen } from '@yibao/schema/money'
import { InvalidInput, type Text } from '@yibao/schema/rejection'

/** A record of rights as it is kept. */
export interface RightsRecord {
  readonly id: string
  readonly insuredId: string
  readonly year: number
  readonly occasion: 'SCHEDULE' | 'DEMAND'
  readonly sha256: Buffer
  readonly signed: string
  readonly issuedAt: Temporal.Instant
}

/** The `typ` of a signed record. */
export const RIGHTS_RECORD_TYPE = 'yibao-rights-record+jwt'

/** What a year was, as it stands in the database. */
export interface RightsYear {
  readonly person: { readonly personNumber: string; readonly name: string; readonly identityMasked: string }
  readonly enrolments: readonly {
    readonly pool: string
    readonly insuranceType: string
    readonly personType: string
    readonly beginOn: string
    readonly endOn: string | null
  }[]
  readonly contributions: readonly {
    readonly period: string
    readonly pool: string
    readonly insuranceType: string
    readonly base: Fen | null
    readonly own: Fen
    readonly employer: Fen
    readonly government: Fen
    readonly paidOn: string | null
  }[]
  /** Sum of all movements of the personal account before the year, and those within it by kind. */
  readonly accountBefore: Fen
  readonly movements: readonly { readonly kind: MovementKind; readonly amount: Fen }[]
  readonly benefits: readonly {
    readonly careKind: CareKind
    readonly count: number
    readonly total: Fen
    readonly fund: Fen
    readonly hospital: Fen
    readonly account: Fen
    readonly mutualAid: Fen
    readonly cash: Fen
  }[]
}

export type MovementKind = 'OPENING' | 'CREDIT' | 'BILL' | 'RELATIVE' | 'PREMIUM' | 'INTEREST' | 'MERGED'
export type CareKind = 'OUTPATIENT' | 'INPATIENT' | 'PHARMACY'

/** What the record says: texts alone, amounts in yuan, so that its hash can be reckoned anywhere. */
export interface RightsContent {
  readonly version: 1
  readonly kind: 'RIGHTS_RECORD'
  readonly record: string
  readonly year: string
  readonly issued_at: string
  readonly person: { readonly psn_no: string; readonly psn_name: string; readonly certno: string }
  readonly enrolments: readonly Readonly<Record<'pool' | 'insutype' | 'psn_type' | 'from' | 'to', string>>[]
  readonly contributions: readonly Readonly<
    Record<'period' | 'pool' | 'insutype' | 'base' | 'own' | 'employer' | 'government' | 'paid_on', string>
  >[]
  readonly contributions_paid: Readonly<Record<'own' | 'employer' | 'government', string>>
  readonly account: Readonly<
    Record<'before' | 'taken_over' | 'credited' | 'bills' | 'relatives' | 'premiums' | 'interest' | 'after', string>
  >
  readonly benefits: readonly Readonly<
    Record<'care' | 'count' | 'total' | 'fund' | 'hospital' | 'account' | 'mutual_aid' | 'cash', string>
  >[]
}

const FIRST_YEAR = 2000

/** Throws InvalidInput for a year that has not begun, or before the insurance was. */
export function checkYear(year: number, today: Temporal.PlainDate): void {
  if (year >= FIRST_YEAR && year <= today.year) return
  const message = { zh: `应为 ${FIRST_YEAR} 至 ${today.year} 年`, en: `must be from ${FIRST_YEAR} to ${today.year}` }
  throw InvalidInput.of([problemAt('year', { code: 'YEAR', message })])
}

interface Issued {
  readonly id: string
  readonly year: number
  readonly at: Temporal.Instant
}

/** The content of a record. */
export function rightsContent(found: RightsYear, { id, year, at }: Issued): RightsContent {
  const paid = found.contributions.filter((one) => one.paidOn !== null)
  const paidSum = (share: 'own' | 'employer' | 'government') => formatYuan(sum(paid.map((one) => one[share])))
  const { personNumber, name, identityMasked } = found.person
  return {
    version: 1,
    kind: 'RIGHTS_RECORD',
    record: id,
    year: String(year),
    issued_at: wallTime(at),
    person: { psn_no: personNumber, psn_name: name, certno: identityMasked },
    enrolments: found.enrolments.map((one) => ({
      pool: one.pool,
      insutype: one.insuranceType,
      psn_type: one.personType,
      from: one.beginOn,
      to: one.endOn ?? '',
    })),
    contributions: found.contributions.map((one) => ({
      period: one.period,
      pool: one.pool,
      insutype: one.insuranceType,
      base: one.base === null ? '' : formatYuan(one.base),
      own: formatYuan(one.own),
      employer: formatYuan(one.employer),
      government: formatYuan(one.government),
      paid_on: one.paidOn ?? '',
    })),
    contributions_paid: { own: paidSum('own'), employer: paidSum('employer'), government: paidSum('government') },
    account: accountOf(found),
    benefits: found.benefits.map(({ careKind, count, total, fund, hospital, account, mutualAid, cash }) => ({
      care: careKind,
      count: String(count),
      total: formatYuan(total),
      fund: formatYuan(fund),
      hospital: formatYuan(hospital),
      account: formatYuan(account),
      mutual_aid: formatYuan(mutualAid),
      cash: formatYuan(cash),
    })),
  }
}

function accountOf({ accountBefore, movements }: RightsYear): RightsContent['account'] {
  const of = (kind: MovementKind): Fen => movements.find((one) => one.kind === kind)?.amount ?? ZERO
  const after = fenOf(accountBefore + sum(movements.map((one) => one.amount)))
  return {
    before: formatYuan(accountBefore),
    taken_over: formatYuan(of('OPENING')),
    credited: formatYuan(of('CREDIT')),
    bills: formatYuan(of('BILL')),
    relatives: formatYuan(of('RELATIVE')),
    premiums: formatYuan(of('PREMIUM')),
    interest: formatYuan(of('INTEREST')),
    after: formatYuan(after),
  }
}

/** Reads the text of a record; null when it is none. */
export function readRightsContent(text: string): RightsContent | null {
  try {
    const value: unknown = JSON.parse(text)
    return isContent(value) ? value : null
  } catch {
    return null
  }
}

/** Whoever holds the key signs nothing else under the type of a record, so its first words tell. */
const isContent = (value: unknown): value is RightsContent =>
  typeof value === 'object' &&
  value !== null &&
  Reflect.get(value, 'kind') === 'RIGHTS_RECORD' &&
  Reflect.get(value, 'version') === 1

const yuan = (text: string): Fen => parseYuan(text) ?? ZERO

/** What in a record contradicts itself: sums that are not those of their parts. */
export function rightsFaults({ account, contributions, contributions_paid: paid, benefits }: RightsContent): Text[] {
  const { before, after, ...moved } = account
  const paidOnes = contributions.filter((one) => one.paid_on !== '')
  const shares = ['own', 'employer', 'government'] as const
  const isPaidRight = shares.every((share) => sum(paidOnes.map((one) => yuan(one[share]))) === yuan(paid[share]))
  const isAccountRight = sum([before, ...Object.values(moved)].map(yuan)) === yuan(after)
  const isBenefitRight = benefits.every(
    (one) => sum([one.fund, one.hospital, one.account, one.mutual_aid, one.cash].map(yuan)) === yuan(one.total),
  )
  return [
    ...(isPaidRight ? [] : [{ zh: '缴费合计不符', en: 'the contributions do not add up' }]),
    ...(isAccountRight ? [] : [{ zh: '个人账户收支不符', en: 'the account does not add up' }]),
    ...(isBenefitRight ? [] : [{ zh: '待遇合计不符', en: 'the benefits do not add up' }]),
  ]
}
