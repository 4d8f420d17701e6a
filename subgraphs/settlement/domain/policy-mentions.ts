/** Calls `seen` with every value that stands under a name anywhere in a structure of plain objects and lists. */
export function eachNamed(value: unknown, names: readonly string[], seen: (inner: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (names.includes(name)) seen(inner)
    else eachNamed(inner, names, seen)
  }
}

/** Whether anything stands under a name. */
export function mentions(value: unknown, name: string): boolean {
  let found = false
  eachNamed(value, [name], (inner) => (found ||= inner !== undefined))
  return found
}
