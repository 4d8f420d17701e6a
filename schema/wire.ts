import { z } from 'zod'
import { parseDay, parseInstant } from './dates.ts'
import { divisionFault, uuidFault } from './ids.ts'
import { parseRate, parseUnitPrice, parseYuan } from './money.ts'
import { InvalidInput, type Problem } from './rejection.ts'

// Texts of a message between the platforms of two provinces: amounts in yuan, ratios with four decimals, moments RFC 3339.

type Parse<T> = (text: string) => T | null

/** A text that is read into a value. */
const read = <T>(parse: Parse<T>, what: string) =>
  z.string().transform((text, faults): T => {
    const value = parse(text)
    if (value !== null) return value
    faults.addIssue({ code: 'custom', message: `is no ${what}`, input: text })
    return z.NEVER
  })

/** A text in form that stays as it was sent, since it was signed so or is compared as it stands. */
const keep = (parse: Parse<unknown>, what: string) => z.string().refine((text) => parse(text) !== null, `is no ${what}`)

const parseUuid: Parse<string> = (text) => (uuidFault(text) === null ? text.toLowerCase() : null)
const parseDivision: Parse<string> = (text) => (divisionFault(text) === null ? text : null)

export const yuan = read(parseYuan, 'amount in yuan')
export const rate = read(parseRate, 'ratio')
export const unitPrice = read(parseUnitPrice, 'unit price')
export const instant = read(parseInstant, 'moment')
export const day = read(parseDay, 'day')
export const uuid = read(parseUuid, 'UUID')
export const division = keep(parseDivision, 'division')
export const sentUuid = keep(parseUuid, 'UUID')
export const sentInstant = keep(parseInstant, 'moment')

/** A message of another province as the cross-province subgraph hands it on: who says it, verified, and what it says. */
export const handedOn = z.strictObject({ province: z.string().regex(/^[1-8][0-9]$/), message: z.unknown() })

const PROBLEMS_MAX = 100

/** @throws InvalidInput naming every place where the message has not its form; nothing of it is quoted */
export function readMessage<Message extends z.ZodType>(form: Message, message: unknown): z.output<Message> {
  const result = form.safeParse(message)
  if (result.success) return result.data
  throw InvalidInput.of(
    result.error.issues.slice(0, PROBLEMS_MAX).map(({ path, message: en }): Problem => ({
      path: path.map(String).join('.'),
      code: 'MESSAGE_FORM',
      message: { zh: '报文格式不符', en },
    })),
  )
}

/** What no database keeps: the character NUL, and halves of characters. */
const isBroken = (text: string): boolean => text.includes('\u0000') || !text.isWellFormed()
/** JSON holds them as escapes alone, which few messages have at all. */
const ESCAPED = /\\u(?:0000|d[89a-f])/i

/** Reads JSON of another platform. @throws SyntaxError when it is none, or holds characters that cannot be kept */
export const parseJson = (json: string): unknown => JSON.parse(json, ESCAPED.test(json) ? refuseBroken : undefined)

function refuseBroken(name: string, value: unknown): unknown {
  if (isBroken(name) || (typeof value === 'string' && isBroken(value)))
    throw new SyntaxError('holds characters that cannot be kept')
  return value
}
