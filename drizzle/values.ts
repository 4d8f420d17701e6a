import { types as known } from 'pg'

type Parser = (text: string) => unknown

const toInstant = (text: string) => Temporal.Instant.from(text)
const toDay = (text: string) => Temporal.PlainDate.from(text)
const itself = (text: string) => text

/** How the elements of an array type are read. */
const ELEMENTS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [1000, (text) => text === 't'], // boolean
  [1001, (text) => Buffer.from(text.slice(2), 'hex')], // bytea
  [1005, Number], // smallint
  [1007, Number], // integer
  [1009, itself], // text
  [1014, itself], // char(n)
  [1015, itself], // varchar
  [1016, BigInt], // bigint
  [1182, toDay], // date
  [1185, toInstant], // timestamptz
  [1231, itself], // numeric
  [2951, itself], // uuid
  [3807, JSON.parse], // jsonb
])
const TEXT_ARRAY = 1009 as Parameters<typeof known.getTypeParser>[0]

/** How hand-written statements read a value: no `Date`, and no number for what does not fit a number. */
export const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [20, BigInt],
  [1082, toDay],
  [1184, toInstant],
  ...[...ELEMENTS].map(([oid, element]) => [oid, (text: string) => fromArray(text, element)] as const),
])

/** A type of the database as postgres.js takes it: the type it is sent as, those it is read from, and how. */
interface HotType {
  readonly to: number
  readonly from: number[]
  readonly serialize: (value: unknown) => unknown
  readonly parse: Parser
}

const serializers: ReadonlyMap<number, HotType['serialize']> = new Map<number, HotType['serialize']>([
  [20, String],
  [1082, String],
  [1184, String],
  // The driver would quote JSON that is text already once more.
  [114, toJson],
  [3802, toJson],
  ...[...ELEMENTS.keys()].map((oid) => [oid, toArray] as const),
])

/**
 * The types of the hot client. Arrays are among them because asking the server for its array types, as the driver does
 * by itself, ends the process when the connection is lost while it asks.
 */
export const HOT_TYPES: Readonly<Record<string, HotType>> = Object.fromEntries(
  [...serializers].map(([oid, serialize]) => [
    `type${oid}`,
    { to: oid, from: [oid], serialize, parse: PARSERS.get(oid) ?? JSON.parse },
  ]),
)

/** A parameter as node-postgres takes it. It would write a Temporal object as JSON, in quotes. */
export function bind(value: unknown): unknown {
  if (Array.isArray(value)) return toArray(value)
  return value instanceof Temporal.Instant || value instanceof Temporal.PlainDate ? value.toString() : value
}

function toJson(value: unknown): unknown {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function fromArray(text: string, element: Parser): unknown[] {
  const parts = known.getTypeParser(TEXT_ARRAY)(text) as (string | null)[]
  return parts.map((one) => (one === null ? null : element(one)))
}

/** An array as PostgreSQL writes it. */
function toArray(value: unknown): unknown {
  return Array.isArray(value) ? `{${value.map(toElement).join(',')}}` : value
}

function toElement(value: unknown): unknown {
  if (value === null || value === undefined) return 'NULL'
  return Array.isArray(value) ? toArray(value) : `"${toText(value).replaceAll(/["\\]/g, '\\$&')}"`
}

function toText(value: unknown): string {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (value instanceof Temporal.Instant || value instanceof Temporal.PlainDate) return value.toString()
  if (typeof value === 'string') return value
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
}
