import { createHash } from 'node:crypto'

/**
 * A digest of what is asked: the same for inputs that mean the same, whatever the order of their fields and whether an
 * absent field is left out or undefined. A bigint counts as its decimal text, a date or instant as its ISO text.
 */
export const canonicalDigest = (operation: string, input: unknown): string =>
  createHash('sha256')
    .update(`${operation}\n${canonical(input)}`)
    .digest('hex')

/** JSON with sorted keys. @throws TypeError for what JSON cannot say, because two such inputs would look the same. */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'bigint') return JSON.stringify(value.toString())
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(',')}]`
  if (typeof value === 'object') {
    if ('toJSON' in value && typeof value.toJSON === 'function') return canonical(value.toJSON())
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      const fields = Object.entries(value).filter(([, one]) => one !== undefined)
      const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1))
      return `{${sorted.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`
    }
  }
  throw new TypeError(`a ${typeof value} has no canonical form`)
}
