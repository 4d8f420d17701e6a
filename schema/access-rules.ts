import { Kind, parse, type ConstDirectiveNode, type DocumentNode, type ValueNode } from 'graphql'

/** Any one of the sets is enough; of a set all are needed. `null` is "open to anyone". */
export type Rule = readonly (readonly string[])[] | null

interface Element {
  /** Undefined when the element says nothing about rights. */
  rule: Rule | undefined
  fields: Map<string, Rule | undefined>
  isInterface: boolean
}

/** The rights written into an SDL document: type name → its rule and those of its fields. */
export type Rules = ReadonlyMap<string, Element>

/** Entry points of federation itself; the subgraph guards them in code. */
const MACHINERY = new Set(['_entities', '_service'])
const isMachinery = (name: string) => name.startsWith('join__') || name.startsWith('link__') || name === '_Service'

/** Reads `@requiresScopes` and `@tag(name: "public")` of every type and field of a subgraph's or the supergraph's SDL. */
export function readRules(sdl: string | DocumentNode): Rules {
  const document = typeof sdl === 'string' ? parse(sdl, { noLocation: true }) : sdl
  const rules = new Map<string, Element>()
  for (const node of document.definitions) {
    const isInterface = node.kind === Kind.INTERFACE_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_EXTENSION
    const isObject = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
    if (!isInterface && !isObject) continue
    if (isMachinery(node.name.value)) continue
    const element = rules.get(node.name.value) ?? { rule: undefined, fields: new Map(), isInterface }
    const own = ruleOf(node.directives, isInterface)
    if (own !== undefined) element.rule ??= own
    for (const field of node.fields ?? []) {
      if (!MACHINERY.has(field.name.value)) element.fields.set(field.name.value, ruleOf(field.directives, isInterface))
    }
    rules.set(node.name.value, element)
  }
  return rules
}

/**
 * On an object the stricter of two marks counts: composition unites an open reference in one subgraph with the rule
 * of the owner. On an interface the public tag counts: composition adds the rules of all implementing types to the
 * interface, and those are checked one by one where a document can reach them.
 */
function ruleOf(directives: readonly ConstDirectiveNode[] | undefined, isInterface: boolean): Rule | undefined {
  const scopes = directives?.find((d) => d.name.value === 'requiresScopes')?.arguments?.[0]?.value
  const open = directives?.some((d) => d.name.value === 'tag' && text(d.arguments?.[0]?.value) === 'public')
  if (open === true && (scopes === undefined || isInterface)) return null
  if (scopes?.kind !== Kind.LIST) return undefined
  return scopes.values.map((all) => (all.kind === Kind.LIST ? all.values.map(text) : [text(all)]))
}

const text = (node: ValueNode | undefined): string => (node?.kind === Kind.STRING ? node.value : '')

/**
 * Default deny, at start: throws an error that lists every field which has neither a rule nor the public tag, of its
 * own or of its type.
 */
export function assertCovered(sdl: string | DocumentNode): void {
  const bare: string[] = []
  for (const [type, { rule, fields }] of readRules(sdl)) {
    if (rule !== undefined) continue
    for (const [field, own] of fields) if (own === undefined) bare.push(`${type}.${field}`)
  }
  if (bare.length === 0) return
  throw new Error(
    `${bare.length} field(s) of the schema have neither an authorisation rule nor @public: ${bare.join(', ')}. ` +
      'Give the field or its type may(…) or open() of schema/builder.ts.',
  )
}
