import type { Ceiling, Item, SelfPay } from '../domain/catalogue.ts'
import type { Mapping } from '../domain/mapping.ts'
import type { StagedRow } from './import.ts'
import { mappingColumns } from './mappings.ts'

interface Target {
  readonly table: string
  /** The columns with their types. */
  readonly columns: Readonly<Record<string, string>>
  readonly key: readonly string[]
  readonly rest: readonly string[]
}

function target(table: string, key: Readonly<Record<string, string>>, rest: Readonly<Record<string, string>>): Target {
  return { table, columns: { ...key, ...rest }, key: Object.keys(key), rest: Object.keys(rest) }
}

const DAY = { begin_on: 'date' }

/** The tables an import of the catalogue fills. */
export const TARGETS = {
  item: target(
    'catalogue_item',
    { code: 'text', pool: 'char(6)', ...DAY },
    {
      end_on: 'date',
      name: 'text',
      list_type: 'char(3)',
      charge_type: 'char(2)',
      class: 'char(1)',
      restricted: 'boolean',
      essential: 'boolean',
      negotiated: 'boolean',
      paediatric: 'boolean',
      special: 'boolean',
      dosage_form: 'text',
      specification: 'text',
      unit: 'text',
      note: 'text',
      pinyin: 'text',
    },
  ),
  self_pay: target(
    'self_pay',
    { code: 'text', pool: 'char(6)', person_class: 'text', ...DAY },
    { end_on: 'date', ratio: 'integer' },
  ),
  ceiling: target(
    'ceiling',
    { code: 'text', pool: 'char(6)', level: 'text', ...DAY },
    { end_on: 'date', price: 'bigint', over: 'text' },
  ),
} as const

export type CatalogueTarget = keyof typeof TARGETS
export type ImportTarget = CatalogueTarget | 'mapping'

/** Keys are compared letter by letter; a part that is missing is told from every other by its length. */
const keyOf = (...parts: readonly (string | null)[]): string => parts.map((one) => one ?? '').join(' ')

const days = ({ beginOn, endOn }: Item | SelfPay | Ceiling) => ({
  begin_on: beginOn.toString(),
  end_on: endOn?.toString() ?? null,
})

export const itemRow = (line: number, one: Item): StagedRow => ({
  target: 'item',
  key: keyOf(one.code, one.pool, one.beginOn.toString()),
  line,
  value: {
    code: one.code,
    pool: one.pool,
    ...days(one),
    name: one.name,
    list_type: one.listType,
    charge_type: one.chargeType,
    class: one.class,
    restricted: one.restricted,
    essential: one.essential,
    negotiated: one.negotiated,
    paediatric: one.paediatric,
    special: one.special,
    dosage_form: one.dosageForm,
    specification: one.specification,
    unit: one.unit,
    note: one.note,
    pinyin: one.pinyin,
  },
})

export const selfPayRow = (line: number, one: SelfPay): StagedRow => ({
  target: 'self_pay',
  key: keyOf(one.code, one.pool, one.personClass, one.beginOn.toString()),
  line,
  value: {
    code: one.code,
    pool: one.pool,
    person_class: one.personClass,
    ...days(one),
    ratio: Number(one.ratio),
  },
})

export const ceilingRow = (line: number, one: Ceiling): StagedRow => ({
  target: 'ceiling',
  key: keyOf(one.code, one.pool, one.level, one.beginOn.toString()),
  line,
  value: {
    code: one.code,
    pool: one.pool,
    level: one.level,
    ...days(one),
    price: one.price.toString(),
    over: one.over,
  },
})

export const mappingRow = (line: number, one: Mapping): StagedRow => ({
  target: 'mapping',
  key: keyOf(one.ownCode, one.beginOn.toString()),
  line,
  value: mappingColumns(one),
})
