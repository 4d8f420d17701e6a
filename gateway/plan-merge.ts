import { isRow, type Row } from './plan-types.ts'

/**
 * Adds to an object what another fetch has answered of it; objects of the same key become one, lists item by item. A null
 * says nothing that the other side has not said better.
 */
export function merge(into: Row, from: Row): void {
  for (const key in from) {
    // No field is called so; of a subgraph that answers it all the same, the prototype of every object would be merged.
    if (key !== '__proto__') into[key] = merged(into[key], from[key])
  }
}

function merged(known: unknown, more: unknown): unknown {
  if (known === undefined || known === null) return more
  if (more === undefined || more === null) return known
  if (Array.isArray(known) && Array.isArray(more)) {
    for (let i = 0; i < more.length; i += 1) known[i] = merged(known[i], more[i])
    return known
  }
  if (!isRow(known) || !isRow(more)) return more
  merge(known, more)
  return known
}
