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

/**
 * Does the same with a copy of `from`, for one who is not alone to get it. Two places of an answer that were one object would
 * both say what the next fetch answers of the last of them.
 */
export function mergeCopy(into: Row, from: Row): void {
  for (const key in from) if (key !== '__proto__') into[key] = merged(into[key], copyOf(from[key]))
}

/** Written for what comes over the wire, where `structuredClone` takes many times as long. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item))
  if (!isRow(value)) return value
  const own: Row = {}
  for (const key in value) if (key !== '__proto__') own[key] = copyOf(value[key])
  return own
}

function merged(known: unknown, more: unknown): unknown {
  // A client may call a field as what every object inherits; what comes over the wire is never a function.
  if (known === undefined || known === null || typeof known === 'function') return more
  if (more === undefined || more === null) return known
  if (Array.isArray(known) && Array.isArray(more)) {
    for (let i = 0; i < more.length; i += 1) known[i] = merged(known[i], more[i])
    return known
  }
  if (!isRow(known) || !isRow(more)) return more
  merge(known, more)
  return known
}
