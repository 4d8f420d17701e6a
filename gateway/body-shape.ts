import { fault } from '@yibao/schema/fault'
import type { Limits } from './limits.ts'

const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c]
/** `[` and `{`, `]` and `}`: the bit by which they differ is set. */
const [OPEN, CLOSE, CURLY] = [0x7b, 0x7d, 0x20]
const SHORT = 64 * 1024

/**
 * Counts levels, values and names of a JSON text without reading it: of brackets 8 MB deep, or of names that are all
 * different, `JSON.parse` makes objects that hold everybody else up for most of a second. Throws LIMIT_EXCEEDED;
 * whether it is JSON at all is not looked at.
 */
export function assertBodyShape(body: string, { bodyDepth, bodyValues, bodyNames }: Limits): void {
  let depth = 0
  let values = 1
  let name = ''
  // A short body cannot have enough of them to matter.
  const names = body.length > SHORT ? new Set<string>() : undefined
  for (let i = 0; i < body.length; i++) {
    const sign = body.charCodeAt(i)
    if (sign === QUOTE) {
      const end = endOfString(body, i)
      if (names !== undefined) name = body.slice(i, end)
      i = end
    } else if (sign === COLON) {
      // Once per string, or colons in a row behind a long one would each cost its length.
      if (name !== '') names?.add(name)
      name = ''
    } else if (sign === COMMA) values += 1
    else if ((sign | CURLY) === OPEN) depth += 1
    else if ((sign | CURLY) === CLOSE) depth -= 1
    if (depth > bodyDepth) throw exceeded('bodyDepth', bodyDepth)
    if (values > bodyValues) throw exceeded('bodyValues', bodyValues)
    if (names !== undefined && names.size > bodyNames) throw exceeded('bodyNames', bodyNames)
  }
}

/** The place of the quote that ends the string, or the end of the text. */
function endOfString(body: string, start: number): number {
  for (let end = body.indexOf('"', start + 1); end !== -1; end = body.indexOf('"', end + 1)) {
    let slashes = 0
    while (body.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return end
  }
  return body.length
}

const exceeded = (limit: keyof Limits, max: number) =>
  fault(
    'LIMIT_EXCEEDED',
    { zh: `请求体超过上限 ${max}（${limit}）。`, en: `The body exceeds the limit of ${max} (${limit}).` },
    { limit, max },
  )
