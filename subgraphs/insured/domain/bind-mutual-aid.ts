import { before, dayOf } from '@yibao/schema/dates'
import { canonicalIdentity, identityFault, problemAt } from '@yibao/schema/ids'
import { parseYuan, type Fen } from '@yibao/schema/money'
import { NotAllowed, type Problem } from '@yibao/schema/rejection'
import { EMPLOYEE, isBasic } from './code-tables.ts'
import type { Enrolment } from './enrolment.ts'
import { covers as coversOn } from './enrolment-wait.ts'
import { isCurrent, maskName, type MutualAid, type Relation } from './mutual-aid.ts'
import { nameFault, type Insured } from './person.ts'
import limits from './relations.json' with { type: 'json' }

/** Whom a person lets their account pay for, as entered. */
export interface BindInput {
  readonly identityNumber: string
  readonly name: string
  readonly relation: Relation
  readonly yearlyLimit?: string | null | undefined
}

/** Some pools let a sponsor have seven members; none that is known lets them have more. */
export const MEMBERS_MAX = 7

/** A limit of the platform: each sponsor of a person makes that person's bills dearer to settle. */
export const SPONSORS_MAX = 10

/** Typing errors stay far below; 500 numbers fit a birth date, sex and county. */
export const UNKNOWN_RELATIVES_MAX = 10

/** What the sponsor says of a binding, checked. */
export interface BindingTerms {
  readonly relation: Relation
  readonly yearlyLimit: Fen | null
}

/** Reads a binding and reports every fault at its field. */
export function readBinding(input: BindInput, problems: Problem[]): BindingTerms {
  const identity = identityFault(canonicalIdentity(input.identityNumber))
  if (identity !== null) problems.push(problemAt('identityNumber', identity))
  const name = nameFault(input.name)
  if (name !== null) problems.push(problemAt('name', name))
  return readTerms(input, problems)
}

/** Reads what is said of a binding besides who the relative is. */
export function readTerms(input: Pick<BindInput, keyof BindingTerms>, problems: Problem[]): BindingTerms {
  const yearlyLimit = input.yearlyLimit == null ? null : parseYuan(input.yearlyLimit)
  if (input.yearlyLimit != null && (yearlyLimit === null || yearlyLimit <= 0n)) {
    const message = {
      zh: '应为大于零的金额，不限请不填',
      en: 'must be an amount above zero; leave it out for no limit',
    }
    problems.push({ path: 'yearlyLimit', code: 'AMOUNT', message })
  }
  return { relation: input.relation, yearlyLimit }
}

interface Side extends Pick<Insured, 'id' | 'name' | 'birthDate'> {
  readonly enrolments: readonly Enrolment[]
}

interface Situation {
  /** Of the new binding. */
  readonly id: string
  readonly sponsor: Side
  readonly beneficiary: Side
  /** All bindings either of them is in. */
  readonly existing: readonly MutualAid[]
  readonly now: Temporal.Instant
}

function refuse(code: string, zh: string, en: string): never {
  throw NotAllowed.at('identityNumber', code, { zh, en })
}

/** Decides a binding, in force at once. The sponsor pays after those the beneficiary has already. */
export function bind(terms: BindingTerms, { id, sponsor, beneficiary, existing, now }: Situation): MutualAid {
  const today = dayOf(now)
  const covers = (one: Enrolment) => coversOn(one, today)
  if (beneficiary.id === sponsor.id) refuse('YOURSELF', '不能与本人绑定', 'nobody is bound to themself')
  if (!sponsor.enrolments.some((one) => one.insuranceType === EMPLOYEE && covers(one))) {
    const text = { zh: '共济人须正常参加职工医保', en: 'the sponsor must be covered by the employees’ insurance' }
    throw NotAllowed.of({ code: 'NOT_AN_EMPLOYEE', text })
  }
  if (!beneficiary.enrolments.some((one) => isBasic(one.insuranceType) && covers(one))) {
    refuse('RELATIVE_NOT_COVERED', '被共济人须正常参加基本医保', 'the relative is not covered by a basic insurance')
  }
  const current = existing.filter(isCurrent)
  const members = current.filter((one) => one.sponsorId === sponsor.id)
  const sponsors = current.filter((one) => one.insuredId === beneficiary.id)
  if (members.some((one) => one.insuredId === beneficiary.id)) {
    refuse('ALREADY_BOUND', '已与此人绑定，请先解除', 'the relative is bound already; unbind them first')
  }
  checkRelation(terms.relation, { sponsor, beneficiary, bound: [...members, ...sponsors] })
  if (members.length >= MEMBERS_MAX) {
    refuse('TOO_MANY_MEMBERS', `最多绑定 ${MEMBERS_MAX} 名家庭成员`, `a sponsor can have ${MEMBERS_MAX} members`)
  }
  if (sponsors.length >= SPONSORS_MAX) {
    refuse(
      'TOO_MANY_SPONSORS',
      `此人已有 ${SPONSORS_MAX} 名共济人`,
      `the relative has ${SPONSORS_MAX} sponsors already`,
    )
  }

  return {
    ...terms,
    id,
    insuredId: beneficiary.id,
    sponsorId: sponsor.id,
    place: sponsors.length + 1,
    sponsorMasked: maskName(sponsor.name),
    beneficiaryName: beneficiary.name,
    beginOn: today,
    boundAt: now,
    endOn: null,
    endedAt: null,
    endedBy: null,
  }
}

const YEARS_OLDER: Readonly<Partial<Record<Relation, number>>> = {
  PARENT: limits.yearsOlder.PARENT,
  CHILD: limits.yearsOlder.CHILD,
  GRANDPARENT: limits.yearsOlder.GRANDPARENT,
  GRANDCHILD: limits.yearsOlder.GRANDCHILD,
}

interface Related extends Pick<Situation, 'sponsor' | 'beneficiary'> {
  /** What the sponsor gives and the beneficiary is given now. */
  readonly bound: readonly MutualAid[]
}

/** Nobody has two spouses at once, and a parent was born before the child. */
function checkRelation(relation: Relation, { sponsor, beneficiary, bound }: Related): void {
  if (limits.atMostOne.relations.includes(relation) && bound.some((one) => one.relation === relation)) {
    refuseRelation('RELATION_TAKEN', '同时只能有一人，请先解除', 'is bound to somebody else already; unbind them first')
  }
  const years = YEARS_OLDER[relation] ?? 0
  const [older, younger] = years < 0 ? [sponsor, beneficiary] : [beneficiary, sponsor]
  const apart = Math.abs(years)
  if (apart > 0 && before(younger.birthDate, older.birthDate.add({ years: apart }))) {
    refuseRelation(
      'RELATION_MISFIT',
      `与年龄不符：须相差至少 ${apart} 岁`,
      `needs at least ${apart} years between the two`,
    )
  }
}

function refuseRelation(code: string, zh: string, en: string): never {
  throw NotAllowed.at('relation', code, { zh, en })
}

/** The person has named too many identity numbers of nobody on this day. */
export function tooManyUnknownRelatives(day: Temporal.PlainDate): NotAllowed {
  const until = day.add({ days: 1 }).toString()
  return NotAllowed.at('identityNumber', 'TOO_MANY_UNKNOWN_RELATIVES', {
    zh: `今日姓名与证件号码不符已达 ${UNKNOWN_RELATIVES_MAX} 次，请于 ${until} 零时后再试`,
    en:
      `name and identity number did not belong together ${UNKNOWN_RELATIVES_MAX} times today; ` +
      `try again after ${until} 00:00 (China time)`,
  })
}
