import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'
import { fault } from '@yibao/schema/fault'
import { fragmentsOf } from './guard.ts'
import type { Limits } from './limits.ts'

/** The root fields a document asks for, whatever the variables: `Query.settlements`. */
export type RootFields = ReadonlySet<string>

const ROOTS = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }

/** Fields of one path, which validation compares with each other, pair by pair. */
interface Merged {
  times: number
  readonly below: Map<string, Merged>
}

/**
 * Counts a document that is only parsed: validation takes time by the square of what it finds, so nothing may get there
 * that falls on a limit afterwards. Fragments are expanded, also those nobody spreads, since they are validated as well;
 * one that contains itself is left to validation. Throws LIMIT_EXCEEDED at the first count that passes its limit, and
 * GRAPHQL_VALIDATION_FAILED at an alias that is reserved.
 */
export function countDocument(document: DocumentNode, limits: Limits): RootFields {
  const fragments = fragmentsOf(document)
  const roots = new Set<string>()
  const counting: Counting = { fragments, reached: new Set(), total: { selections: 0, aliases: 0 }, limits }
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue
    const names = count(node.selectionSet, true, counting)
    for (const name of names) roots.add(`${ROOTS[node.operation]}.${name}`)
  }
  for (const node of fragments.values()) {
    if (!counting.reached.has(node)) count(node.selectionSet, false, counting)
  }
  return roots
}

interface Counting {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly reached: Set<FragmentDefinitionNode>
  /** Of the whole document, or many operations would do what one may not. */
  readonly total: { selections: number; aliases: number }
  readonly limits: Limits
}

/** Counts one operation, or a fragment that stands alone; the names of the operation's root fields. */
function count(root: SelectionSetNode, isOperation: boolean, counting: Counting): Iterable<string> {
  const { fragments, reached, total, limits } = counting
  const within = new Set<FragmentDefinitionNode>()
  const asked = new Set<string>()
  let rootFields = 0

  function walk(set: SelectionSetNode, depth: number, into: Merged['below']) {
    if (depth > limits.depth) throw exceeded('depth', limits.depth)
    for (const node of set.selections) {
      total.selections += 1
      if (total.selections > limits.selections) throw exceeded('selections', limits.selections)
      if (node.kind === Kind.INLINE_FRAGMENT) walk(node.selectionSet, depth, into)
      else if (node.kind === Kind.FRAGMENT_SPREAD) spread(fragments.get(node.name.value), depth, into)
      else {
        if (depth === 1) rootFields += 1
        if (rootFields > limits.rootFields) throw exceeded('rootFields', limits.rootFields)
        if (node.alias !== undefined) total.aliases += 1
        if (total.aliases > limits.aliases) throw exceeded('aliases', limits.aliases)
        if (node.alias !== undefined && RESERVED.test(node.alias.value)) throw reservedAlias()
        const merged = mergedAt(into, (node.alias ?? node.name).value)
        if (merged.times > limits.sameName) throw tooManyOfOneName(limits.sameName)
        if (depth === 1) asked.add(node.name.value)
        if (node.selectionSet !== undefined) walk(node.selectionSet, depth + 1, merged.below)
      }
    }
  }
  function spread(fragment: FragmentDefinitionNode | undefined, depth: number, into: Merged['below']) {
    if (fragment === undefined || within.has(fragment)) return
    reached.add(fragment)
    within.add(fragment)
    walk(fragment.selectionSet, depth, into)
    within.delete(fragment)
  }

  walk(root, isOperation ? 1 : 2, new Map())
  return asked
}

/** What the language keeps for itself (`__proto__` is more than a name to an object), and what plans call fields of their own. */
const RESERVED = /^__|^_internal_|^_entities$/

const reservedAlias = () =>
  fault('GRAPHQL_VALIDATION_FAILED', {
    zh: '别名不得以 __ 或 _internal_ 开头，也不得为 _entities。',
    en: 'An alias does not begin with __ or _internal_, and is not _entities.',
  })

function mergedAt(into: Merged['below'], name: string): Merged {
  const merged = into.get(name) ?? { times: 0, below: new Map() }
  merged.times += 1
  into.set(name, merged)
  return merged
}

const exceeded = (limit: keyof Limits, max: number) =>
  fault(
    'LIMIT_EXCEEDED',
    { zh: `查询超过上限 ${max}（${limit}）。`, en: `The query exceeds the limit of ${max} (${limit}).` },
    { limit, max },
  )

const tooManyOfOneName = (max: number) =>
  fault(
    'LIMIT_EXCEEDED',
    { zh: `查询同一处的同名字段超过 ${max} 个。`, en: `More than ${max} selections of one name in one place.` },
    { limit: 'sameName', max },
  )
