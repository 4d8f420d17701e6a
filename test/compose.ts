import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'
import { readRules } from '@yibao/schema/access-rules'

export interface Part {
  readonly name: string
  /** As `printSubgraphSchema` prints it. */
  readonly sdl: string
}

/** The supergraph of the parts; throws an error that lists everything that does not fit together. */
export function compose(parts: readonly Part[]): string {
  const conflicts = conflictingRules(parts)
  if (conflicts.length > 0) throw new Error(conflicts.join('\n'))
  const { supergraphSdl, errors } = composeServices(
    parts.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl, { noLocation: true }) })),
  )
  if (supergraphSdl === undefined) {
    throw new Error(`the subgraphs do not compose:\n${errors?.map(({ message }) => message).join('\n')}`)
  }
  return `${supergraphSdl.trim()}\n`
}

/**
 * Composition demands the rules of every subgraph at once. Two parts that give one type different rules would thus
 * lock out callers either of them lets in; a part that only refers to the type should mark it `open()`.
 */
function conflictingRules(parts: readonly Part[]): string[] {
  const seen = new Map<string, { rule: string; part: string }>()
  const conflicts: string[] = []
  for (const { name, sdl } of parts) {
    for (const [type, { rule }] of readRules(sdl)) {
      if (rule === undefined || rule === null) continue
      const text = rule
        .map((all) => all.toSorted().join(' '))
        .toSorted()
        .join(' | ')
      const other = seen.get(type)
      if (other === undefined) seen.set(type, { rule: text, part: name })
      else if (other.rule !== text) conflicts.push(`${type} has one rule in ${other.part} and another in ${name}`)
    }
  }
  return conflicts
}
