import { sql, type SQL, type SQLWrapper } from 'drizzle-orm'

/** The order in which each province is due in turn, what waits longest first: a page of it has something of every province. */
export const inTurn = (province: SQLWrapper, nextAt: SQLWrapper): SQL =>
  sql`row_number() over (partition by ${province} order by ${nextAt})`
