import { connect } from '@yibao/drizzle/connect'
import { verify } from '@yibao/settlement/commands/verify'
import { expect } from 'vitest'
import type { World } from './world.ts'

/** A statement that changes something by `$1`, and the table in which that is found. */
type Change = readonly [text: string, table: string]

/**
 * Each is changed behind the platform's back, found, and changed back. No worker folds the ledger meanwhile: a fold between the
 * two would keep the changed amount in the total of its day.
 */
export async function expectFound(
  { admin }: Pick<World, 'admin'>,
  changes: readonly Change[],
  look: () => Promise<readonly { readonly table: string }[]>,
): Promise<void> {
  const client = await admin.connect()
  try {
    await client.query('begin; select from settlement.ledger_fold for update')
    for (const [text, table] of changes) {
      await admin.query(text, [1])
      expect(
        (await look()).map((one) => one.table),
        text,
      ).toContain(table)
      await admin.query(text, [-1])
    }
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/**
 * What is wrong in the books of a platform, by a connection of its own: that of the platform may be held by a worker who
 * waits for the fold.
 */
export async function mismatchesOf({ databaseUrl }: Pick<World, 'databaseUrl'>) {
  const db = await connect({ url: databaseUrl, schema: 'settlement' })
  try {
    return (await verify(db, () => {})).mismatches
  } finally {
    await db.close()
  }
}
