import type { Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { sql } from 'drizzle-orm'

/** Statements written by hand, run in a transaction of Drizzle's: the same text serves commands and workers. */
export const statementsOf = (tx: Tx): Statements => ({
  async unsafe<Row>(text: string, args: readonly unknown[] = []) {
    const parts = text.split(/\$(\d+)/)
    const pieces = parts.map((part, i) => (i % 2 === 0 ? sql.raw(part) : sql`${sql.param(args[Number(part) - 1])}`))
    const { rows } = await tx.execute(sql.join(pieces))
    return rows as Row[]
  },
})
