import {
  coerceInputValue,
  getNamedType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { fault } from './fault.ts'
import type { Text } from './rejection.ts'

type Raw = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]

/** How many faults one answer lists; more help nobody and cost time. */
const FAULTS_MAX = 20
class Enough extends Error {}

/**
 * Checks the variables of an operation as GraphQL prescribes; `values` are those sent, with the operation's defaults
 * for those that were not. Faults name the path of the value (`input.lines[3].amount`) and never quote the value
 * itself, which graphql-js does and which may be personal data.
 */
export function checkVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  raw: Raw,
): { values: Raw } | { faults: GraphQLError[] } {
  const values: Record<string, unknown> = {}
  const faults: GraphQLError[] = []
  const add = (path: Path, text: Text) => {
    faults.push(variableFault(path, text))
    if (faults.length >= FAULTS_MAX) throw new Enough()
  }
  try {
    for (const { variable, type: typeNode, defaultValue } of operation.variableDefinitions ?? []) {
      const name = variable.name.value
      const type = typeFromAST(schema, typeNode)
      if (!isInputType(type)) continue
      if (!Object.hasOwn(raw, name) || raw[name] === undefined) {
        if (defaultValue !== undefined) values[name] = valueFromAST(defaultValue, type)
        else if (isNonNullType(type)) add([name], MISSING)
        continue
      }
      values[name] = raw[name]
      if (fits(type, raw[name])) continue
      coerceInputValue(raw[name], type, (path, value, error) => {
        add(...describe([name, ...path], type, value, error.message))
      })
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return faults.length > 0 ? { faults } : { values }
}

type Check = (value: unknown) => boolean
const checks = new WeakMap<GraphQLInputType, Check>()

/**
 * The wrappers of a variable's type are made anew for every request, so only what they wrap has a check that is kept: an
 * entry per request would hold the whole request until the next full collection.
 */
function fits(type: GraphQLInputType, value: unknown): boolean {
  if (isNonNullType(type)) return value !== null && value !== undefined && fits(type.ofType, value)
  if (!isListType(type)) return checkOf(type)(value)
  return value === null || value === undefined || (Array.isArray(value) && value.every((one) => fits(type.ofType, one)))
}

/**
 * Whether a value fits a type, built once per type: graphql-js keeps a path for every value and took 10 of the 140 µs
 * of a ten-line bill. It is asked only when this says no, for where and why.
 */
function checkOf(type: GraphQLInputType): Check {
  const known = checks.get(type)
  if (known !== undefined) return known
  // Types may refer to themselves, so the entry exists before the check is made.
  let made: Check | undefined
  checks.set(type, (value) => (made ??= makeCheck(type))(value))
  made = makeCheck(type)
  checks.set(type, made)
  return made
}

function makeCheck(type: GraphQLInputType): Check {
  if (isNonNullType(type)) {
    const check = checkOf(type.ofType)
    return (value) => value !== null && value !== undefined && check(value)
  }
  if (isListType(type)) {
    const check = checkOf(type.ofType)
    return (value) =>
      value === null || value === undefined || (Array.isArray(value) ? value.every(check) : check(value))
  }
  if (isInputObjectType(type)) return objectCheck(type)
  return (value) => {
    if (value === null || value === undefined) return true
    try {
      return type.parseValue(value) !== undefined
    } catch {
      return false
    }
  }
}

function objectCheck(type: GraphQLInputObjectType): Check {
  const fields = new Map(
    Object.values(type.getFields()).map((field) => {
      const isRequired = isNonNullType(field.type) && field.defaultValue === undefined
      return [field.name, { check: checkOf(field.type), isRequired }]
    }),
  )
  const required = [...fields].flatMap(([name, { isRequired }]) => (isRequired ? [name] : []))
  return (value) => {
    if (value === null || value === undefined) return true
    // Left to graphql-js: exactly one key, and its own reading of lists.
    if (typeof value !== 'object' || Array.isArray(value) || type.isOneOf) return false
    const row = value as Raw
    for (const name of required) if (row[name] === undefined) return false
    for (const key of Object.keys(row)) {
      const field = fields.get(key)
      if (field === undefined || (row[key] !== undefined && !field.check(row[key]))) return false
    }
    return true
  }
}

const MISSING: Text = { zh: '必填。', en: 'is required.' }
const NULL: Text = { zh: '不能为空。', en: 'must not be null.' }

function variableFault(path: Path, text: Text): GraphQLError {
  const at = formatPath(path)
  return fault('BAD_USER_INPUT', { zh: `变量 ${at} ${text.zh}`, en: `Variable ${at} ${text.en}` }, { path: at })
}

/** `input.lines[3].amount`, the same form as in a rejection's problems. */
export const formatPath = (path: Path): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('')

/** Keys come from the client too; only what looks like the name of a field is repeated. */
export const isFieldName = (key: string): boolean => /^[a-z]\w{0,63}$/i.test(key)

/** graphql-js tells the kind of fault only in its message, so the message is read, and worded again without values. */
function describe(path: Path, type: GraphQLInputType, value: unknown, message: string): [Path, Text] {
  const missing = /^Field "(\w+)" of required type /.exec(message)?.[1]
  if (missing !== undefined) return [[...path, missing], MISSING]
  if (message.startsWith('Expected non-nullable type ')) return [path, NULL]
  const unknown = /^Field "([^"]*)" is not defined by type /.exec(message)?.[1]
  if (unknown !== undefined) {
    const name = isFieldName(unknown) ? [unknown] : []
    return [[...path, ...name], { zh: '不是该输入类型的字段。', en: 'is not a field of this input type.' }]
  }
  const name = typeAt(type, path.slice(1))
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return [path, { zh: `不是有效的 ${name}（收到 ${kind}）。`, en: `is not a valid ${name} (got ${kind}).` }]
}

function typeAt(type: GraphQLInputType, path: Path): string {
  let at: GraphQLInputType = type
  for (const key of path) {
    while (isNonNullType(at)) at = at.ofType
    if (typeof key === 'number' && isListType(at)) at = at.ofType
    while (isNonNullType(at)) at = at.ofType
    const field = typeof key === 'string' && isInputObjectType(at) ? at.getFields()[key] : undefined
    if (field !== undefined) at = field.type
  }
  return getNamedType(at).name
}
