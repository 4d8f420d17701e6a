import type { Database } from '@yibao/drizzle/connect'
import { writeReversal, type ReversalWrite } from './write-reversal.ts'
import { writeSettlement, type SettlementWrite } from './write-settlement.ts'

/** Undoes the first half when the second did not pass. */
class HalfWritten extends Error {}

/**
 * Writes the reversal of a settlement and the settlement of what remains in one transaction: both or none. False when
 * something changed since the read. Two statements, because the second looks at what the first leaves; on the client of
 * transactions, because the other one has none.
 */
export async function writeRefund(
  { hot }: Pick<Database, 'hot'>,
  reversal: ReversalWrite,
  rest: SettlementWrite,
): Promise<boolean> {
  try {
    return await hot.begin(async (tx) => {
      if ((await writeReversal(tx, reversal)) && (await writeSettlement(tx, rest))) return true
      throw new HalfWritten()
    })
  } catch (error) {
    if (error instanceof HalfWritten) return false
    throw error
  }
}
