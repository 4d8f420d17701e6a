import type { ReadTx } from '@yibao/drizzle/connect'
import { awayBill } from '@yibao/drizzle/settlement-away'
import { and, desc, eq, getTableColumns, isNotNull, lt } from 'drizzle-orm'

/** What is told of a bill under way; what was said of it is not. */
export type AwayRow = Omit<typeof awayBill.$inferSelect, 'asked' | 'answer' | 'caller' | 'operation' | 'digest' | 'of'>

interface Filter {
  readonly clearingAgency?: string
  readonly institution?: string
  readonly province?: string
  readonly open?: boolean
  /** The place of the cursor. */
  readonly before?: string
}

const {
  asked: _asked,
  answer: _answer,
  caller: _caller,
  operation: _operation,
  digest: _digest,
  of: _of,
  ...TOLD
} = getTableColumns(awayBill)

/** A page of bills of persons insured in other provinces, the latest first. */
export const listAway = async (
  db: ReadTx,
  { clearingAgency, institution, province, open, before }: Filter,
  limit: number,
): Promise<AwayRow[]> =>
  db
    .select(TOLD)
    .from(awayBill)
    .where(
      and(
        clearingAgency === undefined ? undefined : eq(awayBill.clearingAgency, clearingAgency),
        institution === undefined ? undefined : eq(awayBill.institution, institution),
        province === undefined ? undefined : eq(awayBill.province, province),
        open === true ? isNotNull(awayBill.nextAt) : undefined,
        before === undefined ? undefined : lt(awayBill.exchange, before),
      ),
    )
    .orderBy(desc(awayBill.exchange))
    .limit(limit)
