import { canonicalDigest } from '@yibao/drizzle/digest'

/** A policy as it is registered: a pool file of its own, with the national frame's rules and sources filled in. */
export interface PolicyRecord {
  readonly id: string
  /** The day it comes into force, and of a revision its number behind it. */
  readonly version: string
  readonly validFrom: string
  readonly validTo: string | null
  /** Over everything that decides an amount; names, notes, sources and the last day are not part of it. */
  readonly digest: string
  readonly body: PoolBody
  /** Name of the file it was read from. */
  readonly source: string
}

export interface PolicyFile {
  readonly name: string
  readonly text: string
}

interface PoolBody {
  readonly pool: string
  readonly name: unknown
  readonly area: readonly string[]
  readonly sources: Readonly<Record<string, unknown>>
  readonly rules?: Readonly<Record<string, unknown>>
  readonly policies: readonly PolicyBody[]
}

interface PolicyBody {
  readonly id: string
  readonly from: string
  readonly to?: string | null
  readonly revision?: number | null
}

const NATIONAL = '100000'

const versionOf = ({ from, revision }: PolicyBody): string =>
  revision === undefined || revision === null ? from : `${from}.${revision}`

/** Cuts validated policy files into one record per policy. Each stands alone, so that old ones outlive their files. */
export function policyRecords(files: readonly PolicyFile[]): PolicyRecord[] {
  const bodies = files.map(({ name, text }) => ({ name, body: JSON.parse(text) as PoolBody }))
  const frame = bodies.find(({ body }) => body.pool === NATIONAL)?.body
  return bodies.flatMap(({ name, body }) =>
    body.policies.map((policy) => {
      const alone: PoolBody = {
        pool: body.pool,
        name: body.name,
        area: body.area,
        sources: { ...frame?.sources, ...body.sources },
        rules: { ...frame?.rules, ...body.rules },
        policies: [policy],
      }
      const { id, from: validFrom, to: validTo = null } = policy
      const version = versionOf(policy)
      return { id, version, validFrom, validTo, digest: digestOf(alone), body: alone, source: name }
    }),
  )
}

/**
 * Registered policies with the rules the platform has learned since. No bill was ever settled by them, so nothing that
 * was in force changes. They come from the pool's file or else from the national frame. What is whole is given back as it is.
 */
export function withLaterRules(records: readonly PolicyRecord[], files: readonly PolicyFile[]): PolicyRecord[] {
  const bodies = new Map(files.map(({ text }) => JSON.parse(text) as PoolBody).map((body) => [body.pool, body]))
  return records.map((record) => whole(record, { own: bodies.get(record.body.pool), frame: bodies.get(NATIONAL) }))
}

function whole(
  record: PolicyRecord,
  { own, frame }: { readonly own: PoolBody | undefined; readonly frame: PoolBody | undefined },
): PolicyRecord {
  const stated = { ...frame?.rules, ...own?.rules }
  const later = Object.entries(stated).filter(([name]) => record.body.rules?.[name] === undefined)
  if (later.length === 0) return record
  const body: PoolBody = {
    ...record.body,
    sources: { ...frame?.sources, ...own?.sources, ...record.body.sources },
    rules: { ...record.body.rules, ...Object.fromEntries(later) },
  }
  return { ...record, body, digest: digestOf(body) }
}

/**
 * The registered policies as files again. The loader wants a national frame beside them; each record carries its own
 * part of it, so this one only has the form of a frame.
 */
export function policyFilesOf(records: readonly Pick<PolicyRecord, 'id' | 'version' | 'body'>[]): PolicyFile[] {
  const [first] = records
  if (first === undefined) return []
  const frame = {
    pool: NATIONAL,
    name: { zh: '国家', en: 'National' },
    area: ['10'],
    sources: { registered: Object.values(first.body.sources)[0] },
    rules: withSource(first.body.rules, 'registered'),
    policies: [],
  }
  return [
    { name: 'national frame', text: JSON.stringify(frame) },
    ...records.map(({ id, version, body }) => ({ name: `${id} ${version}`, text: JSON.stringify(body) })),
  ]
}

/** The same rules, resting on one source. */
function withSource(value: unknown, source: string): unknown {
  if (Array.isArray(value)) return value.map((one) => withSource(one, source))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'source' ? source : withSource(inner, source)]),
  )
}

const DOCUMENTATION = new Set(['name', 'note', 'source', 'sources'])

function deciding(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deciding)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !DOCUMENTATION.has(key))
      .map(([key, inner]) => [key, deciding(inner)]),
  )
}

/** Whether a record is whole: its body has the digest, the name and the days it was registered with. */
export function isIntact({ id, version, validFrom, validTo, digest, body }: PolicyRecord): boolean {
  try {
    const [policy, ...others] = body.policies
    if (policy === undefined || others.length > 0 || digestOf(body) !== digest) return false
    const isNamed = policy.id === id && versionOf(policy) === version
    return isNamed && policy.from === validFrom && (policy.to ?? null) === validTo
  } catch {
    // Not even the form of a policy is left.
    return false
  }
}

function digestOf(body: PoolBody): string {
  const policies = body.policies.map(({ to: _to, ...policy }) => policy)
  return canonicalDigest('policy', deciding({ ...body, policies }))
}
