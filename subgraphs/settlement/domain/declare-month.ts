import { endOfMonth, isOver, MONTH } from './clearing.ts'
import { monthNotOver } from './clearing-refusals.ts'
import { Fields, type Maybe } from './fields.ts'
import { idFloor } from './settlement-id.ts'

export interface DeclareMonthInput {
  readonly month: string
  readonly institution?: Maybe<string>
}

/** A month an institution declares. */
export interface DeclaredMonth {
  readonly institution: string
  readonly month: string
  /** The first id after it. */
  readonly before: string
}

export const INSTITUTION = {
  max: 12,
  pattern: /^[HP]\d{11}$/,
  form: { zh: '机构编码，H 或 P 加 11 位数字', en: 'the code of an institution, H or P and 11 digits' },
} as const

/** Reads which month is declared; `own` is the institution that asks. Throws InvalidInput, NotAllowed while it is not over. */
export function readDeclaredMonth(input: DeclareMonthInput, own: string | null, now: Temporal.Instant): DeclaredMonth {
  const fields = new Fields()
  const month = fields.text('input.month', input.month, { max: 7, ...MONTH })
  const institution = fields.text('input.institution', own ?? input.institution, INSTITUTION)
  if (own !== null && input.institution != null && input.institution !== own)
    fields.fault('input.institution', 'OTHER_INSTITUTION', {
      zh: '只能申报本机构',
      en: 'an institution declares for itself',
    })
  fields.check()
  const end = endOfMonth(month ?? '')
  if (!isOver(month ?? '', now)) throw monthNotOver(month ?? '')
  const before = idFloor(end.toZonedDateTime('Asia/Shanghai').toInstant())
  return { institution: institution ?? '', month: month ?? '', before }
}
