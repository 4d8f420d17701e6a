import type { Statements } from '@yibao/drizzle/hot'
import type { KeyHolder } from '../domain/facts.ts'

/** Who holds the keys a settlement is to get, apart from the settlement it takes the place of. */
export interface KeyHolders {
  readonly bill: KeyHolder | null
  readonly invoice: KeyHolder | null
  readonly invoiceVoid: boolean
}

interface Keys {
  readonly institution: string
  readonly visit: string
  readonly chargeBatch: string
  readonly invoice: string | null
}

/** Looks up natural keys; those held by `except` count as free. */
export async function findKeyHolders(hot: Statements, keys: Keys, except: string): Promise<KeyHolders> {
  const [row] = await hot.unsafe<KeyHolders>(
    `select
       (select json_build_object('insuredId', b.insured_id, 'settlementId', b.settlement_id) from settlement.bill b
         where b.institution = $1::text and b.visit = $2::text and b.charge_batch = $3::text
           and b.settlement_id <> $5::uuid) as bill,
       (select json_build_object('insuredId', i.insured_id, 'settlementId', i.settlement_id) from settlement.invoice i
         where i.institution = $1::text and i.invoice = $4::text and i.settlement_id <> $5::uuid) as invoice,
       exists (select from settlement.conversion n
         where n.institution = $1::text and n.invoice = $4::text) as "invoiceVoid"`,
    [keys.institution, keys.visit, keys.chargeBatch, keys.invoice, except],
  )
  if (row === undefined) throw new Error('the look-up of the keys gave no row')
  return row
}
