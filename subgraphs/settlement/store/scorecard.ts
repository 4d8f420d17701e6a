import { performance } from 'node:perf_hooks'
import type { ReadTx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { scoreDay } from '@yibao/drizzle/settlement-score'
import { dayOf } from '@yibao/schema/dates'
import type { Logger } from '@yibao/schema/logger'
import { Busy, Rejection, RequestReused } from '@yibao/schema/rejection'
import { and, asc, between, eq } from 'drizzle-orm'
import { addScores, classOf, emptyScore, type Score } from '../domain/scorecard.ts'

/** What is counted in a process is written this long after the first of it. */
const FLUSH_MS = 5000

interface Parts {
  readonly hot: Statements
  readonly clock: () => Temporal.Instant
  readonly logger?: Logger | undefined
}

/** Counts what institutions ask of this process. Nothing of it is in the way of a settlement. */
export interface Scoreboard {
  /** Settles, and counts how that came out and how long it took. */
  settling<T>(institution: string, work: () => Promise<T>): Promise<T>
  /** Takes back, and counts it when that was done. */
  reversing<T>(institution: string, work: () => Promise<T>): Promise<T>
  /** Writes what was counted and not written yet. */
  flush(): Promise<void>
  close(): Promise<void>
}

export function createScoreboard({ hot, clock, logger }: Parts): Scoreboard {
  let counted = new Map<string, Score>()
  let timer: NodeJS.Timeout | null = null
  let closed = false
  // Days are kept by `dayOf`, so the same one is the same object; its text costs more than the rest of the counting.
  let today: { readonly day: Temporal.PlainDate | null; readonly text: string } = { day: null, text: '' }

  function scoreOf(institution: string): Score {
    const day = dayOf(clock())
    if (day !== today.day) today = { day, text: day.toString() }
    const key = `${institution} ${today.text}`
    let score = counted.get(key)
    if (score === undefined) counted.set(key, (score = emptyScore()))
    if (!closed) timer ??= setTimeout(() => void flush(), FLUSH_MS).unref()
    return score
  }

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (counted.size === 0) return
    const taken = counted
    counted = new Map()
    try {
      await addUp(hot, taken)
    } catch (error) {
      logger?.warn({ err: error }, 'scores were not written; they are kept for the next time')
      for (const [key, score] of taken) counted.set(key, addScores(score, counted.get(key) ?? emptyScore()))
      if (!closed) timer ??= setTimeout(() => void flush(), FLUSH_MS).unref()
    }
  }

  return {
    async settling(institution, work) {
      const began = performance.now()
      try {
        const result = await work()
        countAnswer(scoreOf(institution), began).accepted += 1
        return result
      } catch (error) {
        countRefusal(countAnswer(scoreOf(institution), began), error)
        throw error
      }
    },
    async reversing(institution, work) {
      const result = await work()
      scoreOf(institution).reversals += 1
      return result
    },
    flush,
    async close() {
      closed = true
      await flush()
    },
  }
}

function countAnswer(score: Score, began: number): Score {
  score.requests += 1
  const place = classOf(performance.now() - began)
  score.latency[place] = (score.latency[place] ?? 0) + 1
  return score
}

function countRefusal(score: Score, error: unknown): void {
  if (!(error instanceof Rejection)) {
    score.failures += 1
    return
  }
  if (error instanceof Busy || error instanceof RequestReused) score.conflicts += 1
  score.refusals = { ...score.refusals, [error.code]: (score.refusals[error.code] ?? 0) + 1 }
}

// One statement for everything that was counted. In order of the key, so that two processes wait and do not deadlock.
const ADD = `
  insert into settlement.score_day as s (institution, day, pools, requests, accepted, conflicts, failures, reversals,
    refusals, latency)
  select r.institution, r.day,
    coalesce((select array_agg(distinct d.pool::text) from institutions.designation_v1 d
      where d.institution = r.institution), '{}'),
    r.requests, r.accepted, r.conflicts, r.failures, r.reversals, r.refusals,
    array(select one::bigint from jsonb_array_elements_text(r.latency) with ordinality as l (one, place) order by place)
  from jsonb_to_recordset($1::text::jsonb) as r (institution char(12), day date, requests bigint, accepted bigint,
    conflicts bigint, failures bigint, reversals bigint, refusals jsonb, latency jsonb)
  order by r.institution, r.day
  on conflict (institution, day) do update set pools = excluded.pools,
    requests = s.requests + excluded.requests, accepted = s.accepted + excluded.accepted,
    conflicts = s.conflicts + excluded.conflicts, failures = s.failures + excluded.failures,
    reversals = s.reversals + excluded.reversals,
    refusals = (select coalesce(jsonb_object_agg(code, count), '{}') from (
      select code, sum(n::bigint) as count from (
        select * from jsonb_each_text(s.refusals) union all select * from jsonb_each_text(excluded.refusals)
      ) as counted (code, n) group by code) as summed),
    latency = array(select coalesce(a, 0) + coalesce(b, 0)
      from unnest(s.latency, excluded.latency) with ordinality as u (a, b, place) order by place)`

async function addUp(hot: Statements, counted: ReadonlyMap<string, Score>): Promise<void> {
  const rows = [...counted].map(([key, score]) => {
    const [institution, day] = key.split(' ')
    return { institution, day, ...score }
  })
  await hot.unsafe(ADD, [JSON.stringify(rows)])
}

export interface DayScore extends Score {
  readonly day: Temporal.PlainDate
}

interface Asked {
  readonly institution: string
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
}

/** The days of an institution on which its system asked something, as far as the reader may know them. */
export const listScores = (tx: ReadTx, { institution, from, to }: Asked): Promise<DayScore[]> =>
  tx
    .select({
      day: scoreDay.day,
      requests: scoreDay.requests,
      accepted: scoreDay.accepted,
      conflicts: scoreDay.conflicts,
      failures: scoreDay.failures,
      reversals: scoreDay.reversals,
      refusals: scoreDay.refusals,
      latency: scoreDay.latency,
    })
    .from(scoreDay)
    .where(and(eq(scoreDay.institution, institution), between(scoreDay.day, from, to)))
    .orderBy(asc(scoreDay.day))
