import { parseDay } from './dates.ts'
import type { Problem, Text } from './rejection.ts'

/** What is wrong with one value: a stable code and a text. It never quotes the value. */
export interface Fault {
  readonly code: string
  readonly message: Text
}

const fault = (code: string, zh: string, en: string): Fault => ({ code, message: { zh, en } })

/** A fault at its place in the input. */
export const problemAt = (path: string, { code, message }: Fault): Problem => ({ path, code, message })

/** The three credentials of the national field `mdtrt_cert_type`, by the names the API uses. */
export const CREDENTIAL_KINDS = { E_VOUCHER: '01', IDENTITY_CARD: '02', SOCIAL_SECURITY_CARD: '03' } as const
export type CredentialKind = (typeof CREDENTIAL_KINDS)[keyof typeof CREDENTIAL_KINDS]

/** National code of the sex (`gend`): '1' male, '2' female. */
export type Sex = '1' | '2'

/** Province-level divisions of GB/T 2260, the first two digits of every division code. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82'.split(' '),
)

/** Residence permits of Hong Kong, Macao and Taiwan residents carry these instead of a division. */
const PERMIT_DIVISIONS = new Set(['810000', '820000', '830000'])

const CHECK_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK_CHARACTERS = '10X98765432'

/** The check character (ISO 7064 MOD 11-2) of the first 17 digits of an identity number. */
export function identityCheckCharacter(digits: string): string {
  const total = CHECK_WEIGHTS.reduce((running, weight, place) => running + weight * Number(digits[place]), 0)
  return CHECK_CHARACTERS.charAt(total % 11)
}

/** The form identity numbers are compared and stored in: a trailing x is a capital X. */
export const canonicalIdentity = (text: string): string => text.toUpperCase()

/**
 * Checks an 18-character identity number: the resident identity number of GB 11643-1999, the residence permit of
 * Hong Kong, Macao and Taiwan residents (81, 82, 83) and the permanent residence card for foreigners of 2023, which
 * has the same form and check character: 9, the province of application, three digits of the country.
 */
export function identityFault(text: string): Fault | null {
  const number = canonicalIdentity(text)
  if (!/^[0-9]{17}[0-9X]$/.test(number)) {
    return fault('IDENTITY_FORM', '证件号码应为 18 位：17 位数字加校验码', 'must be 17 digits and a check character')
  }
  if (!hasKnownOrigin(number)) return fault('IDENTITY_DIVISION', '证件号码地区码无效', 'has no valid division')
  if (birthDateOf(number) === null) {
    return fault('IDENTITY_BIRTH_DATE', '证件号码中的出生日期不存在', 'holds a birth date that does not exist')
  }
  if (identityCheckCharacter(number) !== number[17]) {
    return fault('IDENTITY_CHECK', '证件号码校验码错误', 'has a wrong check character')
  }
  return null
}

function hasKnownOrigin(number: string): boolean {
  const division = number.slice(0, 6)
  if (PERMIT_DIVISIONS.has(division)) return true
  if (division.startsWith('9')) return PROVINCES.has(division.slice(1, 3))
  return PROVINCES.has(division.slice(0, 2)) && !division.startsWith('8')
}

/**
 * Whether a text holds an identity number, its check character right or wrong, also in full-width digits or in groups.
 * What clients write in their own words is kept as it is, so that a number in it would lie in the open.
 */
export function holdsIdentity(text: string): boolean {
  // Nearly every name is without a digit; this spares each line of a bill 8 µs.
  if (!/\p{Nd}/u.test(text)) return false
  const plain = canonicalIdentity(text.normalize('NFKC')).replace(/(?<=[0-9])[\s.·_-]+(?=[0-9X])/gu, '')
  const runs = plain.match(/(?<![0-9])[0-9]{17}[0-9X](?![0-9])/g) ?? []
  return runs.some((run) => hasKnownOrigin(run) && birthDateOf(run) !== null)
}

/** The birth date inside an identity number; null when there is no such day. */
export const birthDateOf = (identity: string): Temporal.PlainDate | null =>
  parseDay(`${identity.slice(6, 10)}-${identity.slice(10, 12)}-${identity.slice(12, 14)}`)

/** The sex an identity number states: the 17th digit is odd for men. */
export const sexOf = (identity: string): Sex => (Number(identity[16]) % 2 === 1 ? '1' : '2')

/** National certificate type (`psn_cert_type`) an identity number belongs to. */
export function certificateTypeOf(identity: string): '01' | '07' | '17' {
  if (identity.startsWith('9')) return '07'
  return PERMIT_DIVISIONS.has(identity.slice(0, 6)) ? '17' : '01'
}

/**
 * Checks the form of a division (GB/T 2260, six digits), including the pseudo-divisions of provincial and municipal
 * pools (`xx9900`, `xxxx99`). Whether a county exists is not checked: the list changes every year.
 */
export function divisionFault(text: string): Fault | null {
  if (!/^[0-9]{6}$/.test(text)) return fault('DIVISION_FORM', '区划代码应为 6 位数字', 'must be six digits')
  const province = PROVINCES.has(text.slice(0, 2))
  if (!province || (text.slice(2, 4) === '00' && text.slice(4) !== '00')) {
    return fault('DIVISION_UNKNOWN', '区划代码不存在', 'is no division of GB/T 2260')
  }
  return null
}

/** The digits of a division that say something: "620100" is "6201", "620000" is "62". */
export const significantDivision = (division: string): string => division.replace(/(00){1,2}$/, '')

/** Checks an institution code: H (hospital) or P (pharmacy), the six-digit division, five digits. */
export function institutionFault(text: string): Fault | null {
  if (/^[HP][0-9]{11}$/.test(text) && divisionFault(text.slice(1, 7)) === null) return null
  return fault(
    'INSTITUTION_FORM',
    '定点医药机构编码应为 H 或 P 加 6 位区划和 5 位顺序号',
    'must be H or P, a division and five digits',
  )
}

/** Checks a UUID in its usual form with hyphens, any version. */
export function uuidFault(text: string): Fault | null {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return null
  return fault('ID_FORM', '标识应为 UUID', 'must be a UUID')
}

/** Checks a person number (`psn_no`): 1–30 letters and digits. */
export function personNumberFault(text: string): Fault | null {
  if (/^[0-9A-Za-z]{1,30}$/.test(text)) return null
  return fault('PERSON_NUMBER_FORM', '人员编号应为 1–30 位字母或数字', 'must be 1–30 letters and digits')
}

/** The 32 digits of an id, and back. */
export const bareId = (id: string): string => id.replaceAll('-', '')
export const hyphened = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')

/** The first twelve digits of a UUIDv7: the milliseconds since 1970. */
export const timeDigits = (at: Temporal.Instant): string => at.epochMilliseconds.toString(16).padStart(12, '0')

const SEQUENCE_MAX = 0xfff
const TIMES_KEPT = 1000

/**
 * Makes ids that stand in the order in which they are made, also those of one millisecond: lists go by the id. The twelve
 * bits behind the time count, as RFC 9562 (6.2) allows; the sixty-two that follow are those of `ids`.
 */
export function createStamp(ids: () => string): (at: Temporal.Instant) => string {
  const made = new Map<number, number>()
  return (at) => {
    const time = at.epochMilliseconds
    const sequence = Math.min((made.get(time) ?? -1) + 1, SEQUENCE_MAX)
    if (made.size >= TIMES_KEPT) made.clear()
    made.set(time, sequence)
    const id = bareId(ids())
    return hyphened(`${timeDigits(at)}7${sequence.toString(16).padStart(3, '0')}${id.slice(16)}`)
  }
}

/** Stands where the id of a person stands, of what concerns none; no id is ever made so. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'
