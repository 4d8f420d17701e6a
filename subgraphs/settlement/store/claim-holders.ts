import type { Statements } from '@yibao/drizzle/hot'
import type { Facts, KeyHolder } from '../domain/facts.ts'
import { arrayLiteral } from './array-literal.ts'

interface Held {
  /** What holds charge batches of the visit. */
  readonly settled: readonly KeyHolder[]
  /** What holds other keys of the bill. */
  readonly others: readonly (KeyHolder | null)[]
}

/**
 * What stands behind the keys of a bill that are held: the serials of other settlements of the visit, and which of the
 * holders are claims. A statement of its own, and only where a key is held, so that the others need not plan over the
 * lines' partitions; lines never change, and a later settlement changes the version.
 */
export async function readBehindKeys(
  hot: Statements,
  { settled, others }: Held,
): Promise<Pick<Facts, 'visitSerials' | 'claims'>> {
  const holders = [...settled, ...others.filter((one) => one !== null)]
  if (holders.length === 0) return { visitSerials: new Map() }
  const rows = await hot.unsafe<{ id: string; serial: string | null; number: string | null }>(
    `select settlement_id::text as id, serial, null as number from settlement.settlement_line
     where settlement_id = any($1::uuid[]) and insured_id = any($2::uuid[])
     union all
     select c.id::text, null, c.number from settlement.claim c where c.id = any($3::uuid[])
     union all
     select s.id::text, null, c.number from settlement.settlement s join settlement.claim c on c.id = s.claim_id
     where s.id = any($3::uuid[]) and s.claim_id is not null`,
    [
      arrayLiteral(settled.map((one) => one.settlementId)),
      arrayLiteral(settled.map((one) => one.insuredId)),
      arrayLiteral(holders.map((one) => one.settlementId)),
    ],
  )
  const serials = rows.flatMap(({ id, serial }) => (serial === null ? [] : [[serial, id] as const]))
  const claims = rows.flatMap(({ id, number }) => (number === null ? [] : [[id, number] as const]))
  return { visitSerials: new Map(serials), ...(claims.length > 0 && { claims: new Map(claims) }) }
}

/** What the invoices of a claim were settled with directly: a settlement that converted one, or that has its number. */
export async function findInvoiceHolder(
  hot: Statements,
  {
    institution,
    numbers,
    claimId,
  }: { readonly institution: string; readonly numbers: readonly string[]; readonly claimId: string },
): Promise<KeyHolder | null> {
  if (numbers.length === 0) return null
  const [row] = await hot.unsafe<KeyHolder>(
    `select insured_id::text as "insuredId", settlement_id::text as "settlementId" from settlement.conversion
     where institution = $1::text and invoice = any($2::text[])
     union all
     select insured_id::text, settlement_id::text from settlement.invoice
     where institution = $1::text and invoice = any($2::text[]) and settlement_id <> $3::uuid
     limit 1`,
    [institution, arrayLiteral(numbers), claimId],
  )
  return row ?? null
}
