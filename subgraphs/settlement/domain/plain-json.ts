const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/**
 * Whether a JSON text says only what comes out when it is read: no member twice, of which the first would be passed over,
 * and no digits in a number that reading drops. Such a text is kept with everything it says.
 */
export function saysEachOnce(json: string): boolean {
  const open: Set<string>[] = []
  let before = ''
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const name = String(JSON.parse(before))
      const names = open.at(-1)
      if (names === undefined || names.has(name)) return false
      names.add(name)
    } else if (/^[-\d]/.test(token) && String(Number(token)) !== token) return false
    before = token
  }
  return true
}
