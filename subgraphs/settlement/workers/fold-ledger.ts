import type { Jobs } from '@yibao/drizzle/jobs'
import type { Services } from '../context.ts'
import { foldEntries } from '../store/fold-ledger.ts'

/** What is posted between two folds is added up whenever a balance is read. */
const SECONDS = 10

/** Keeps the totals of ledger accounts up to date. */
export const keepLedgerFolded = (jobs: Jobs, { db }: Pick<Services, 'db'>): Promise<void> =>
  jobs.every('fold-ledger', SECONDS, async () => void (await foldEntries(db)))
