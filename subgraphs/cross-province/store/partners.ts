import type { Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { sql } from 'drizzle-orm'
import type { Partner, PartnerKey } from '../domain/exchange.ts'

/** A partner with the keys that count at the moment. */
export interface KnownPartner extends Partner {
  readonly keys: readonly PartnerKey[]
}

/** A partner with every key it ever had. */
interface ReadPartner extends Partner {
  readonly keys: readonly (PartnerKey & {
    readonly from: Temporal.Instant
    readonly until: Temporal.Instant | null
  })[]
  readonly readAt: number
}

/** How long a process goes by what it has read of a partner: each bill says and hears several messages. */
const READ_MS = 1000
const known = new WeakMap<Statements, Map<string, ReadPartner>>()

/** What this process changes of a partner it knows at once. */
const forget = (hot: Statements, province: string): void => void known.get(hot)?.delete(province)

/**
 * The platform of a province with its keys of the moment; null when it is not registered. What another process has changed
 * is known within a second.
 */
export async function findPartner(
  hot: Statements,
  { province, at }: { readonly province: string; readonly at: Temporal.Instant },
): Promise<KnownPartner | null> {
  const before = known.get(hot)?.get(province)
  const isFresh = before !== undefined && performance.now() - before.readAt < READ_MS
  const partner = isFresh ? before : await readPartner(hot, province)
  if (partner === null) return null
  const { name, url, keys } = partner
  const counts = keys.filter(
    ({ from, until }) =>
      Temporal.Instant.compare(from, at) <= 0 && (until === null || Temporal.Instant.compare(until, at) > 0),
  )
  return { province, name, url, keys: counts.map(({ kid, x }) => ({ province, kid, x })) }
}

interface PartnerRow extends Partner {
  readonly kid: string | null
  readonly x: string
  readonly from: Temporal.Instant
  readonly until: Temporal.Instant | null
}

async function readPartner(hot: Statements, province: string): Promise<ReadPartner | null> {
  const readAt = performance.now()
  const rows = await hot.unsafe<PartnerRow>(
    `select p.province, p.name, p.url, k.kid, k.x, k.valid_from as "from", k.valid_until as "until"
     from cross_province.partner p left join cross_province.partner_platform_key k on k.province = p.province
     where p.province = $1::bpchar`,
    [province],
  )
  const [first] = rows
  if (first === undefined) return null
  const keys = rows.flatMap(({ kid, x, from, until }) => (kid === null ? [] : [{ province, kid, x, from, until }]))
  const partner = { province, name: first.name, url: first.url, keys, readAt }
  known.set(hot, (known.get(hot) ?? new Map<string, ReadPartner>()).set(province, partner))
  return partner
}

/** Whether a province is linked. */
export async function isPartner(tx: Tx, province: string): Promise<boolean> {
  const { rows } = await tx.execute(sql`select from cross_province.partner where province = ${province}`)
  return rows.length === 1
}

/** Registers a platform, or changes its name and address. */
export async function savePartner(hot: Statements, { province, name, url }: Partner, at: Temporal.Instant) {
  await hot.unsafe(
    `insert into cross_province.partner (province, name, url, added_at)
     values ($1::bpchar, $2::text, $3::text, $4::text::timestamptz)
     on conflict (province) do update set name = excluded.name, url = excluded.url`,
    [province, name, url, at.toString()],
  )
  forget(hot, province)
}

/** Adds a key, which counts beside those there are. One that is there already is left. */
export async function addPartnerKey(hot: Statements, { province, kid, x }: PartnerKey, from: Temporal.Instant) {
  await hot.unsafe(
    `insert into cross_province.partner_platform_key (province, kid, x, valid_from)
     values ($1::bpchar, $2::text, $3::text, $4::text::timestamptz) on conflict do nothing`,
    [province, kid, x, from.toString()],
  )
  forget(hot, province)
}

/** Ends a key at a moment, once. False when there is none that counts by this name. */
export async function endPartnerKey(
  hot: Statements,
  { province, kid, at }: { readonly province: string; readonly kid: string; readonly at: Temporal.Instant },
): Promise<boolean> {
  const rows = await hot.unsafe(
    `update cross_province.partner_platform_key set valid_until = greatest($3::text::timestamptz, valid_from + interval '1 ms')
     where province = $1::bpchar and kid = $2::text and valid_until is null returning true`,
    [province, kid, at.toString()],
  )
  forget(hot, province)
  return rows.length === 1
}

/** Every platform with every key it ever had; one without a key stands there once. */
export const listPartners = (
  hot: Statements,
): Promise<(Partner & { readonly kid: string | null; readonly validUntil: Temporal.Instant | null })[]> =>
  hot.unsafe(
    `select p.province, p.name, p.url, k.kid, k.valid_until as "validUntil"
     from cross_province.partner p left join cross_province.partner_platform_key k on k.province = p.province
     order by p.province, k.valid_from, k.kid`,
  )
