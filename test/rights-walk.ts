import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  parse,
  type DirectiveNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'

/** Sets of which one must be held whole; null is open to anyone, undefined says nothing. */
type Rule = readonly (readonly string[])[] | null | undefined

/** Reads who may do what out of an SDL document: `Query.settle` or `Settlement` to its rule. Reads it on its own. */
export function rulesOf(sdl: string): Map<string, Rule> {
  const rules = new Map<string, Rule>()
  for (const node of parse(sdl).definitions) {
    const isInterface = node.kind === Kind.INTERFACE_TYPE_DEFINITION
    const isObject = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
    if (!isObject && !isInterface) continue
    // Composition adds the rules of the members to an interface that was declared open.
    const own = isInterface ? null : ruleOf(node.directives)
    if (own !== undefined) rules.set(node.name.value, own)
    for (const field of node.fields ?? []) {
      rules.set(`${node.name.value}.${field.name.value}`, isInterface ? null : ruleOf(field.directives))
    }
  }
  return rules
}

function ruleOf(directives: readonly DirectiveNode[] = []): Rule {
  const scopes = directives.find(({ name }) => name.value === 'requiresScopes')?.arguments?.[0]?.value
  if (scopes?.kind === Kind.LIST) {
    return scopes.values.map((all) =>
      all.kind === Kind.LIST ? all.values.map((one) => Reflect.get(one, 'value')) : [],
    )
  }
  return directives.some(({ name }) => name.value === 'tag') ? null : undefined
}

/** Whether someone who holds these roles and scopes passes one element, a field or a type. */
const passes = (rule: Rule, held: ReadonlySet<string>): boolean =>
  rule === null || rule?.some((all) => all.every((one) => held.has(one))) === true

/** Selects some fields of one object type, and what has to be passed to get there. */
export interface Probe {
  readonly type: string
  readonly document: string
  readonly isAllowed: boolean
}

interface Step {
  readonly on: GraphQLObjectType
  readonly field: GraphQLField<unknown, unknown>
}
type Path = readonly Step[]

interface Graph {
  readonly schema: GraphQLSchema
  readonly sdl: string
  /** Keys of entities a subgraph can be asked for, by type. */
  readonly entities?: Readonly<Record<string, object>>
}

/**
 * For every object type of a graph and every group of its fields with the same rule: a document that asks for them,
 * and whether who holds `held` may. Where there is a way to the type that is open to them, it is taken.
 */
export function probes({ schema, sdl, entities = {} }: Graph, held: ReadonlySet<string>): Probe[] {
  const rules = rulesOf(sdl)
  const ruleOfField = (type: string, field: string): Rule => {
    const own = rules.get(`${type}.${field}`)
    return own === undefined ? rules.get(type) : own
  }
  const isOpen = ({ on, field }: Step): boolean => {
    const target = getNamedType(field.type)
    const enters = !isObjectType(target) || rules.get(target.name) === undefined || passes(rules.get(target.name), held)
    return passes(ruleOfField(on.name, field.name), held) && ownPasses(on.name) && enters
  }
  const ownPasses = (type: string) => rules.get(type) === undefined || passes(rules.get(type), held)
  const open = ways(schema, isOpen)
  const any = ways(schema, () => true)

  const found: Probe[] = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_') || type === schema.getMutationType()) continue
    const path = open.get(type.name) ?? any.get(type.name)
    const groups = Map.groupBy(
      Object.values(type.getFields()).filter((field) => !field.name.startsWith('_')),
      (field) => JSON.stringify(ruleOfField(type.name, field.name)) + (isRoot(schema, type) ? field.name : ''),
    )
    for (const fields of groups.values()) {
      const mayRead = ownPasses(type.name) && fields.every((field) => isOpenLeaf(field, type.name))
      const selection = fields.map(selectionOf).join(' ')
      if (path !== undefined) {
        found.push({
          type: type.name,
          document: documentOf(path, type, selection),
          isAllowed: mayRead && path.every(isOpen),
        })
      }
      const key = entities[type.name]
      if (key !== undefined) {
        found.push({ type: `_Entity ${type.name}`, document: entityOf(type.name, key, selection), isAllowed: mayRead })
      }
    }
  }
  return found

  function isOpenLeaf(field: GraphQLField<unknown, unknown>, type: string): boolean {
    const target = getNamedType(field.type)
    return passes(ruleOfField(type, field.name), held) && (!isObjectType(target) || ownPasses(target.name))
  }
}

/** One document for each field of `Mutation`, asking for nothing but what kind of answer comes. */
export const mutationProbes = ({ schema, sdl }: Graph, held: ReadonlySet<string>): Probe[] =>
  rootProbes('mutation', schema.getMutationType(), sdl, held)

/** The same for `Query`. */
export const queryProbes = ({ schema, sdl }: Graph, held: ReadonlySet<string>): Probe[] =>
  rootProbes('query', schema.getQueryType(), sdl, held)

function rootProbes(
  operation: string,
  root: GraphQLObjectType | null | undefined,
  sdl: string,
  held: ReadonlySet<string>,
): Probe[] {
  const rules = rulesOf(sdl)
  return Object.values(root?.getFields() ?? {}).map((field) => ({
    type: `${root?.name}.${field.name}`,
    document: `${operation} { ${selectionOf(field)} }`,
    isAllowed: passes(rules.get(`${root?.name}.${field.name}`), held),
  }))
}

const isRoot = (schema: GraphQLSchema, type: GraphQLObjectType) => type === schema.getQueryType()

/** The shortest way to every object type that passes only open steps. */
function ways(schema: GraphQLSchema, isOpen: (step: Step) => boolean): Map<string, Path> {
  const found = new Map<string, Path>()
  const roots = [schema.getQueryType(), schema.getMutationType()].filter((one) => one != null)
  for (const root of roots) found.set(root.name, [])
  for (let queue: GraphQLObjectType[] = roots; queue.length > 0;) {
    const next: GraphQLObjectType[] = []
    for (const on of queue) {
      for (const field of Object.values(on.getFields())) {
        const target = getNamedType(field.type)
        if (field.name.startsWith('_') || !isCompositeType(target) || !isOpen({ on, field })) continue
        for (const type of isAbstractType(target) ? schema.getPossibleTypes(target) : [target]) {
          if (found.has(type.name) || !isObjectType(type)) continue
          found.set(type.name, [...(found.get(on.name) ?? []), { on, field }])
          next.push(type)
        }
      }
    }
    queue = next
  }
  return found
}

function documentOf(path: Path, type: GraphQLObjectType, selection: string): string {
  let inner = selection
  for (const [i, { field }] of [...path.entries()].toReversed()) {
    const target = path[i + 1]?.on ?? type
    inner = `${callOf(field)} { ... on ${target.name} { ${inner} } }`
  }
  return `${path[0]?.on.name === 'Mutation' ? 'mutation' : 'query'} { ${inner} }`
}

const entityOf = (type: string, key: object, selection: string): string =>
  `{ _entities(representations: [${literal({ __typename: type, ...key })}]) { ... on ${type} { ${selection} } } }`

const selectionOf = (field: GraphQLField<unknown, unknown>): string =>
  isCompositeType(getNamedType(field.type)) ? `${callOf(field)} { __typename }` : callOf(field)

let asked = 0
function callOf({ name, args }: GraphQLField<unknown, unknown>): string {
  const needed = args.filter(isRequiredArgument).map((arg) => {
    // Each mutation is a request of its own.
    if (arg.name === 'requestId') asked += 1
    return `${arg.name}: ${arg.name === 'requestId' ? `"walk-${asked}"` : valueOf(arg.type)}`
  })
  return needed.length === 0 ? name : `${name}(${needed.join(', ')})`
}

const SAMPLES: Readonly<Record<string, string>> = {
  Int: '1',
  Boolean: 'true',
  Money: '"1.00"',
  UnitPrice: '"1.00"',
  Quantity: '"1"',
  Date: '"2026-11-22"',
  DateTime: '"2026-11-22T08:00:00+08:00"',
}

/** Some value of an input type; what it means is of no account, for rights are decided before. */
function valueOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return valueOf(type.ofType)
  if (isListType(type)) return `[${valueOf(type.ofType)}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (!isInputObjectType(type)) return SAMPLES[type.name] ?? '"none"'
  const fields = Object.values(type.getFields()).filter(isRequiredInputField)
  return `{${fields.map((field) => `${field.name}: ${valueOf(field.type)}`).join(', ')}}`
}

const literal = (value: object): string =>
  `{${Object.entries(value)
    .map(([name, one]) => `${name}: ${JSON.stringify(one)}`)
    .join(', ')}}`
