import { setImmediate as others } from 'node:timers/promises'
import type { Services } from '../context.ts'
import { addPerson, type Tally } from '../domain/policy-impact.ts'
import { draftPolicies } from '../domain/policy-impact-draft.ts'
import { replayPerson, type PersonPast, type Trying } from '../domain/policy-impact-replay.ts'
import {
  beginImpact,
  draftOf,
  endImpact,
  forgetPersons,
  listOpenImpacts,
  nextPersons,
  noteFailure,
  writeChunk,
  type OpenImpact,
} from '../store/policy-impact.ts'
import { readFrame, readPast } from '../store/policy-impact-past.ts'

/** Persons of one chunk: what is read and parsed at once, and what is lost when a process dies. */
const PERSONS = 100
/** A run ends after so long and the next begins at once, so that a process that is told to stop need not wait. */
const RUN_MS = 5_000
/** Work that failed so often in a row is not tried again. */
const FAILURES_MAX = 3
/** Computing gives way to bills after so long. */
const TURN_MS = 5

type Working = Pick<Services, 'db' | 'clock' | 'logger'>

/** Drafts of trials under way, compiled, by the id of the trial. */
export type CompiledDrafts = Map<string, Trying>

interface Pace {
  readonly persons?: number
  readonly milliseconds?: number
  /** Kept by whoever calls again, because compiling takes time. */
  readonly drafts?: CompiledDrafts
}

/**
 * Goes on with every trial of a draft that is under way, chunk by chunk in turn, for some seconds or until nothing is
 * left to do. Any process may do so, also several at once.
 */
export async function advancePolicyImpacts(
  services: Working,
  { persons = PERSONS, milliseconds = RUN_MS, drafts = new Map() }: Pace = {},
): Promise<void> {
  const end = performance.now() + milliseconds
  do {
    const open = await listOpenImpacts(services.db.hot)
    for (const id of drafts.keys()) if (!open.some((one) => one.id === id)) drafts.delete(id)
    if (open.length === 0) return
    for (const one of open) await advance(services, one, { drafts, persons })
  } while (performance.now() < end)
}

interface Means {
  readonly drafts: CompiledDrafts
  readonly persons: number
}

/** One step of one trial. What fails is tried again some times, by whoever comes next. */
async function advance(services: Working, one: OpenImpact, means: Means): Promise<void> {
  const { db, clock, logger } = services
  try {
    await step(services, one, means)
  } catch (error) {
    logger?.error({ err: error, impact: one.id }, 'a draft could not be tried')
    if (one.failures + 1 >= FAILURES_MAX) await endImpact(db.hot, one, { state: 'FAILED', at: clock() })
    else await noteFailure(db.hot, one)
  }
}

async function step({ db: { hot }, clock }: Working, one: OpenImpact, { drafts, persons }: Means): Promise<void> {
  if (one.state === 'QUEUED') return beginImpact(hot, one, clock())
  if (one.state !== 'RUNNING') return forgetPersons(hot, one.id)
  const next = await nextPersons(hot, one.id, persons)
  if (next.length === 0) return endImpact(hot, one, { state: 'DONE', at: clock() })
  const trying = drafts.get(one.id) ?? (await tryingOf(one, await draftOf(hot, one.id)))
  drafts.set(one.id, trying)
  const tally = await tryPersons(await readPast(hot, next, one), one.tally, trying)
  await writeChunk(hot, { impact: one, persons: next, tally, at: clock() })
}

const tryingOf = async ({ pool, asOf }: OpenImpact, draft: string): Promise<Trying> => ({
  policies: draftPolicies(draft, await readFrame()),
  pool,
  asOf,
})

async function tryPersons(past: readonly PersonPast[], before: Tally, trying: Trying): Promise<Tally> {
  let tally = before
  let since = performance.now()
  for (const person of past) {
    tally = addPerson(tally, person.insuredId, replayPerson(person, trying))
    if (performance.now() - since < TURN_MS) continue
    await others()
    since = performance.now()
  }
  return tally
}
