/** A value of an array: text as PostgreSQL reads it, or null. */
type Element = string | bigint | number | boolean | null

const BARE = /^[0-9A-Za-z_.:+-]+$/

function element(value: Element): string {
  if (value === null) return 'NULL'
  if (typeof value !== 'string') return String(value)
  // The word NULL, quoted, is a text; everything that is not plainly a word is quoted as well.
  if (BARE.test(value) && value.toUpperCase() !== 'NULL') return value
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/**
 * Writes an array as PostgreSQL reads it, `{1,2,NULL}`. The hot statements pass arrays as such text: it needs neither
 * the driver's catalogue of array types nor a serialiser per element.
 */
export const arrayLiteral = (values: readonly Element[]): string => `{${values.map(element).join(',')}}`
