import type { ReadTx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import type { UnmappedReason } from '../domain/mapping.ts'

/** An own code that will cost somebody money, or soon, and why. */
export interface UnmappedCode {
  readonly ownCode: string
  readonly reason: UnmappedReason
  readonly name: string | null
  /** The national code it is mapped to; null when it is not. */
  readonly code: string | null
  /** The national code it was billed under. */
  readonly usedCode: string | null
  readonly lastUsedOn: Temporal.PlainDate | null
  /** The last day of the mapping or of the catalogue entry. */
  readonly endsOn: Temporal.PlainDate | null
}

export interface UnmappedWanted {
  readonly institution: string
  readonly today: Temporal.PlainDate
  /** Looks so many days back for use and ahead for ends. */
  readonly days: number
  readonly after: { readonly ownCode: string; readonly reason: string } | null
  readonly reason: UnmappedReason | null
}

interface Row extends Record<string, unknown> {
  readonly ownCode: string
  readonly reason: UnmappedReason
  readonly name: string | null
  readonly code: string | null
  readonly usedCode: string | null
  readonly lastUsedOn: string | null
  readonly endsOn: string | null
}

const dayOf = (text: string | null) => (text === null ? null : Temporal.PlainDate.from(text))

/**
 * Own codes without a mapping and those whose mapping or catalogue entry ends, in order of own code. Only codes after the
 * given place are looked at, in that order, and no more than the page needs: a hospital has tens of thousands.
 */
export async function listUnmapped(tx: ReadTx, wanted: UnmappedWanted, limit: number): Promise<UnmappedCode[]> {
  const { institution, today, days, after, reason } = wanted
  const [on, ahead, back] = [today, today.add({ days }), today.subtract({ days })].map((one) => one.toString())
  // Begins with the code itself: it may have another reason after the one the last page ended with.
  const from = after?.ownCode ?? ''
  const { rows } = await tx.execute<Row>(sql`
    with own as (
      select m.own_code, m.code, m.name, least(m.end_on, (select min(l.begin_on) - 1 from institutions.mapping l
        where l.institution = m.institution and l.own_code = m.own_code and l.begin_on > m.begin_on
          and l.withdrawn_at is null)) as end_on,
        exists (select from institutions.mapping l where l.institution = m.institution and l.own_code = m.own_code
          and l.begin_on > m.begin_on and l.withdrawn_at is null and l.code is not null) as goes_on
      from institutions.mapping m
      where m.institution = ${institution} and m.own_code >= ${from} and m.withdrawn_at is null
        and m.begin_on <= ${on}::date),
    present as (select * from own where end_on is null or end_on >= ${on}::date),
    used as (
      select u.own_code, u.code, u.last_used_on from institutions.own_code_use u
      where u.institution = ${institution} and u.own_code >= ${from} and u.last_used_on >= ${back}::date),
    home as (select pool from institutions.institution where code = ${institution}),
    entry as (
      select p.own_code, e.known, e.ends_on
      from present p cross join home cross join lateral (
        select count(*) > 0 as known, case when bool_or(c.end_on is null) then null else max(c.end_on) end as ends_on
        from institutions.catalogue_entry c
        where c.code = p.code and (c.pool is null or c.pool = home.pool) and c.begin_on <= ${ahead}::date
          and (c.end_on is null or c.end_on >= ${on}::date)) e
      where p.code is not null),
    found as (
      select u.own_code, 'USED_UNMAPPED' as reason, null as name, null as code, max(u.code) as used_code,
        max(u.last_used_on) as last_used_on, null::date as ends_on
      from used u where not exists (select from present p where p.own_code = u.own_code) group by u.own_code
      union all
      select p.own_code, 'LISTED_UNMAPPED', p.name, null, (select max(u.code) from used u where u.own_code = p.own_code),
        (select max(u.last_used_on) from used u where u.own_code = p.own_code), null
      from present p where p.code is null
      union all
      select p.own_code, 'USED_OTHERWISE', p.name, p.code, max(u.code), max(u.last_used_on), null
      from present p join used u on u.own_code = p.own_code and u.code <> p.code group by p.own_code, p.name, p.code
      union all
      select p.own_code, case when e.known then 'CODE_ENDS' else 'CODE_UNKNOWN' end, p.name, p.code, null,
        (select max(u.last_used_on) from used u where u.own_code = p.own_code), e.ends_on
      from present p join entry e on e.own_code = p.own_code where not e.known or e.ends_on < ${ahead}::date
      union all
      select p.own_code, 'MAPPING_ENDS', p.name, p.code, null,
        (select max(u.last_used_on) from used u where u.own_code = p.own_code), p.end_on
      from present p where p.code is not null and p.end_on < ${ahead}::date and not p.goes_on)
    select own_code as "ownCode", reason, name, code, used_code as "usedCode", last_used_on::text as "lastUsedOn",
      ends_on::text as "endsOn"
    from found
    where (own_code, reason) > (${from}, ${after?.reason ?? ''}) ${reason === null ? sql`` : sql`and reason = ${reason}`}
    order by own_code, reason limit ${limit}`)
  return rows.map(({ lastUsedOn, endsOn, ...row }) => ({
    ...row,
    lastUsedOn: dayOf(lastUsedOn),
    endsOn: dayOf(endsOn),
  }))
}
