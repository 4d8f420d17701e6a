import { connect } from '@yibao/drizzle/connect'
import { verify } from '@yibao/settlement/commands/verify'
import { expect } from 'vitest'
import type { World } from './world.ts'

/** A statement that changes something by `$1`, and the table in which that is found. */
type Change = readonly [text: string, table: string]

/** Does something while no worker folds the ledger: a fold while an entry is changed would keep the changed amount in the total of its day. */
export async function withoutFold<T>({ admin }: Pick<World, 'admin'>, work: () => Promise<T>): Promise<T> {
  const client = await admin.connect()
  try {
    await client.query('begin; select from settlement.ledger_fold for update')
    return await work()
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** Each is changed behind the platform's back, found, and changed back. */
export const expectFound = (
  world: Pick<World, 'admin'>,
  changes: readonly Change[],
  look: () => Promise<readonly { readonly table: string }[]>,
): Promise<void> =>
  withoutFold(world, async () => {
    for (const [text, table] of changes) {
      await world.admin.query(text, [1])
      expect(
        (await look()).map((one) => one.table),
        text,
      ).toContain(table)
      await world.admin.query(text, [-1])
    }
  })

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
