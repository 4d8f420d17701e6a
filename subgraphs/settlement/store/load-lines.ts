import type { ReadTx } from '@yibao/drizzle/connect'
import { fault } from '@yibao/schema/fault'
import DataLoader from 'dataloader'
import type { SettledLine } from '../domain/settlement.ts'
import { listLines } from './settlements.ts'

/** Lines one operation may read, and lines it may answer: five times the longest bill. */
export const LINES_MAX = 10_000

/** The lines of settlements within one operation. */
export interface LineLoader {
  /** The lines of a settlement. @throws LIMIT_EXCEEDED when the operation has asked for too many. */
  load(settlementId: string): Promise<readonly SettledLine[]>
  /** Counts lines that are answered without being read. @throws LIMIT_EXCEEDED */
  spend(count: number): void
}

const tooMany = () =>
  fault('LIMIT_EXCEEDED', {
    zh: `一次请求最多返回 ${LINES_MAX} 条费用明细，请减小每页条数（first）。`,
    en: `One operation answers at most ${LINES_MAX} lines; ask for smaller pages (first).`,
  })

/**
 * Loads lines within a budget: one bill can have thousands, and a short query can ask for many bills, or many times for
 * the same one. What is read is limited in the statement, so memory stays bounded however much there is.
 */
export function createLineLoader(read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>): LineLoader {
  let unread = LINES_MAX
  let unanswered = LINES_MAX
  // One load after the other: two at once would each take what is left for their own.
  let before: Promise<unknown> = Promise.resolve()

  async function loadBatch(ids: readonly string[]): Promise<(readonly SettledLine[])[]> {
    if (unread < 0) throw tooMany()
    const found = await read((tx) => listLines(tx, ids, unread + 1))
    for (const lines of found.values()) unread -= lines.length
    if (unread < 0) throw tooMany()
    return ids.map((id) => found.get(id) ?? [])
  }

  const loader = new DataLoader<string, readonly SettledLine[]>((ids) => {
    const batch = before.then(() => loadBatch(ids))
    before = batch.catch(() => {})
    return batch
  })

  function spend(count: number): void {
    unanswered -= count
    if (unanswered < 0) throw tooMany()
  }

  return {
    spend,
    async load(settlementId) {
      const lines = await loader.load(settlementId)
      spend(lines.length)
      return lines
    },
  }
}
