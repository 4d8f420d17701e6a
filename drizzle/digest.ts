import { createHash } from 'node:crypto'

/**
 * A digest of what is asked: the same for inputs that mean the same, whatever the order of their fields and whether an
 * absent field is left out or undefined. A bigint counts as its decimal text, a date or instant as its ISO text.
 */
export const canonicalDigest = (operation: string, input: unknown): string =>
  createHash('sha256')
    .update(`${operation}\n${canonical(input)}`)
    .digest('hex')

/**
 * A digest of a request: a field that is written as null is the same as one that is left out, since a client that tries again
 * may write its request by other code.
 */
export const requestDigest = (operation: string, input: unknown): string =>
  createHash('sha256')
    .update(`${operation}\n${canonical(input, 'without null')}`)
    .digest('hex')

/** JSON with sorted keys. @throws TypeError for what JSON cannot say, because two such inputs would look the same. */
export function canonical(value: unknown, fields?: 'without null'): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'bigint') return JSON.stringify(value.toString())
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null, fields)).join(',')}]`
  if (typeof value === 'object') {
    if ('toJSON' in value && typeof value.toJSON === 'function') return canonical(value.toJSON(), fields)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      const isThere = (one: unknown) => one !== undefined && !(one === null && fields === 'without null')
      const sorted = Object.entries(value)
        .filter(([, one]) => isThere(one))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
      return `{${sorted.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one, fields)}`).join(',')}}`
    }
  }
  throw new TypeError(`a ${typeof value} has no canonical form`)
}
