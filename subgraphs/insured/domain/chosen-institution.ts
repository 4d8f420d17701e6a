import { before, dayOf, holdsOn, overlap, type Span } from '@yibao/schema/dates'
import { institutionFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import rules from './chosen-institutions.json' with { type: 'json' }
import { isBasic } from './code-tables.ts'
import type { Enrolment } from './enrolment.ts'
import { readPeriod } from './period.ts'

export type ChoiceKind = 'PRIMARY' | 'OTHER'

/** That a person chose to be treated in an institution (人员定点备案). */
export interface Choice extends Span {
  readonly id: string
  readonly insuredId: string
  readonly pool: string
  readonly institution: string
  readonly kind: ChoiceKind
  readonly requestedBy: string | null
  readonly byPerson: boolean
  readonly chosenAt: Temporal.Instant
  readonly endReason: string | null
  readonly endedAt: Temporal.Instant | null
  /** Taken back before it began, or on the day it was entered: it never held. */
  readonly withdrawn: boolean
}

export interface ChoiceInput {
  readonly institution: string
  readonly beginOn: string
  readonly endOn?: string | null | undefined
}

/** How many institutions a person of a pool chooses, how many of them not primary, and how often they change. */
interface PoolRule {
  readonly institutions: number
  readonly other: number
  readonly changesPerYear: number
}

const ruleOf = (pool: string): PoolRule =>
  (rules.pools as Readonly<Record<string, PoolRule | undefined>>)[pool] ?? rules.usual

/** Choices for the next year are made in the last months of this one. */
const AHEAD_MONTHS_MAX = 12

/** Reads what is chosen. An institution asks for itself alone, and from today on, as a person does. */
export function readChoice(
  input: ChoiceInput,
  {
    today,
    asks,
    isStaff,
  }: { readonly today: Temporal.PlainDate; readonly asks: string | null; readonly isStaff: boolean },
): Span & { readonly institution: string } {
  const problems: Problem[] = []
  const fault = institutionFault(input.institution)
  if (fault !== null) problems.push(problemAt('institution', fault))
  else if (!input.institution.startsWith('H')) {
    const message = { zh: '须为定点医疗机构', en: 'must be a hospital' }
    problems.push({ path: 'institution', code: 'NO_HOSPITAL', message })
  } else if (asks !== null && asks !== input.institution) {
    const message = { zh: '医疗机构只能代办本机构的定点', en: 'must be the institution that asks' }
    problems.push({ path: 'institution', code: 'NOT_YOURSELF', message })
  }
  const { begin, end } = readPeriod(input, '', problems)
  if (begin !== null && !isStaff && before(begin, today)) {
    const message = { zh: '自今日起生效', en: 'is today at the earliest' }
    problems.push({ path: 'beginOn', code: 'DATE_IN_PAST', message })
  }
  if (begin !== null && before(today.add({ months: AHEAD_MONTHS_MAX }), begin)) {
    problems.push({ path: 'beginOn', code: 'DATE_IN_FUTURE', message: { zh: '开始日期过远', en: 'is too far ahead' } })
  }
  InvalidInput.throwIf(problems)
  return { institution: input.institution, beginOn: begin ?? today, endOn: end }
}

/** The pool the choice belongs to: that of the basic insurance on its first day, employees' before residents'. */
export function poolOfChoice({ beginOn }: Span, enrolments: readonly Enrolment[], own: string | null): string {
  const covering = enrolments
    .filter((one) => isBasic(one.insuranceType) && one.status !== '2' && holdsOn(one, beginOn))
    .toSorted((a, b) => a.insuranceType.localeCompare(b.insuranceType))
  const found = own === null ? covering[0] : covering.find((one) => one.pool === own)
  if (found !== undefined) return found.pool
  throw NotAllowed.at('beginOn', 'NOT_COVERED', {
    zh: `${beginOn.toString()} 无正常的基本医保参保关系`,
    en: `the person has no basic insurance on ${beginOn.toString()}`,
  })
}

/** What an institution is to the rules of choosing, by the level of its agreement. */
export const kindOfLevel = (level: string): ChoiceKind =>
  level === 'COMMUNITY' || level === 'LEVEL_1' ? 'PRIMARY' : 'OTHER'

type Chosen = Pick<Choice, 'pool' | 'kind' | 'institution' | 'beginOn' | 'endOn'>

/** Guards a choice against those there are. @throws NotAllowed */
export function checkChoice(choice: Chosen, existing: readonly Choice[]): void {
  const { institutions, other } = ruleOf(choice.pool)
  const beside = existing.filter((one) => !one.withdrawn && one.pool === choice.pool && overlap(one, choice))
  if (beside.some((one) => one.institution === choice.institution)) {
    refuse('institution', 'CHOSEN_ALREADY', '该机构在此期间已选定', 'is chosen already in this period')
  }
  if (beside.length >= institutions) {
    refuse('institution', 'TOO_MANY_CHOSEN', `本统筹区最多选定 ${institutions} 家`, `are ${institutions} at most here`)
  }
  if (choice.kind === 'OTHER' && beside.filter((one) => one.kind === 'OTHER').length >= other) {
    const zh = `除基层机构外最多选定 ${other} 家`
    refuse('institution', 'TOO_MANY_OTHER', zh, `beside primary care are ${other} at most here`)
  }
}

/** @throws InvalidInput when it is none */
export function readEndReason(reason: string): string {
  const fault = textFault(reason, { min: 2, max: 500 })
  if (fault !== null) throw InvalidInput.of([problemAt('reason', fault)])
  return reason
}

interface End {
  readonly reason: string
  readonly isStaff: boolean
}

/**
 * Ends a choice today, or takes it back as if it had never been: before it begins, and on the day it was entered. Ending
 * one that has begun is a change, of which a year has so many unless staff make it.
 */
export function endChoice(
  choice: Choice,
  all: readonly Choice[],
  { reason, isStaff }: End,
  now: Temporal.Instant,
): Choice {
  const today = dayOf(now)
  if (choice.endedAt !== null || (choice.endOn !== null && before(choice.endOn, today))) {
    refuse('choiceId', 'CHOICE_ENDED', '该定点已终止', 'has ended')
  }
  const ended = { ...choice, endReason: reason, endedAt: now }
  if (before(today, choice.beginOn) || dayOf(choice.chosenAt).equals(today)) return { ...ended, withdrawn: true }
  const { changesPerYear } = ruleOf(choice.pool)
  const made = all.filter(
    (one) =>
      one.pool === choice.pool && !one.withdrawn && one.endedAt !== null && dayOf(one.endedAt).year === today.year,
  )
  if (!isStaff && made.length >= changesPerYear) {
    const zh = `本年度最多变更 ${changesPerYear} 次`
    refuse('choiceId', 'TOO_MANY_CHANGES', zh, `are changed ${changesPerYear} times a year at most here`)
  }
  return { ...ended, endOn: today }
}

function refuse(path: string, code: string, zh: string, en: string): never {
  throw NotAllowed.at(path, code, { zh, en })
}
