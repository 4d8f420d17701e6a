import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { mapping } from '@yibao/drizzle/institutions-mapping'
import { and, asc, desc, eq, getTableColumns, gte, ilike, isNotNull, isNull, lte, or, sql, type SQL } from 'drizzle-orm'
import type { Mapping } from '../domain/mapping.ts'

/** A mapping as it is kept. */
export interface StoredMapping extends Mapping {
  readonly id: string
  readonly institution: string
  readonly addedAt: Temporal.Instant
  /** Since when it no longer counts, because it was withdrawn or corrected. */
  readonly withdrawnAt: Temporal.Instant | null
}

/** The last day a mapping holds: its own, or the day before the next one of the same code begins. */
// The outer columns carry the name of their table, which Drizzle leaves out of a statement about one table.
const holdsUntil = sql<Temporal.PlainDate | null>`least(mapping.end_on, (select min(l.begin_on) - 1
  from institutions.mapping l where l.institution = mapping.institution and l.own_code = mapping.own_code
    and l.begin_on > mapping.begin_on and l.withdrawn_at is null))`

const COLUMNS = { ...getTableColumns(mapping), endOn: holdsUntil.mapWith(mapping.endOn) }

export interface MappingFilter {
  readonly institution: string
  /** Mappings after this place, own code and first day. */
  readonly after?: { readonly ownCode: string; readonly beginOn: string } | undefined
  readonly code?: string | undefined
  readonly isMapped?: boolean | undefined
  /** Ends in the days from the first to the second. */
  readonly ends?: { readonly from: Temporal.PlainDate; readonly to: Temporal.PlainDate } | undefined
  /** The beginning of the own code, or a part of its name. */
  readonly search?: string | undefined
}

function searching(search: string): SQL | undefined {
  const literal = search.replaceAll(/[\\%_]/g, String.raw`\$&`)
  return or(ilike(mapping.ownCode, `${literal}%`), ilike(mapping.name, `%${literal}%`))
}

/** Mappings that count, in order of own code and day. */
export async function listMappings(tx: ReadTx, filter: MappingFilter, limit: number): Promise<StoredMapping[]> {
  const { institution, after, code, isMapped, ends, search } = filter
  return tx
    .select(COLUMNS)
    .from(mapping)
    .where(
      and(
        eq(mapping.institution, institution),
        isNull(mapping.withdrawnAt),
        after === undefined
          ? undefined
          : sql`(${mapping.ownCode}, ${mapping.beginOn}) > (${after.ownCode}, ${after.beginOn}::date)`,
        code === undefined ? undefined : eq(mapping.code, code),
        isMapped === undefined ? undefined : isMapped ? isNotNull(mapping.code) : isNull(mapping.code),
        ends === undefined
          ? undefined
          : and(gte(holdsUntil, ends.from.toString()), lte(holdsUntil, ends.to.toString())),
        search === undefined ? undefined : searching(search),
      ),
    )
    .orderBy(asc(mapping.ownCode), asc(mapping.beginOn))
    .limit(limit)
}

const HISTORY_MAX = 200

/** All an institution has ever said of one of its codes, the latest first. */
export const findMappings = (tx: ReadTx | Tx, institution: string, ownCode: string): Promise<StoredMapping[]> =>
  tx
    .select(getTableColumns(mapping))
    .from(mapping)
    .where(and(eq(mapping.institution, institution), eq(mapping.ownCode, ownCode)))
    .orderBy(desc(mapping.addedAt), desc(mapping.beginOn))
    .limit(HISTORY_MAX)

/** What changed when mappings were put: by own code and first day. */
export interface PutMapping {
  readonly ownCode: string
  readonly beginOn: string
  readonly outcome: 'ADDED' | 'CHANGED'
}

/** A mapping as the database takes it. */
export const mappingColumns = (one: Mapping) => ({
  own_code: one.ownCode,
  begin_on: one.beginOn.toString(),
  end_on: one.endOn?.toString() ?? null,
  code: one.code,
  list_type: one.listType,
  name: one.name,
  approval_number: one.approvalNumber,
  dosage_form: one.dosageForm,
  specification: one.specification,
  pack: one.pack,
  unit: one.unit,
  note: one.note,
})

/** Adds what is new and corrects what is said otherwise now; no key may stand twice. */
export async function putMappings(
  tx: Tx,
  institution: string,
  given: readonly Mapping[],
  at: Temporal.Instant,
): Promise<PutMapping[]> {
  const json = JSON.stringify(given.map(mappingColumns))
  const { rows } = await tx.execute<PutMapping & Record<string, unknown>>(sql`
    select own_code as "ownCode", begin_on::text as "beginOn", outcome
    from institutions.put_mappings(${institution}, ${json}::json, ${at.toString()})`)
  return rows
}

/** Withdraws what counts of an own code, from one day or all; answers how many. */
export async function withdrawMappings(
  tx: Tx,
  { institution, ownCode, beginOn }: { institution: string; ownCode: string; beginOn: Temporal.PlainDate | null },
  at: Temporal.Instant,
): Promise<number> {
  const rows = await tx
    .update(mapping)
    .set({ withdrawnAt: at })
    .where(
      and(
        eq(mapping.institution, institution),
        eq(mapping.ownCode, ownCode),
        isNull(mapping.withdrawnAt),
        beginOn === null ? undefined : eq(mapping.beginOn, beginOn),
      ),
    )
    .returning({ id: mapping.id })
  return rows.length
}
