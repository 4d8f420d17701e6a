import type { Context } from '../context.ts'

/**
 * Finds something out about a record once, however many fields and aliases of an operation ask for it: they cost the
 * gateway's limits next to nothing. What was read in another operation, or again in the same, is another record.
 */
export function remember<K extends object, T>(
  find: (context: Context, of: K) => Promise<T>,
): (context: Context, of: K) => Promise<T> {
  const known = new WeakMap<K, Promise<T>>()
  return (context, of) => {
    const before = known.get(of)
    if (before !== undefined) return before
    const found = find(context, of)
    known.set(of, found)
    return found
  }
}
