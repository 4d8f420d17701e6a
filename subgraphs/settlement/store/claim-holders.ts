import type { Statements } from '@yibao/drizzle/hot'
import type { Facts, KeyHolder } from '../domain/facts.ts'
import { arrayLiteral } from './array-literal.ts'
import type { FactsPart } from './read-facts.ts'

interface Held {
  /** What holds charge batches of the visit. */
  readonly settled: readonly KeyHolder[]
  /** What holds other keys of the bill. */
  readonly others: readonly (KeyHolder | null)[]
  /** The ids of the person of the bill. */
  readonly records: readonly string[]
}

/**
 * What stands behind the keys of a bill that are held: the serials of other settlements of the visit, and which of the
 * holders are claims. A statement of its own, and only where a key is held, so that the others need not plan over the
 * lines' partitions; lines never change, and a later settlement changes the version.
 */
export async function readBehindKeys(
  hot: Statements,
  { settled, others, records }: Held,
): Promise<Pick<Facts, 'visitSerials' | 'claims'>> {
  const holders = [...settled, ...others.filter((one) => one !== null)]
  if (holders.length === 0) return { visitSerials: new Map() }
  const rows = await hot.unsafe<{ id: string; serial: string | null; number: string | null; owner: string | null }>(
    `select settlement_id::text as id, serial, null as number, null as owner from settlement.settlement_line
     where settlement_id = any($1::uuid[]) and insured_id = any($2::uuid[])
     union all
     select c.id::text, null, c.number, c.insured_id::text from settlement.claim c where c.id = any($3::uuid[])
     union all
     select s.id::text, null, c.number, c.insured_id::text from settlement.settlement s join settlement.claim c on c.id = s.claim_id
     where s.id = any($3::uuid[]) and s.claim_id is not null`,
    [
      arrayLiteral(settled.map((one) => one.settlementId)),
      arrayLiteral(settled.map((one) => one.insuredId)),
      arrayLiteral(holders.map((one) => one.settlementId)),
    ],
  )
  const serials = rows.flatMap(({ id, serial }) => (serial === null ? [] : [[serial, id] as const]))
  const claims = rows.flatMap(({ id, number, owner }) =>
    number === null ? [] : [[id, owner !== null && records.includes(owner) ? number : null] as const],
  )
  return { visitSerials: new Map(serials), ...(claims.length > 0 && { claims: new Map(claims) }) }
}

/**
 * What the invoices of a claim were settled with directly, whatever the claim says of the place: a settlement that converted one, or
 * that has its number. A number without a code counts at its institution, and wherever the person was treated.
 */
export async function findInvoiceHolder(
  hot: Statements,
  {
    institution,
    invoices,
    records,
    claimId,
  }: {
    readonly institution: string
    readonly invoices: readonly { readonly code: string; readonly number: string }[]
    readonly records: readonly string[]
    readonly claimId: string
  },
): Promise<KeyHolder | null> {
  if (invoices.length === 0) return null
  const [row] = await hot.unsafe<KeyHolder>(
    `with w as materialized (select settlement.invoice_key(code || '-' || number) as key, settlement.invoice_key(number) as bare,
       settlement.invoice_key(code || number) as raw from unnest($2::text[], $3::text[]) w (code, number)),
     held as (
       select w.*, n.institution, n.insured_id, n.settlement_id, settlement.invoice_key(n.invoice) as found
       from w join settlement.conversion n on settlement.invoice_key(n.invoice) in (w.key, w.bare, w.raw)
       union all
       select w.*, i.institution, i.insured_id, i.settlement_id, settlement.invoice_key(i.invoice)
       from w join settlement.invoice i on settlement.invoice_key(i.invoice) in (w.key, w.bare, w.raw)
       where i.settlement_id <> $5::uuid)
     select insured_id::text as "insuredId", settlement_id::text as "settlementId" from held
     where length(key) >= 18 and found = key or institution = $1::text or insured_id = any($4::uuid[])
     limit 1`,
    [
      institution,
      arrayLiteral(invoices.map(({ code }) => code)),
      arrayLiteral(invoices.map(({ number }) => number)),
      arrayLiteral(records),
      claimId,
    ],
  )
  return row ?? null
}

const numberBy = (written: string): string => `(select c.number from settlement.claim_invoice i
    join settlement.claim c on c.insured_id = i.insured_id and c.id = i.claim_id
    where i.insured_id = any(mine.ids) and i.live
      and settlement.invoice_key(${written}) in (i.key, settlement.invoice_key(i.number)) limit 1)`

/** Live claims of the person of a bill by its invoice, or by the one it converts, however either is written and wherever it was. */
export const CLAIMED_INVOICE: FactsPart = {
  when: (key) => key.invoice !== null || key.converts !== null,
  column: ({ param }) => {
    const invoice = param('text', (key) => key.invoice)
    const converts = param('text', (key) => key.converts)
    return `json_build_object('invoice', ${numberBy(invoice)}, 'converts', ${numberBy(converts)}) as claimed`
  },
}
