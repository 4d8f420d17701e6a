import { parseDay } from '@yibao/schema/dates'
import {
  birthDateOf,
  canonicalIdentity,
  certificateTypeOf,
  identityFault,
  personNumberFault,
  problemAt,
  sexOf,
  type Fault,
  type Sex,
} from '@yibao/schema/ids'
import { canonicalName } from '@yibao/schema/names'
import type { Problem } from '@yibao/schema/rejection'
import { isNationality } from './code-tables.ts'

/** A person as a bureau registers them; everything is text until it is read here. */
export interface PersonInput {
  readonly personNumber?: string | null | undefined
  readonly name: string
  readonly sex: Sex
  readonly nationality?: string | null | undefined
  readonly birthDate: string
  readonly identityNumber: string
}

/** What identifies a person, checked. The identity number is whole here and nowhere in the database. */
export interface Person {
  /** Null when the platform is to choose it. */
  readonly personNumber: string | null
  readonly name: string
  readonly sex: Sex
  readonly nationality: string
  readonly birthDate: Temporal.PlainDate
  readonly certificateType: string
  readonly identityNumber: string
}

/** A person as stored: the identity number is masked, its ciphertext lies in a table of its own. */
export interface Insured {
  readonly id: string
  readonly personNumber: string
  readonly name: string
  readonly sex: Sex
  readonly nationality: string
  readonly birthDate: Temporal.PlainDate
  readonly certificateType: string
  readonly identityMasked: string
}

/** Letters of any script, the dot inside names of minorities, blanks inside; no digits, no markup. */
const NAME = /^[\p{L}\p{M}][\p{L}\p{M}·•.' -]{0,49}$/u

export const nameFault = (name: string): Fault | null =>
  NAME.test(canonicalName(name))
    ? null
    : { code: 'NAME_FORM', message: { zh: '姓名应为 1–50 个文字', en: 'must be 1–50 letters' } }

/**
 * Reads a person and reports every fault at `path`. Birth date and sex must agree with the identity number: most
 * wrong numbers that pass the check character are another person's.
 */
export function readPerson(input: PersonInput, today: Temporal.PlainDate, path: string, problems: Problem[]): Person {
  const fail = (field: string, code: string, zh: string, en: string) =>
    problems.push({ path: `${path}${field}`, code, message: { zh, en } })
  const identityNumber = canonicalIdentity(input.identityNumber)
  const identity = identityFault(identityNumber)
  const birthDate = parseDay(input.birthDate)
  const nationality = input.nationality ?? '01'
  const personNumber = input.personNumber ?? null

  const number = personNumber === null ? null : personNumberFault(personNumber)
  if (number !== null) problems.push(problemAt(`${path}personNumber`, number))
  const name = nameFault(input.name)
  if (name !== null) problems.push(problemAt(`${path}name`, name))
  if (!isNationality(nationality)) fail('nationality', 'NATIONALITY_UNKNOWN', '民族代码不存在', 'is no code of GB 3304')
  if (birthDate === null) fail('birthDate', 'DATE_FORM', '不是有效日期 yyyy-MM-dd', 'is not a day yyyy-MM-dd')
  else if (Temporal.PlainDate.compare(birthDate, today) > 0) {
    fail('birthDate', 'DATE_IN_FUTURE', '出生日期不能晚于今天', 'is in the future')
  }
  if (identity !== null) problems.push(problemAt(`${path}identityNumber`, identity))
  else {
    if (birthDate !== null && birthDateOf(identityNumber)?.equals(birthDate) !== true) {
      fail('birthDate', 'BIRTH_DATE_MISMATCH', '出生日期与证件号码不一致', 'does not agree with the identity number')
    }
    if (sexOf(identityNumber) !== input.sex) {
      fail('sex', 'SEX_MISMATCH', '性别与证件号码不一致', 'does not agree with the identity number')
    }
  }
  return {
    personNumber,
    name: canonicalName(input.name),
    sex: input.sex,
    nationality,
    birthDate: birthDate ?? today,
    certificateType: certificateTypeOf(identityNumber),
    identityNumber,
  }
}
