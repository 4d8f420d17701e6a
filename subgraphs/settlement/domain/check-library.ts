import type { CheckRule, Items, Predicate } from './check-rule.ts'

/** The rules, made ready so that a bill whose codes no rule names costs next to nothing. */
export interface CheckLibrary {
  readonly rules: readonly CheckRule[]
  /** When each rule is in force, in milliseconds since 1970: from the first, before the second. */
  readonly periods: readonly (readonly [number, number])[]
  /** Places in `rules` of those that look at every bill, whatever stands in it. */
  readonly always: readonly number[]
  /** Places in `rules` of those that name an item. */
  naming(code: string, listType: string): readonly number[]
}

/** The items a predicate looks for in a bill; null when it looks at the bill. */
export function itemsOf(test: Predicate): Items | null {
  return test.kind === 'DIAGNOSES' || test.kind === 'OTHER_VISIT' || test.kind === 'PERSON' ? null : test.items
}

/** Whether an item is among those of a list. */
export const isAmong = (items: Items, code: string, listType: string | null): boolean =>
  items === 'ALL' ||
  items.codes.includes(code) ||
  items.prefixes.some((prefix) => code.startsWith(prefix)) ||
  (listType !== null && items.lists.includes(listType))

/** Compiles the rules. Which ones name a code is found once per code; codes are those of the catalogue, so few. */
export function compileChecks(rules: readonly CheckRule[]): CheckLibrary {
  const always: number[] = []
  const naming: { readonly place: number; readonly items: Items }[] = []
  rules.forEach(({ test }, place) => {
    const items = itemsOf(test)
    if (items === null || items === 'ALL') always.push(place)
    else naming.push({ place, items })
  })
  const known = new Map<string, readonly number[]>()
  return {
    rules,
    periods: rules.map(periodOf),
    always,
    naming(code, listType) {
      const key = `${code} ${listType}`
      let found = known.get(key)
      if (found === undefined) {
        found = naming.filter(({ items }) => isAmong(items, code, listType)).map(({ place }) => place)
        known.set(key, found)
      }
      return found
    },
  }
}

function periodOf({ from, to }: CheckRule): readonly [number, number] {
  const first = Temporal.PlainDate.from(from)
  const after = to === null ? null : Temporal.PlainDate.from(to).add({ days: 1 })
  return [startOf(first), after === null ? Number.POSITIVE_INFINITY : startOf(after)]
}

const startOf = (day: Temporal.PlainDate): number => day.toZonedDateTime('Asia/Shanghai').epochMilliseconds

/** No rules at all. */
export const NO_CHECKS: CheckLibrary = compileChecks([])
