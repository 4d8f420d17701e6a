import type { Rate, UnitPrice } from '@yibao/schema/money'
import type { Level } from './institution.ts'

/** National `list_type` by our names. */
export const LIST_TYPES = {
  DRUG: '101',
  HERB: '102',
  PREPARATION: '103',
  ETHNIC_DRUG: '104',
  OTHER: '105',
  GRANULES: '106',
  SERVICE: '201',
  CONSUMABLE: '301',
  LONG_TERM_CARE: '501',
} as const

/** National `med_chrgitm_type` by our names. */
export const CHARGE_TYPES = {
  BED: '01',
  CONSULTATION: '02',
  EXAMINATION: '03',
  LABORATORY: '04',
  TREATMENT: '05',
  SURGERY: '06',
  NURSING: '07',
  MATERIAL: '08',
  WESTERN_MEDICINE: '09',
  HERBAL_PIECES: '10',
  PATENT_MEDICINE: '11',
  GENERAL_CONSULTATION: '12',
  REGISTRATION: '13',
  OTHER_CHARGE: '14',
} as const

/** 甲 A, 乙 B, 丙 C: `chrgitm_lv` 01, 02, 03. */
export const ITEM_CLASSES = ['A', 'B', 'C'] as const
export type ItemClass = (typeof ITEM_CLASSES)[number]

/** What happens above a ceiling: the excess, or the whole line, is the person's own (`overlmt_dspo_way`). */
export const OVER_CEILING = ['EXCESS', 'WHOLE_LINE'] as const
export type OverCeiling = (typeof OVER_CEILING)[number]

/**
 * A dated entry. It is in force from `beginOn` to `endOn`, or to the day before the next entry of the same key
 * begins: a new entry closes the old one, and two can never overlap.
 */
interface Dated {
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
}

/** One catalogue entry (1312); its key is code and pool, null for the whole country. */
export interface Item extends Dated {
  readonly code: string
  readonly name: string
  readonly listType: string
  readonly chargeType: string
  readonly class: ItemClass
  readonly restricted: boolean
  readonly essential: boolean
  readonly negotiated: boolean
  readonly paediatric: boolean
  readonly special: boolean
  readonly pool: string | null
  readonly dosageForm: string | null
  readonly specification: string | null
  readonly unit: string | null
  readonly note: string | null
  /** Initials of the name in pinyin, lower case, for search. */
  readonly pinyin: string
}

/** First self-payment ratio (1319); its key is code, pool and person class. */
export interface SelfPay extends Dated {
  readonly code: string
  readonly pool: string
  /** ALL, or the first digits of the national person type. */
  readonly personClass: string
  readonly ratio: Rate
}

/** Price ceiling (1318); its key is code, pool and level, null for all levels. 999999 yuan means none. */
export interface Ceiling extends Dated {
  readonly code: string
  readonly pool: string
  readonly level: Level | null
  readonly price: UnitPrice
  readonly over: OverCeiling
}
