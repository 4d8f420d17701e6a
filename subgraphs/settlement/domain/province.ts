import type { Fields, Maybe } from './fields.ts'

/** A province as its platform is named: the first two digits of its divisions. */
export const PROVINCE = {
  max: 2,
  pattern: /^[1-8]\d$/,
  form: { zh: '2 位省级代码，如 51', en: 'the 2 digits of a province, such as 51' },
} as const

/** Reads the province a list is narrowed to. */
export const readProvince = (fields: Fields, name: string, province: Maybe<string>): string | null =>
  fields.optional(name, province, PROVINCE)
