import type { Statements } from '@yibao/drizzle/hot'
import { fenOf, type Fen } from '@yibao/schema/money'
import { BORDER } from './ledger-border.ts'

/** What one pool owes another by its own books, and by the other's. */
export interface PoolBooks {
  readonly debtor: string
  readonly creditor: string
  /** By the books of the debtor. */
  readonly due: Fen
  /** By the books of the creditor. */
  readonly claim: Fen
  /** Paid by the one, not received by the other yet. */
  readonly onTheWay: Fen
}

type Row = Pick<PoolBooks, 'debtor' | 'creditor'> & Readonly<Record<'due' | 'claim' | 'onTheWay', string>>

// Every entry of these accounts stands in a group of clearing, which is found by its pool, or moved a personal account, or
// was carried forward from months that were put away.
const held = (owner: string, account: string) => `
  coalesce((select sum(e.amount) from settlement.clearing_posting g
    join settlement.ledger_entry e on e.group_id = g.group_id and e.account = ${account}
    where g.pool = ${owner} and g.kind in ('DUE', 'CLAIM', 'POOL_PAID', 'POOL_RECEIVED')), 0)
  + coalesce((select sum(e.amount) from settlement.ledger_entry e where e.group_id = ${BORDER} and e.account = ${account}), 0)`

const moved = (group: string) => `
  coalesce((select sum(m.amount) from settlement.transferred_account m
    where m.from_pool = p.debtor and m.pool = p.creditor and m.${group} > ${BORDER}), 0)`

const TEXT = `
  select p.debtor, p.creditor, (${held('p.debtor', `'due:' || p.debtor || ':' || p.creditor`)} + ${moved('group_id')})::text as due,
    (${moved('into_group_id')} - (${held('p.creditor', `'claim:' || p.creditor || ':' || p.debtor`)}))::text as claim,
    coalesce((select sum(s.amount) from settlement.pool_statement s
      where s.creditor = p.creditor and s.debtor = p.debtor and s.state = 'PAID'), 0)::text as "onTheWay"
  from (values ($1::text, $2::text), ($2::text, $1::text)) p (debtor, creditor)`

const fen = (text: string): Fen => fenOf(BigInt(text))

/**
 * The books of two pools about each other, in both directions, of one moment. Read as the writer: one account stands in
 * the books of the other pool; the rows are for those two, who see its balance and none of its entries.
 */
export async function readPoolBooks(hot: Statements, pool: string, other: string): Promise<PoolBooks[]> {
  const rows = await hot.unsafe<Row>(TEXT, [pool, other])
  return rows.map(({ debtor, creditor, due, claim, onTheWay }) => ({
    debtor,
    creditor,
    due: fen(due),
    claim: fen(claim),
    onTheWay: fen(onTheWay),
  }))
}
