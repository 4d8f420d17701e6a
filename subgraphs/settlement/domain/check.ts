import { testQuantity, testRepeatedSupply, testSupplyDays } from './check-amount.ts'
import { testCount, testDiagnoses, testExclusive, testPerson, testPrescriptionAge } from './check-beside.ts'
import type { Finding } from './check-finding.ts'
import { looksBack, type PastLine, type WantedLines } from './check-history.ts'
import type { Hit, Look } from './check-hit.ts'
import { testApproval, testLimit, testPrice, testSameMoment } from './check-item.ts'
import { itemsOf, type CheckLibrary } from './check-library.ts'
import type { CheckRule, Items } from './check-rule.ts'
import { testOtherVisit } from './check-visit.ts'
import { viewOf, type BillView, type Charge, type CheckFacts } from './check-view.ts'
import { holds } from './policy-condition.ts'

/** A bill with the rules that are about it, before other bills' lines are read. */
export interface OpenCheck {
  /** Which lines of other bills the rules want to see; null for none. */
  readonly wanted: WantedLines | null
  /** What the rules find, given those lines. */
  find(pastLines: readonly PastLine[]): Finding[]
}

/** Looks at a bill with every rule that is about it. */
export function openCheck(library: CheckLibrary, facts: CheckFacts): OpenCheck {
  const view = viewOf(facts)
  const looks = looksOf(library, view)
  return {
    wanted: wantedBy(looks),
    find: (pastLines) =>
      looks.flatMap((look) =>
        hitsOf({ ...look, pastLines })
          .map((hit) => findingOf(look.rule, hit))
          .toSorted((a, b) => compare(keyOf(a), keyOf(b))),
      ),
  }
}

/**
 * What the rules find in a bill: the same for the same rules and facts, in whatever order the lines stand. `pastLines`
 * are the lines of the person's other bills.
 */
export const checkBill = (library: CheckLibrary, facts: CheckFacts, pastLines: readonly PastLine[] = []): Finding[] =>
  openCheck(library, facts).find(pastLines)

function wantedBy(looks: readonly Named[]): WantedLines | null {
  const codes = new Set<string>()
  const prefixes = new Set<string>()
  for (const { rule, charges } of looks) {
    const { test } = rule
    if (!looksBack(test)) continue
    if (test.kind === 'QUANTITY' && test.together) addItems(test.items, { codes, prefixes })
    for (const { line } of charges) {
      if (test.kind === 'REPEATED_SUPPLY') prefixes.add(line.code.slice(0, test.sameKind))
      else codes.add(line.code)
    }
  }
  if (codes.size + prefixes.size === 0) return null
  return { codes: [...codes].toSorted(), prefixes: [...prefixes].toSorted() }
}

function addItems(items: Items, wanted: { codes: Set<string>; prefixes: Set<string> }): void {
  if (items === 'ALL') return
  for (const one of items.codes) wanted.codes.add(one)
  for (const one of items.prefixes) wanted.prefixes.add(one)
}

type Named = Omit<Look, 'pastLines'>

/** The rules that are about the bill, in the order of the library, each with the charges it names. */
function looksOf(library: CheckLibrary, view: BillView): Named[] {
  const { rules, periods, always } = library
  const named = new Map<number, Charge[]>()
  for (const place of always) named.set(place, [])
  for (const charge of view.charges) {
    for (const place of library.naming(charge.line.code, charge.item.entry.listType)) {
      const charges = named.get(place)
      if (charges === undefined) named.set(place, [charge])
      else charges.push(charge)
    }
  }
  return [...named.keys()]
    .toSorted((a, b) => a - b)
    .flatMap((place) => {
      const rule = rules[place]
      const [from, before] = periods[place] ?? [0, 0]
      if (rule === undefined || view.end < from || view.end >= before || !isAbout(rule, view)) return []
      const charges = itemsOf(rule.test) === 'ALL' ? view.charges : (named.get(place) ?? [])
      return [{ rule, view, charges }]
    })
}

const isAbout = ({ pools, when }: CheckRule, { input }: BillView): boolean =>
  (pools === null || pools.includes(input.pool)) && holds(when, input)

function hitsOf(look: Look): readonly Hit[] {
  const { test } = look.rule
  switch (test.kind) {
    case 'LIMIT':
      return testLimit(test, look)
    case 'APPROVAL':
      return testApproval(test, look)
    case 'PRICE':
      return testPrice(test, look)
    case 'SAME_MOMENT':
      return testSameMoment(test, look)
    case 'SUPPLY_DAYS':
      return testSupplyDays(test, look)
    case 'REPEATED_SUPPLY':
      return testRepeatedSupply(test, look)
    case 'QUANTITY':
      return testQuantity(test, look)
    case 'EXCLUSIVE':
      return testExclusive(test, look)
    case 'COUNT':
      return testCount(test, look)
    case 'PRESCRIPTION_AGE':
      return testPrescriptionAge(test, look)
    case 'DIAGNOSES':
      return testDiagnoses(test, look)
    case 'OTHER_VISIT':
      return testOtherVisit(test, look)
    case 'PERSON':
      return testPerson(test, look)
  }
}

function findingOf({ id, version, name, action }: CheckRule, hit: Hit): Finding {
  const { charges, text, evidence, amount, settlements } = hit
  const lines = charges.map(({ line }) => line.serial).toSorted()
  return { rule: id, version, name, action, lines, text, evidence, amount, settlements }
}

/** Two findings of one rule differ in their lines. */
const keyOf = ({ lines, text }: Finding): string => `${lines.join(' ')} ${text.en}`
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
