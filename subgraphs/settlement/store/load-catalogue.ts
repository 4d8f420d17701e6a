import type { Database } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { rateOf, unitPriceOf } from '@yibao/schema/money'
import type { Catalogue, CatalogueCode, CatalogueEntry, CeilingRule, SelfPayRule } from '../domain/catalogue.ts'
import { readAtOneVersion } from './versioned.ts'
import { readVersions } from './versions.ts'

interface Draft {
  readonly entries: CatalogueEntry[]
  readonly selfPay: SelfPayRule[]
  readonly ceilings: CeilingRule[]
}

type EntryRow = CatalogueEntry & { readonly code: string }
type SelfPayRow = Omit<SelfPayRule, 'ratio'> & { readonly code: string; readonly ratio: number }
type CeilingRow = Omit<CeilingRule, 'price'> & { readonly code: string; readonly price: bigint }

/** Reads the whole catalogue; its version number is that of every row. */
export async function loadCatalogue({ hot }: Pick<Database, 'hot'>): Promise<Catalogue> {
  const version = async () => (await readVersions(hot)).catalogue
  const { version: of, found } = await readAtOneVersion(version, () => readCodes(hot))
  return { version: of, codes: found }
}

async function readCodes(hot: Statements): Promise<ReadonlyMap<string, CatalogueCode>> {
  const entries = await hot.unsafe<EntryRow>(`
      select code, pool, name, list_type as "listType", charge_type as "chargeType", class, restricted, essential,
        negotiated, paediatric, special, begin_on::text as "beginOn", end_on::text as "endOn"
      from institutions.catalogue_v1 order by code, begin_on`)
  const selfPay = await hot.unsafe<SelfPayRow>(`
      select code, pool, person_class as "personClass", ratio, begin_on::text as "beginOn", end_on::text as "endOn"
      from institutions.self_pay_v1`)
  const ceilings = await hot.unsafe<CeilingRow>(`
      select code, pool, level, price, over, begin_on::text as "beginOn", end_on::text as "endOn"
      from institutions.ceiling_v1`)
  return byCode(entries, selfPay, ceilings)
}

function byCode(
  entries: readonly EntryRow[],
  selfPay: readonly SelfPayRow[],
  ceilings: readonly CeilingRow[],
): ReadonlyMap<string, CatalogueCode> {
  const codes = new Map<string, Draft>()
  for (const { code, ...entry } of entries) {
    const known = codes.get(code)
    if (known === undefined) codes.set(code, { entries: [entry], selfPay: [], ceilings: [] })
    else known.entries.push(entry)
  }
  for (const { code, ratio, ...rule } of selfPay)
    codes.get(code)?.selfPay.push({ ...rule, ratio: rateOf(BigInt(ratio)) })
  for (const { code, price, ...rule } of ceilings)
    codes.get(code)?.ceilings.push({ ...rule, price: unitPriceOf(price) })
  return codes
}
