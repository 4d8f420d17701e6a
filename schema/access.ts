import {
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { readRules, type Rule, type Rules } from './access-rules.ts'
import { fault } from './fault.ts'
import type { Identity } from './identity.ts'

/** What one operation asks for: each distinct rule once, with the first field that needs it; null denies everyone. */
type Demands = ReadonlyMap<string, { rule: Rule | undefined; name: string }>

export interface Access {
  /**
   * Null when `identity` may run the operation as it stands, otherwise UNAUTHENTICATED (nobody signed in) or
   * FORBIDDEN. Static: `@skip` and `@include` do not lower what is asked for. The document must be valid.
   */
  refusal(document: DocumentNode, operationName: string | undefined, identity: Identity | null): GraphQLError | null
}

const VERDICTS_MAX = 1000

/**
 * The one authorisation path, used by the gateway on the supergraph and by every subgraph on its own SDL.
 * `sdl` says the rights, `schema` the types; a field without any rule is refused.
 */
export function createAccess(sdl: string | DocumentNode, schema: GraphQLSchema): Access {
  const rules = readRules(sdl)
  const known = new WeakMap<DocumentNode, Map<string, Demands>>()
  const verdicts = new WeakMap<Demands, LRUCache<string, { refusal: GraphQLError | null }>>()

  function demandsOf(document: DocumentNode, operationName: string | undefined): Demands {
    const operations = known.get(document) ?? new Map<string, Demands>()
    const found = operations.get(operationName ?? '')
    if (found !== undefined) return found
    const demands = collectDemands(schema, rules, document, operationName)
    known.set(document, operations.set(operationName ?? '', demands))
    return demands
  }

  function refusal(document: DocumentNode, operationName: string | undefined, identity: Identity | null) {
    const demands = demandsOf(document, operationName)
    const who = identity === null ? '' : `${identity.kind} ${identity.scopes.join(' ')}`
    const cache = verdicts.get(demands) ?? new LRUCache({ max: VERDICTS_MAX })
    const past = cache.get(who)
    if (past !== undefined) return past.refusal
    const fresh = { refusal: judge(demands, identity) }
    verdicts.set(demands, cache.set(who, fresh))
    return fresh.refusal
  }

  return { refusal }
}

function judge(demands: Demands, identity: Identity | null): GraphQLError | null {
  const held = new Set<string>(identity === null ? [] : [`role:${identity.kind}`, ...identity.scopes])
  for (const { rule, name } of demands.values()) {
    if (rule === null) continue
    if (rule?.some((all) => all.every((scope) => held.has(scope)))) continue
    return identity === null
      ? fault('UNAUTHENTICATED', { zh: `${name} 需要登录。`, en: `${name} needs a signed-in caller.` }, { field: name })
      : fault(
          'FORBIDDEN',
          { zh: `当前身份无权使用 ${name}。`, en: `This caller may not use ${name}.` },
          { field: name },
        )
  }
  return null
}

/** Walks the operation once. `reachable` narrows with every fragment, so that a result union asks only for its own members. */
function collectDemands(
  schema: GraphQLSchema,
  rules: Rules,
  document: DocumentNode,
  operationName: string | undefined,
): Demands {
  const demands = new Map<string, { rule: Rule | undefined; name: string }>()
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  const walked = new Set<string>()

  const demand = (rule: Rule | undefined, name: string) => {
    const key = JSON.stringify(rule) ?? 'none'
    if (!demands.has(key)) demands.set(key, { rule, name })
  }
  const demandType = (type: string) => {
    const rule = rules.get(type)?.rule
    if (rule !== undefined) demand(rule, type)
  }
  const demandField = (type: string, field: string) => {
    const own = rules.get(type)?.fields.get(field)
    const ofType = rules.get(type)?.rule
    if (own === undefined && ofType === undefined) demand(undefined, `${type}.${field}`)
    if (own !== undefined) demand(own, `${type}.${field}`)
    if (ofType !== undefined) demand(ofType, `${type}.${field}`)
  }

  function walkField(node: FieldNode, parent: GraphQLCompositeType, reachable: ReadonlySet<string>) {
    const name = node.name.value
    // Which kind of answer came is part of the answer to the field around; a client that may only write must see
    // whether it was refused.
    if (name.startsWith('__') || !('getFields' in parent)) return
    const isEntities = name === '_entities'
    if (!isEntities) {
      demandField(parent.name, name)
      if (isInterfaceType(parent)) for (const type of reachable) demandField(type, name)
    }
    const field = parent.getFields()[name]
    const type = field === undefined ? undefined : getNamedType(field.type)
    if (node.selectionSet === undefined || !isCompositeType(type)) return
    walk(node.selectionSet, type, isEntities ? new Set() : possible(schema, type))
    if (!isAbstractType(type)) demandType(type.name)
  }

  function walk(set: SelectionSetNode, parent: GraphQLCompositeType, reachable: ReadonlySet<string>) {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        walkField(node, parent, reachable)
        continue
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node
      if (fragment === undefined) continue
      const on = fragment.typeCondition === undefined ? parent : schema.getType(fragment.typeCondition.name.value)
      if (!isCompositeType(on)) continue
      const isEntity = parent.name === '_Entity' && reachable.size === 0
      const left = isEntity ? possible(schema, on) : possible(schema, on).intersection(reachable)
      // A fragment spread twice over the same types asks for nothing new; without this a small document could cost 2^n.
      const key = node.kind === Kind.FRAGMENT_SPREAD ? `${node.name.value} ${[...left].join()}` : ''
      if (key !== '' && walked.has(key)) continue
      walked.add(key)
      walk(fragment.selectionSet, on, left)
      if (isObjectType(on)) demandType(on.name)
    }
  }

  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (operation && root) walk(operation.selectionSet, root, new Set([root.name]))
  else demand(undefined, 'operation')
  return demands
}

const possible = (schema: GraphQLSchema, type: GraphQLCompositeType): ReadonlySet<string> =>
  new Set(isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name])
