import type { Database } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { ensureMonth } from '@yibao/drizzle/partitions'
import { before as isBefore, dayOf } from '@yibao/schema/dates'
import {
  archivingElsewhere,
  firstKept,
  inMotion,
  ledgerRead,
  monthsBetween,
  notFolded,
  outsideItsMonth,
  tooYoung,
} from '../domain/ledger-archive.ts'
import { idFloor } from '../domain/settlement-id.ts'
import type { Mismatch } from '../domain/verify-settlement.ts'
import { foldEntries } from '../store/fold-ledger.ts'
import {
  carryForward,
  countLoose,
  detachMonth,
  digestMonth,
  findApart,
  findFirstMonth,
  findRecord,
  findTable,
  hasPartition,
  holdMonth,
  recordMonth,
  type LedgerDigest,
  type LedgerMonth,
} from '../store/ledger-archive.ts'
import { findMoving } from '../store/ledger-motion.ts'
import { verify, type Progress } from './verify.ts'

/** Ten minutes: longer than a balance or a report reads, and shorter than an operator waits for no reason. */
const DETACHING = { attempts: 300, pauseMs: 1500 }

export interface Archiving {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  /** Told while everything is proven. */
  readonly proving: (now: Progress) => void
  /** Told when a month begins. */
  readonly begun?: (month: Temporal.PlainDate) => void
  /** Told of each month once it is put away for good. */
  readonly done: (month: ArchivedMonth) => void
  readonly detaching?: { readonly attempts: number; readonly pauseMs: number }
}

export interface ArchivedMonth extends LedgerDigest {
  readonly month: Temporal.PlainDate
  readonly carried: bigint
  readonly table: string
}

/** Something did not agree, so nothing more was put away. */
export class LedgerDiffers extends Error {
  readonly found: readonly string[]
  constructor(found: readonly string[]) {
    super(`${found.length} place(s) of the ledger differ`)
    this.found = found
  }
}

/**
 * Puts the months of the ledger away that end before a month, the oldest first, each whole or not at all. Before the first
 * everything is verified, for afterwards the entries are not there to be compared.
 *
 * @throws NotAllowed when a month is too young, not folded, in motion or elsewhere; LedgerDiffers when something differs.
 * The months before stay put away.
 */
export async function archiveLedger(archiving: Archiving, before: Temporal.PlainDate): Promise<number> {
  const { db, clock, done } = archiving
  const kept = firstKept(dayOf(clock()))
  if (isBefore(kept, before)) throw tooYoung(kept)
  const first = await findFirstMonth(db.hot)
  const months = first === null ? [] : monthsBetween(first, before).map(ledgerMonth)
  const [oldest] = months
  const latest = months.at(-1)
  if (oldest === undefined || latest === undefined) return 0
  const { mismatches } = await verify(db, archiving.proving, { lower: oldest.lower, upper: latest.upper })
  if (mismatches.length > 0) throw new LedgerDiffers(mismatches.map(textOf))
  for (const month of months) {
    archiving.begun?.(month.month)
    done(await archiveMonth(archiving, month))
  }
  return months.length
}

const textOf = ({ table, row, what }: Mismatch): string => `${table}  ${row}  ${what}`

const floorOf = (month: Temporal.PlainDate): string => idFloor(month.toZonedDateTime('Asia/Shanghai').toInstant())
export const ledgerMonth = (month: Temporal.PlainDate): LedgerMonth => ({
  month,
  lower: floorOf(month),
  upper: floorOf(month.add({ months: 1 })),
})

async function archiveMonth(archiving: Archiving, month: LedgerMonth): Promise<ArchivedMonth> {
  const { db } = archiving
  // What is carried forward needs the next month to stand in, and a month without a bill has no partition.
  for (const one of [month.month, month.month.add({ months: 1 })]) await ensureMonth(db, one)
  await foldEntries(db)
  return db.hot.begin(async (tx) => {
    const first = await findFirstMonth(tx)
    if (first === null || !first.equals(month.month)) throw archivingElsewhere()
    if (!(await hasPartition(tx, month))) throw outsideItsMonth((await countLoose(tx, month)).outside)
    if (!(await holdMonth(tx, month))) throw archivingElsewhere()
    const { outside, unfolded } = await countLoose(tx, month)
    if (outside > 0n) throw outsideItsMonth(outside)
    if (unfolded > 0n) throw notFolded(unfolded)
    const moving = await findMoving(tx, month.lower, month.upper)
    if (moving.length > 0) throw inMotion(moving)
    return putAway(tx, archiving, month)
  })
}

/**
 * Puts a month away that is held and ready for it. First what is carried forward is written and recorded, then it is proven,
 * and last the ledger is divided, so that nobody waits for the proof.
 */
export async function putAway(
  tx: Statements,
  { clock, detaching = DETACHING }: Pick<Archiving, 'clock' | 'detaching'>,
  month: LedgerMonth,
): Promise<ArchivedMonth> {
  const digest = await digestMonth(tx, month.month)
  const carried = await carryForward(tx, month)
  await recordMonth(tx, month, { ...digest, carried, at: clock() })
  const apart = await findApart(tx, month)
  if (apart.length > 0) throw new LedgerDiffers(apart)
  const table = await detachMonth(tx, month, detaching)
  if (table === null) throw ledgerRead()
  return { ...digest, month: month.month, carried, table }
}

/** What is known of a month that was put away, and what its table comes to now; nulls where there is none. */
export async function checkArchived(
  { hot }: Pick<Database, 'hot'>,
  month: Temporal.PlainDate,
): Promise<{ readonly recorded: LedgerDigest | null; readonly found: LedgerDigest | null }> {
  const recorded = await findRecord(hot, month)
  const table = await findTable(hot, month)
  return { recorded, found: table === null ? null : await digestMonth(hot, month, table) }
}
