import type { NotAllowed } from '@yibao/schema/rejection'
import type { Bill } from './bill.ts'
import type { CareKind } from './care-type.ts'
import { admittedAt } from './opened-visit.ts'
import type { PoolRules } from './policy.ts'
import { credentialExpired, credentialRevoked, credentialUnknown, refusedAt } from './refusals.ts'

/** What a visit token was decoded for. */
export type Purpose = 'REGISTRATION' | 'SETTLEMENT' | 'PHARMACY' | 'ADMISSION' | 'DISCHARGE'

/** What an e-voucher was decoded into: a token for one institution and one purpose. */
export interface VisitToken {
  readonly institution: string
  readonly purpose: Purpose
  /** A visit it opens, or a stay it settles, begins by then. */
  readonly beginsBy: Temporal.Instant
}

/** A credential as `insured` publishes it. */
export interface Credential {
  readonly insuredId: string
  readonly revoked: boolean
  readonly expiresAt: Temporal.Instant | null
  /** Null for what is good everywhere: cards, and whoever signed in themself. */
  readonly visitToken: VisitToken | null
}

/** The columns of `credential_v1` that make a visit token; null for anything else. */
export interface TokenColumns<Time> {
  readonly institution: string | null
  readonly purpose: Purpose | null
  readonly begins_by: Time | null
}

export const visitTokenOf = <Time>(
  { institution, purpose, begins_by: beginsBy }: TokenColumns<Time>,
  instantOf: (time: Time) => Temporal.Instant,
): VisitToken | null =>
  institution === null || purpose === null || beginsBy === null
    ? null
    : { institution, purpose, beginsBy: instantOf(beginsBy) }

/** Where a credential is shown. */
export interface Showing {
  readonly credential: { readonly kind: string; readonly value: string }
  readonly institution: string
  readonly now: Temporal.Instant
  readonly path?: string
}

const E_VOUCHER = '01'
/** The form of an e-voucher's code, which is no token yet. */
const CODE = /^[0-9]{28}$/

/** The person a credential shows. @throws NotAllowed when it is unknown, of another institution, revoked or expired */
export function shownBy(found: Credential | null, { credential, institution, now, path }: Showing): string {
  if (found === null) {
    throw credential.kind === E_VOUCHER && CODE.test(credential.value) ? notDecoded(path) : credentialUnknown(path)
  }
  if (found.visitToken !== null && found.visitToken.institution !== institution) throw decodedElsewhere(path)
  if (found.revoked) throw credentialRevoked(path)
  if (found.expiresAt !== null && Temporal.Instant.compare(found.expiresAt, now) <= 0) throw credentialExpired(path)
  return found.insuredId
}

/** What each purpose of a visit token is good for. */
const GOOD_FOR: Readonly<Record<Purpose, { readonly opens: CareKind | null; readonly settles: CareKind }>> = {
  REGISTRATION: { opens: 'OUTPATIENT', settles: 'OUTPATIENT' },
  SETTLEMENT: { opens: null, settles: 'OUTPATIENT' },
  PHARMACY: { opens: null, settles: 'PHARMACY' },
  ADMISSION: { opens: 'INPATIENT', settles: 'INPATIENT' },
  DISCHARGE: { opens: null, settles: 'INPATIENT' },
}

/** What a credential is shown for. */
export interface Use {
  readonly act: 'opens' | 'settles'
  readonly careKind: CareKind
  /** When the visit that is opened, or the stay that is settled, begins. */
  readonly begins: Temporal.Instant
}

/** Holds a visit token to its purpose, and to the visit it was decoded for. Throws NotAllowed. */
export function checkUse(found: Credential | null, { act, careKind, begins }: Use): void {
  if (found === null || found.visitToken === null) return
  const { purpose, beginsBy } = found.visitToken
  if (GOOD_FOR[purpose][act] !== careKind) throw otherPurpose()
  const isBound = act === 'opens' || purpose === 'ADMISSION'
  if (isBound && Temporal.Instant.compare(begins, beginsBy) > 0) throw otherVisit()
}

/** Whose credential it is, and that it is good for this bill. Throws NotAllowed. */
export function checkShown(bill: Bill, found: Credential | null, now: Temporal.Instant): void {
  const { credential, institution, careKind } = bill
  shownBy(found, { credential, institution, now })
  checkUse(found, { act: 'settles', careKind, begins: admittedAt(bill) })
}

/**
 * Asks for a credential shown when the patient leaves, where the pool wants one: the token of the admission is none then.
 * Throws NotAllowed.
 */
export function checkDischarge(
  { careKind, opened }: Bill,
  found: Credential | null,
  { credentialAtDischarge }: Pick<PoolRules, 'credentialAtDischarge'>,
): void {
  const hasLeft = careKind === 'INPATIENT' && opened?.isRunning !== true
  if (credentialAtDischarge.value && hasLeft && found?.visitToken?.purpose === 'ADMISSION') throw neededAtDischarge()
}

const at = (code: string, path: string, zh: string, en: string): NotAllowed => refusedAt(code, [path], { zh, en })

const notDecoded = (path = 'credential.value'): NotAllowed =>
  at(
    'CODE_NOT_DECODED',
    path,
    '这是凭证码，请先解码（decodeVoucher）并使用得到的令牌',
    'this is the code of an e-voucher; decode it first (decodeVoucher) and show the token',
  )

const decodedElsewhere = (path = 'credential.value'): NotAllowed =>
  at('CREDENTIAL_ELSEWHERE', path, '该令牌由其他机构解码，不能在本机构使用', 'another institution decoded this token')

const otherPurpose = (): NotAllowed =>
  at(
    'CREDENTIAL_PURPOSE',
    'credential.value',
    '该令牌的解码用途与此业务不符，请重新解码',
    'the e-voucher was decoded for another purpose; decode a fresh one',
  )

const otherVisit = (): NotAllowed =>
  at(
    'CREDENTIAL_OTHER_VISIT',
    'credential.value',
    '该令牌属于此前的就诊，请重新解码',
    'this token is of an earlier visit; decode a fresh e-voucher',
  )

const neededAtDischarge = (): NotAllowed =>
  at(
    'DISCHARGE_CREDENTIAL_NEEDED',
    'credential.value',
    '参保地要求出院时重新出示凭证：请以出院用途解码，或使用社会保障卡、身份证',
    'the pool wants a credential shown at the discharge: decode for DISCHARGE, or take the card',
  )
