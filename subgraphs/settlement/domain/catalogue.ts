import { rateOf, type Rate, type UnitPrice } from '@yibao/schema/money'
import type { Level, LineItem } from './split-input.ts'

/** Something that holds from one day to another, both included; null for open. */
interface Period {
  readonly beginOn: string
  readonly endOn: string | null
}

/** An entry of the catalogue; `pool` null stands for the national one. Days are ISO texts, which order as days do. */
export interface CatalogueEntry extends Period {
  readonly pool: string | null
  readonly name: string
  readonly listType: string
  readonly chargeType: string
  readonly class: 'A' | 'B' | 'C'
  readonly restricted: boolean
  readonly essential: boolean
  readonly negotiated: boolean
  readonly paediatric: boolean
  readonly special: boolean
}

export interface SelfPayRule extends Period {
  readonly pool: string
  /** ALL, or the beginning of a person type: 12 stands for every kind of retiree. */
  readonly personClass: string
  readonly ratio: Rate
}

export interface CeilingRule extends Period {
  readonly pool: string
  /** Null for institutions of every level. */
  readonly level: Level | null
  readonly price: UnitPrice
  readonly over: 'EXCESS' | 'WHOLE_LINE'
}

/** All that is known about one national code. */
export interface CatalogueCode {
  readonly entries: readonly CatalogueEntry[]
  readonly selfPay: readonly SelfPayRule[]
  readonly ceilings: readonly CeilingRule[]
}

/** The catalogue of every pool, at one version. */
export interface Catalogue {
  readonly version: bigint
  readonly codes: ReadonlyMap<string, CatalogueCode>
}

/** Where, when and for whom an item is looked up. Scope follows the place of treatment (就医地目录). */
export interface ItemPlace {
  /** Pool of the place of treatment. */
  readonly pool: string
  readonly level: Level
  readonly personType: string
  /** Day of the line, ISO text. */
  readonly day: string
}

export interface FoundItem {
  readonly entry: CatalogueEntry
  readonly item: LineItem
}

const holds = (one: Period, day: string): boolean => one.beginOn <= day && (one.endOn === null || day <= one.endOn)

/** Finds what the catalogue says about a code; null when the code is not known anywhere. */
export function findItem({ codes }: Catalogue, code: string, place: ItemPlace): FoundItem | null {
  const known = codes.get(code)
  if (known === undefined) return null
  const current = (pool: string | null) => known.entries.find((one) => one.pool === pool && holds(one, place.day))
  const entry = current(place.pool) ?? current(null)
  if (entry === undefined) return notCovered(known)
  const ceiling = findCeiling(known.ceilings, place)
  return {
    entry,
    item: {
      class: entry.class,
      selfPayRatio: entry.class === 'B' ? findSelfPay(known.selfPay, place) : rateOf(0n),
      ceiling: ceiling?.price ?? null,
      overCeiling: ceiling?.over ?? 'EXCESS',
      restricted: entry.restricted,
    },
  }
}

/** Known somewhere or at another time, but not covered here and now: the person pays. */
function notCovered(known: CatalogueCode): FoundItem | null {
  const entry = known.entries.at(-1)
  if (entry === undefined) return null
  const item = { class: 'NONE', selfPayRatio: rateOf(0n), ceiling: null, overCeiling: 'EXCESS' } as const
  return { entry, item: { ...item, restricted: entry.restricted } }
}

/** The ratio for the closest person class: 1201 before 12 before ALL. Without a rule nothing is paid first. */
function findSelfPay(rules: readonly SelfPayRule[], { pool, personType, day }: ItemPlace): Rate {
  const closeness = ({ personClass }: SelfPayRule) => (personClass === 'ALL' ? 0 : personClass.length)
  const fitting = rules
    .filter((one) => one.pool === pool && holds(one, day))
    .filter((one) => one.personClass === 'ALL' || personType.startsWith(one.personClass))
    .toSorted((a, b) => closeness(b) - closeness(a))
  return fitting[0]?.ratio ?? rateOf(0n)
}

function findCeiling(rules: readonly CeilingRule[], { pool, level, day }: ItemPlace): CeilingRule | undefined {
  const fitting = rules.filter((one) => one.pool === pool && holds(one, day))
  return fitting.find((one) => one.level === level) ?? fitting.find((one) => one.level === null)
}
