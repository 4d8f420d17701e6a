import { readText } from '@yibao/documents/read-text'
import type { DocumentStorage } from '@yibao/documents/storage'
import type { Tx } from '@yibao/drizzle/connect'
import { sqlState } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { createRecordReader, headingsOf, type CsvRecord } from '@yibao/schema/csv-records'
import { dayOf } from '@yibao/schema/dates'
import { problemAt } from '@yibao/schema/ids'
import { fenOf, sum } from '@yibao/schema/money'
import { canonicalName } from '@yibao/schema/names'
import { Rejection, type Text } from '@yibao/schema/rejection'
import { checkSignature, encodingOf, linesOf, UnreadableFile, type Encoding } from '@yibao/schema/text-lines'
import type { Services } from '../context.ts'
import {
  decideCollection,
  delimiterOf,
  nobody,
  readHeadings,
  readRow,
  type Collection,
  type CollectionFault,
  type CollectionHeader,
  type CollectionRow,
} from '../domain/collection.ts'
import { creditsOf } from '../domain/contribution-pay.ts'
import {
  addFaults,
  findCollection,
  findNamed,
  findWaiting,
  holdCollection,
  moveCollection,
} from '../store/collections.ts'
import { addBills, lockBills, setPaid } from '../store/contribution-bills.ts'
import { addGuesses, addReceipts, findByReference, publishCredits } from '../store/contribution-receipts.ts'
import { contributionRules } from '../store/contribution-rules.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { hashIdentity } from '../store/persons.ts'
import { tellOwedBack, tellReceived } from './contribution-notice.ts'

/** Rows of one transaction: with the note how far the file has come, so that a row is never taken twice. */
const BATCH = 500
const TRIES = 8
/**
 * Rows of a channel in a day whose name and number are of nobody: typing errors stay far below. Whoever sends more learns
 * of no row any longer whether number and name belong together, unless it brings the money; good rows go in all the same.
 */
const UNKNOWN_MAX = 2000

type Parts = Pick<Services, 'db' | 'clock' | 'secrets' | 'logger'>

/** Where the bytes of a collection file come from, as often as they are asked for. */
export type CollectionSource = () => Promise<AsyncIterable<Uint8Array> | null>

/** Posts what waits. A file that cannot be read fails with the reason; an outage leaves it waiting. */
export async function postCollections(parts: Parts & { readonly storage: DocumentStorage }): Promise<void> {
  const { db, storage, logger } = parts
  for (const id of await findWaiting(db.orm)) {
    const waiting = await findCollection(db.orm, id)
    if (waiting === null) continue
    const source: CollectionSource = () => readText(db.orm, storage, waiting.documentId)
    await postCollection(parts, id, source).catch((err: unknown) =>
      logger?.error({ err, collection: id }, 'a collection file was not posted to its end; it is gone on with'),
    )
  }
}

/** Posts a collection file from where it stopped to its end. */
export async function postCollection(parts: Parts, id: string, source: CollectionSource): Promise<void> {
  try {
    for await (const batch of batchesOf(parts, id, source)) {
      if (!(await take(parts, id, batch))) return
    }
    await end(parts, id, null)
  } catch (error) {
    if (error instanceof UnreadableFile) await end(parts, id, error.text)
    else if (error instanceof Rejection) await end(parts, id, error.text)
    else throw error
  }
}

interface Batch {
  readonly records: readonly CsvRecord[]
  readonly header: CollectionHeader
  readonly encoding: Encoding
  /** The file ends in the middle of a line. */
  readonly isCut: boolean
}

async function* batchesOf({ db }: Parts, id: string, source: CollectionSource): AsyncGenerator<Batch> {
  const before = await findCollection(db.orm, id)
  if (before === null || before.state !== 'WAITING') return
  const encoding = before.encoding ?? (await encodingOf(await opened(source)))
  let header: CollectionHeader | null = null
  let push: ReturnType<typeof createRecordReader> | null = null
  let waiting: CsvRecord[] = []
  for await (const { lines, ended } of linesOf(await opened(source), encoding)) {
    let rest = lines
    if (header === null || push === null) {
      const [head, ...others] = lines
      if (head === undefined && !ended) continue
      const cells = headingsOf(head ?? '', delimiterOf(head ?? ''))
      header = readHeadings(cells)
      push = createRecordReader(delimiterOf(head ?? ''), cells.length)
      rest = others
    }
    waiting.push(...push(rest, ended).filter(({ line }) => line > before.line))
    const isCut = ended && lines.length > 0
    const least = ended ? 1 : BATCH
    while (waiting.length >= least) {
      yield { records: waiting.slice(0, BATCH), header, encoding, isCut: isCut && waiting.length <= BATCH }
      waiting = waiting.slice(BATCH)
    }
  }
}

async function opened(source: CollectionSource): Promise<AsyncIterable<Uint8Array>> {
  const stream = await source()
  if (stream === null) throw new UnreadableFile({ zh: '文件已不存在', en: 'the file is not there any more' })
  return withSignature(stream)
}

async function* withSignature(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true
  for await (const chunk of stream) {
    if (isFirst) checkSignature(chunk)
    isFirst = false
    yield chunk
  }
}

/** Posts a batch in one transaction; again when somebody else was at the same bills. False when another process is ahead. */
async function take(parts: Parts, id: string, batch: Batch): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await parts.db.orm.transaction((tx) => postBatch(parts, tx, id, batch))
    } catch (error) {
      const state = sqlState(error)
      if (attempt >= TRIES || (state !== '23505' && state !== '40P01' && state !== '40001')) throw error
    }
  }
}

async function postBatch(parts: Parts, tx: Tx, id: string, batch: Batch): Promise<boolean> {
  const held = await holdCollection(tx, id)
  const [first] = batch.records
  const last = batch.records.at(-1)
  if (held === null || held.state !== 'WAITING' || first === undefined || last === undefined) return false
  if (held.line >= first.line) return false
  const now = parts.clock()
  const { rows, faults } = readAll(batch, now)
  const outcome = await decide(parts, tx, held, rows, now)
  const { made, receipts, paid, known } = outcome

  await addBills(tx, made)
  await addReceipts(tx, receipts, { collection: id, document: held.documentId, sha256: held.digest })
  await setPaid(tx, paid)
  const credits = creditsOf(paid.map((one) => one.bill)).map((one) => ({ ...one, id: newId() }))
  await publishCredits(tx, credits, now)
  await tellReceived(tx, paid, now)
  for (const one of receipts) await tellOwedBack(tx, one, now)
  const bad = [...faults, ...(await untold(tx, held, outcome.faults, now))]
  await addFaults(tx, id, bad)
  await moveCollection(tx, {
    ...held,
    encoding: batch.encoding,
    line: last.line,
    posted: held.posted + paid.length,
    overpaid: held.overpaid + receipts.filter(({ state }) => state === 'OVERPAID').length,
    known: held.known + known,
    bad: held.bad + bad.length,
    amount: fenOf(held.amount + sum(receipts.map((one) => one.amount))),
  })
  return true
}

/** Counts rows of nobody. Beyond the limit of the day a row whose money is not kept is of nobody, whatever is wrong with it. */
async function untold(tx: Tx, { caller }: Collection, faults: readonly CollectionFault[], now: Temporal.Instant) {
  if (faults.length === 0) return faults
  const unknown = faults.filter((one) => says(one, 'NOT_FOUND')).length
  const count = await addGuesses(tx, { caller: `${caller} file`, day: dayOf(now) }, unknown)
  if (count <= UNKNOWN_MAX) return faults
  return faults.map((one) => (says(one, 'AMOUNT_DIFFERS') ? one : { line: one.line, problems: nobody() }))
}

const says = ({ problems }: CollectionFault, wanted: string): boolean => problems.some(({ code }) => code === wanted)

const CUT = {
  code: 'MAY_BE_TRUNCATED',
  message: {
    zh: '文件在此行中断（行尾无换行），可能不完整，未入账；请补全后重新上传',
    en: 'is where the file ends without a line break and may be cut; it is not posted, send the file again whole',
  },
}

function readAll({ records, header, isCut }: Batch, now: Temporal.Instant) {
  const rows: CollectionRow[] = []
  const faults: CollectionFault[] = []
  for (const [i, record] of records.entries()) {
    const { line, fault } = record
    const read = fault === null ? readRow(record, header, now) : { line, problems: [problemAt('', fault)] }
    // A number that is cut is a number still: the payment would be posted once under it, and again under the whole one.
    if (isCut && i === records.length - 1) {
      faults.push({ line, problems: [...('problems' in read ? read.problems : []), problemAt('', CUT)] })
    } else if ('problems' in read) faults.push(read)
    else rows.push(read)
  }
  return { rows, faults }
}

async function decide(
  { secrets }: Parts,
  tx: Tx,
  { channel, pool, caller }: Collection,
  rows: readonly CollectionRow[],
  now: Temporal.Instant,
) {
  const hashes = new Map(rows.map((row) => [row, hashIdentity(secrets, row.identityNumber)]))
  const named = await findNamed(tx, [...hashes.values()])
  const personOf = (row: CollectionRow): string | null => {
    const found = named.get(hashes.get(row)?.toString('hex') ?? '')
    return found !== undefined && canonicalName(found.name) === canonicalName(row.name) ? found.id : null
  }
  const keys = rows.flatMap((row) => {
    const insuredId = personOf(row)
    return insuredId === null ? [] : [{ insuredId, insuranceType: row.insuranceType, period: row.period }]
  })
  const bills = await lockBills(tx, keys)
  const enrolments = await findEnrolments(tx, [...new Set(keys.map((one) => one.insuredId))])
  return decideCollection(rows, {
    rules: await contributionRules(),
    channel,
    pool,
    caller,
    today: dayOf(now),
    now,
    newId,
    personOf,
    enrolments: Map.groupBy(enrolments, (one) => one.insuredId),
    bills,
    known: await findByReference(
      tx,
      channel,
      rows.map((row) => row.reference),
    ),
  })
}

async function end({ db, clock }: Parts, id: string, fault: Text | null): Promise<void> {
  await db.orm.transaction(async (tx) => {
    const held = await holdCollection(tx, id)
    if (held?.state !== 'WAITING') return
    await moveCollection(tx, { ...held, state: fault === null ? 'DONE' : 'FAILED', fault, endedAt: clock() })
  })
}
