import type { Tx } from '@yibao/drizzle/connect'
import { consume } from '@yibao/drizzle/outbox'
import { z } from 'zod'
import type { Services } from '../context.ts'
import { isDone, planMerge } from '../domain/merge-person.ts'
import { nextTime } from '../domain/settlement-id.ts'
import { findRecords } from '../store/own-records.ts'
import { raiseVersion } from '../store/prescriptions.ts'
import {
  addAlias,
  findUnmoved,
  holdMoney,
  noteMoved,
  readMoney,
  writeMerge,
  type Merge,
} from '../store/merge-person.ts'
import { tellBesideMerged } from './claim-beside.ts'

type Needed = Pick<Services, 'db' | 'clock' | 'newId' | 'logger'>

const payload = z.object({ from: z.uuid(), into: z.uuid(), pool: z.string() })

/**
 * Makes the money of merged records one: for each event of insured once, and again for whatever a reversal of an old
 * bill gave back to a record that was merged before. Returns how many records were moved.
 */
export async function mergePersons({ logger, ...services }: Needed, since?: Temporal.Instant): Promise<number> {
  const { db, clock } = services
  const merged = { from: 'insured', topics: ['person.merged'], since } as const
  const { done, failures } = await consume(db, merged, async (tx, event) => {
    const { pool, ...merge } = payload.parse(event.payload)
    await addAlias(tx, merge, { pool, eventId: event.id, at: clock() })
    await compareClaims(tx, merge, clock())
    await moveMoney(tx, services, merge)
  })
  for (const error of failures) logger?.error({ error: String(error) }, 'a merge of two records failed')
  const left = await db.orm.transaction((tx) => findUnmoved(tx))
  for (const merge of left) await db.orm.transaction((tx) => moveMoney(tx, services, merge))
  return done + left.length
}

/** Care that was claimed under one record and settled directly under the other may have been paid twice. */
async function compareClaims(tx: Tx, { from, into }: Merge, at: Temporal.Instant): Promise<void> {
  // A bill, or a claim, that is being decided on what was known of one record alone is decided again.
  for (const id of [from, into].toSorted()) await raiseVersion(tx, id, at)
  await tellBesideMerged(tx, await findRecords(tx, into), at)
}

/** Moves what the old record holds now. Done again, it finds nothing to move. */
async function moveMoney(tx: Tx, { clock, newId }: Pick<Needed, 'clock' | 'newId'>, merge: Merge): Promise<void> {
  const now = clock()
  const lastAt = await holdMoney(tx, merge, now)
  const plan = planMerge({ ...merge, ...(await readMoney(tx, merge)) })
  if (!isDone(plan)) {
    const at = nextTime(now, lastAt)
    await writeMerge(tx, merge, plan, { groupId: newId(at), at })
  }
  await noteMoved(tx, merge)
}
