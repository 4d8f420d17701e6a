import { randomUUIDv7 } from 'node:crypto'
import type { Database } from '@yibao/drizzle/connect'
import type { Fen } from '@yibao/schema/money'
import { openingEntries } from './domain/ledger.ts'
import { stampId } from './domain/settlement-id.ts'
import { insertAccounts } from './store/open-accounts.ts'

/** What a person's account held when the platform took over. */
export interface OpeningBalance {
  readonly insuredId: string
  /** Pool that keeps the account. */
  readonly pool: string
  readonly kind: 'CURRENT' | 'HISTORY'
  /** Fen, not negative. */
  readonly balance: Fen
}

/** Rows of one statement; more would only make the statement bigger. */
const CHUNK = 2000

/**
 * Opens personal accounts in bulk, each with the balanced ledger entries of its opening balance. Accounts that are there
 * already are left as they are. Returns how many were opened.
 */
export async function openAccounts(
  db: Database,
  rows: readonly OpeningBalance[],
  now: Temporal.Instant = Temporal.Now.instant().round('millisecond'),
): Promise<number> {
  let opened = 0
  for (let start = 0; start < rows.length; start += CHUNK) {
    const openings = rows.slice(start, start + CHUNK).map(({ insuredId, pool, kind, balance }) => ({
      insuredId: insuredId.toLowerCase(),
      pool,
      kind,
      balance,
      groupId: stampId(randomUUIDv7(), now),
      entries: openingEntries(insuredId.toLowerCase(), kind, { pool, balance }),
    }))
    opened += await insertAccounts(db.hot, openings, now)
  }
  return opened
}
