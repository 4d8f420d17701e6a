import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { impact } from '@yibao/drizzle/settlement-impact'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, eq, inArray } from 'drizzle-orm'
import {
  emptyTally,
  mapPayers,
  type Compared,
  type Group,
  type Refused,
  type Shift,
  type Tally,
} from '../domain/policy-impact.ts'

export type ImpactState = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED'

/** A trial of a draft on the settlements of a period, without the draft. */
export interface Impact {
  readonly id: string
  readonly pool: string
  readonly from: string
  readonly to: string
  readonly asOf: string | null
  readonly state: ImpactState
  /** Settlements to be tried, and tried. */
  readonly total: number
  readonly done: number
  readonly tally: Tally
  readonly createdAt: Temporal.Instant
  readonly startedAt: Temporal.Instant | null
  readonly workedAt: Temporal.Instant | null
  readonly finishedAt: Temporal.Instant | null
}

const COLUMNS = {
  id: impact.id,
  pool: impact.pool,
  from: impact.fromOn,
  to: impact.toOn,
  asOf: impact.asOf,
  state: impact.state,
  total: impact.total,
  done: impact.done,
  tally: impact.tally,
  createdAt: impact.createdAt,
  startedAt: impact.startedAt,
  workedAt: impact.workedAt,
  finishedAt: impact.finishedAt,
}

/** A trial by id; null when there is none the reader may see. */
export async function findImpact(db: ReadTx | Tx, id: string): Promise<Impact | null> {
  const [row] = await db.select(COLUMNS).from(impact).where(eq(impact.id, id))
  return row === undefined ? null : { ...row, tally: decodeTally(row.tally) }
}

const OPEN: ImpactState[] = ['QUEUED', 'RUNNING']

/** Whether a trial is under way in a pool. */
export async function hasOpenImpact(tx: ReadTx | Tx, pool: string): Promise<boolean> {
  const rows = await tx
    .select({ id: impact.id })
    .from(impact)
    .where(and(eq(impact.pool, pool), inArray(impact.state, OPEN)))
  return rows.length > 0
}

/** A trial as it is asked for. `first` is the smallest id of the period, `before` lies beyond the largest. */
export interface NewImpact {
  readonly id: string
  readonly pool: string
  readonly caller: string
  readonly draft: string
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
  readonly asOf: Temporal.PlainDate | null
  readonly first: string
  readonly before: string
  readonly at: Temporal.Instant
}

export async function addImpact(tx: Tx, one: NewImpact): Promise<void> {
  await tx.insert(impact).values({
    id: one.id,
    pool: one.pool,
    caller: one.caller,
    draft: one.draft,
    fromOn: one.from.toString(),
    toOn: one.to.toString(),
    asOf: one.asOf?.toString() ?? null,
    firstId: one.first,
    beforeId: one.before,
    state: 'QUEUED',
    total: 0,
    done: 0,
    tally: JSON.parse(encodeTally(emptyTally())),
    version: 0,
    failures: 0,
    createdAt: one.at,
  })
}

/** Ends a trial that is under way; false when it is over. */
export async function cancelImpact(tx: Tx, id: string, at: Temporal.Instant): Promise<boolean> {
  const rows = await tx
    .update(impact)
    .set({ state: 'CANCELLED', finishedAt: at })
    .where(and(eq(impact.id, id), inArray(impact.state, OPEN)))
    .returning({ id: impact.id })
  return rows.length > 0
}

/** A trial with work to be done: to begin, to go on with, or to tidy up after. */
export interface OpenImpact {
  readonly id: string
  readonly pool: string
  readonly state: ImpactState
  readonly asOf: Temporal.PlainDate | null
  readonly first: string
  readonly before: string
  readonly version: number
  readonly failures: number
  readonly tally: Tally
}

type OpenRow = Omit<OpenImpact, 'tally'> & { readonly tally: unknown }

export async function listOpenImpacts(hot: Statements): Promise<OpenImpact[]> {
  const rows = await hot.unsafe<OpenRow>(`
    select id::text as id, pool, state, as_of as "asOf", first_id::text as first, before_id::text as before, version,
      failures, tally
    from settlement.impact i
    where state in ('QUEUED', 'RUNNING') or exists (select from settlement.impact_person p where p.impact_id = i.id)
    order by id`)
  return rows.map((row) => ({ ...row, tally: decodeTally(row.tally) }))
}

export async function draftOf(hot: Statements, id: string): Promise<string> {
  const [row] = await hot.unsafe<{ draft: string }>('select draft from settlement.impact where id = $1::uuid', [id])
  if (row === undefined) throw new Error('an open trial has a draft')
  return row.draft
}

/** Notes whose settlements are to be tried and how many they are. Does nothing when another process was first. */
export async function beginImpact(hot: Statements, one: OpenImpact, at: Temporal.Instant): Promise<void> {
  await hot.unsafe(
    `with job as (
       update settlement.impact set state = 'RUNNING', started_at = $5::text::timestamptz, worked_at = $5::text::timestamptz,
         version = version + 1,
         total = (select count(*) from settlement.settlement s
           where s.pool = $2::text and s.id >= $3::uuid and s.id < $4::uuid and s.reverses is null
             and not exists (select from settlement.reversal r
               where r.settlement_id = s.id and r.insured_id = s.insured_id))
       where id = $1::uuid and state = 'QUEUED'
       returning id)
     insert into settlement.impact_person (impact_id, insured_id)
     select distinct job.id, s.insured_id from job, settlement.settlement s
     where s.pool = $2::text and s.id >= $3::uuid and s.id < $4::uuid and s.reverses is null`,
    [one.id, one.pool, one.first, one.before, at.toString()],
  )
}

/** The next persons whose settlements are to be tried. */
export async function nextPersons(hot: Statements, id: string, limit: number): Promise<string[]> {
  const rows = await hot.unsafe<{ insuredId: string }>(
    `select insured_id::text as "insuredId" from settlement.impact_person where impact_id = $1::uuid
     order by insured_id limit $2::text::integer`,
    [id, String(limit)],
  )
  return rows.map((row) => row.insuredId)
}

/** What was found for some persons, and the sums with it. */
interface Chunk {
  readonly impact: OpenImpact
  readonly persons: readonly string[]
  readonly tally: Tally
  readonly at: Temporal.Instant
}

/**
 * Counts a chunk: the sums and the end of the persons' turn are one statement, and it passes only on the version the
 * sums were made from. False when another process was first or the trial was cancelled.
 */
export async function writeChunk(hot: Statements, { impact: job, persons, tally, at }: Chunk): Promise<boolean> {
  const rows = await hot.unsafe(
    `with job as (
       update settlement.impact set tally = $3::text::jsonb, done = $4::text::integer, version = version + 1, failures = 0,
         worked_at = $5::text::timestamptz
       where id = $1::uuid and state = 'RUNNING' and version = $6::text::integer
       returning id),
     gone as (
       delete from settlement.impact_person p using job where p.impact_id = job.id and p.insured_id = any($2::text::uuid[]))
     select id from job`,
    [job.id, `{${persons.join()}}`, encodeTally(tally), String(tally.bills), at.toString(), String(job.version)],
  )
  return rows.length === 1
}

/** Ends a trial. What was not reversed when it began may have been since, so what was tried is all there is. */
export async function endImpact(
  hot: Statements,
  { id, version }: Pick<OpenImpact, 'id' | 'version'>,
  { state, at }: { state: 'DONE' | 'FAILED'; at: Temporal.Instant },
): Promise<void> {
  await hot.unsafe(
    `update settlement.impact set state = $2::text, finished_at = $3::text::timestamptz, version = version + 1,
       total = case when $2::text = 'DONE' then done else total end
     where id = $1::uuid and state in ('QUEUED', 'RUNNING') and version = $4::text::integer`,
    [id, state, at.toString(), String(version)],
  )
}

/** Notes that working on a trial failed. */
export async function noteFailure(hot: Statements, { id, version }: Pick<OpenImpact, 'id' | 'version'>): Promise<void> {
  await hot.unsafe(
    'update settlement.impact set failures = failures + 1 where id = $1::uuid and version = $2::text::integer',
    [id, String(version)],
  )
}

/** Forgets whose settlements were left when a trial ended early. */
export async function forgetPersons(hot: Statements, id: string): Promise<void> {
  await hot.unsafe(
    `delete from settlement.impact_person p using settlement.impact i
     where p.impact_id = $1::uuid and i.id = p.impact_id and i.state not in ('QUEUED', 'RUNNING')`,
    [id],
  )
}

/** Amounts inside JSON are texts: a JSON number loses digits above 2^53. */
const encodeTally = (tally: Tally): string =>
  JSON.stringify(tally, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))

/** A value as JSON keeps it: amounts are texts. */
type Stored<T> = T extends bigint ? string : T extends object ? { readonly [K in keyof T]: Stored<T[K]> } : T

const fen = (text: string): Fen => fenOf(BigInt(text))
const compared = ({ before, after }: Stored<Compared>): Compared => ({ before: fen(before), after: fen(after) })
const shift = (one: Stored<Shift>): Shift => ({ ...one, ...compared(one) })
const refused = (one: Stored<Refused>): Refused => ({ ...one, burden: fen(one.burden), fund: fen(one.fund) })
const groups = (all: Stored<Tally['byLevel']>): Record<string, Group> =>
  Object.fromEntries(
    Object.entries(all).map(([key, { bills, fund, burden }]) => [
      key,
      { bills, fund: compared(fund), burden: compared(burden) },
    ]),
  )

function decodeTally(value: unknown): Tally {
  const stored = value as Stored<Tally>
  return {
    bills: stored.bills,
    persons: stored.persons,
    payers: mapPayers((payer) => compared(stored.payers[payer])),
    gains: stored.gains.map(shift),
    losses: stored.losses.map(shift),
    byPersonType: groups(stored.byPersonType),
    byLevel: groups(stored.byLevel),
    refused: stored.refused.map(refused),
  }
}
