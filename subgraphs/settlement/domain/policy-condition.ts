import type { Choice, Condition } from './policy.ts'
import type { SplitInput } from './split-input.ts'

/** The facts of a bill on which parameters may depend. */
export type Situation = Pick<SplitInput, 'person'> & {
  readonly care: Pick<
    SplitInput['care'],
    'careType' | 'emergency' | 'level' | 'place' | 'filing' | 'admission' | 'disease' | 'birthType'
  >
}

/** Whether a condition holds; every field that is present must. */
export function holds(when: Condition, { person, care }: Situation): boolean {
  return (
    startsWithOne(when.personType, person.personType) &&
    startsWithOne(when.careType, care.careType) &&
    isOneOf(when.level, care.level) &&
    isOneOf(when.filing, care.filing) &&
    isOneOf(when.place, care.place) &&
    isBetween(when.ageFrom, when.ageBelow, person.age) &&
    isBetweenKnown(when.insuredMonthsFrom, when.insuredMonthsBelow, person.insuredMonths) &&
    isBetween(when.admissionFrom, when.admissionBelow, care.admission) &&
    (when.identity === undefined || person.identities.some((one) => startsWithOne(when.identity, one))) &&
    (when.civilServant === undefined || when.civilServant === person.civilServant) &&
    (when.emergency === undefined || when.emergency === care.emergency) &&
    (when.disease === undefined || (care.disease !== undefined && startsWithOne(when.disease, care.disease))) &&
    (when.birthType === undefined || (care.birthType !== undefined && when.birthType.includes(care.birthType)))
  )
}

/** The value of the first case that holds; undefined when none does. */
export const choose = <T>(choice: Choice<T>, situation: Situation): T | undefined =>
  choice.find((one) => holds(one.when, situation))?.value

export const startsWithOne = (prefixes: readonly string[] | undefined, code: string): boolean =>
  prefixes === undefined || prefixes.some((prefix) => code.startsWith(prefix))

const isOneOf = <T>(allowed: readonly T[] | undefined, value: T): boolean =>
  allowed === undefined || allowed.includes(value)

const isBetweenKnown = (from: number | undefined, below: number | undefined, value: number | undefined): boolean =>
  value === undefined ? from === undefined && below === undefined : isBetween(from, below, value)

const isBetween = (from: number | undefined, below: number | undefined, value: number): boolean =>
  (from === undefined || value >= from) && (below === undefined || value < below)
