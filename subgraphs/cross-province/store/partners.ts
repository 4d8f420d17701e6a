import type { Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { sql } from 'drizzle-orm'
import type { Partner, PartnerKey } from '../domain/exchange.ts'

/** A partner with the keys that count at the moment. */
export interface KnownPartner extends Partner {
  readonly keys: readonly PartnerKey[]
}

/** The platform of a province with its keys of the moment; null when it is not registered. */
export async function findPartner(
  hot: Statements,
  { province, at }: { readonly province: string; readonly at: Temporal.Instant },
): Promise<KnownPartner | null> {
  const rows = await hot.unsafe<Partner & { kid: string | null; x: string | null }>(
    `select p.province, p.name, p.url, k.kid, k.x
     from cross_province.partner p
     left join cross_province.partner_platform_key k on k.province = p.province
       and k.valid_from <= $2::text::timestamptz and (k.valid_until is null or k.valid_until > $2::text::timestamptz)
     where p.province = $1::bpchar`,
    [province, at.toString()],
  )
  const [first] = rows
  if (first === undefined) return null
  const keys = rows.flatMap(({ kid, x }) => (kid === null || x === null ? [] : [{ province, kid, x }]))
  return { province, name: first.name, url: first.url, keys }
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
}

/** Adds a key, which counts beside those there are. One that is there already is left. */
export async function addPartnerKey(hot: Statements, { province, kid, x }: PartnerKey, from: Temporal.Instant) {
  await hot.unsafe(
    `insert into cross_province.partner_platform_key (province, kid, x, valid_from)
     values ($1::bpchar, $2::text, $3::text, $4::text::timestamptz) on conflict do nothing`,
    [province, kid, x, from.toString()],
  )
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
