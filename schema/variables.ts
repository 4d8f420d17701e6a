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
 * Coerces the variables of an operation as GraphQL prescribes. Faults name the path of the value
 * (`input.lines[3].amount`) and never quote the value itself, which graphql-js does and which may be personal data.
 */
export function readVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  raw: Raw,
): { values: Record<string, unknown> } | { faults: GraphQLError[] } {
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
      } else if (raw[name] === null && isNonNullType(type)) {
        add([name], NULL)
      } else {
        values[name] = coerceInputValue(raw[name], type, (path, value, error) =>
          add(...describe([name, ...path], type, value, error.message)),
        )
      }
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return faults.length > 0 ? { faults } : { values }
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

/** graphql-js tells the kind of fault only in its message, so the message is read, and worded again without values. */
function describe(path: Path, type: GraphQLInputType, value: unknown, message: string): [Path, Text] {
  const missing = /^Field "(\w+)" of required type /.exec(message)?.[1]
  if (missing !== undefined) return [[...path, missing], MISSING]
  if (message.startsWith('Expected non-nullable type ')) return [path, NULL]
  const unknown = /^Field "([^"]*)" is not defined by type /.exec(message)?.[1]
  if (unknown !== undefined) {
    const name = /^\w{1,64}$/.test(unknown) ? [unknown] : []
    return [[...path, ...name], { zh: '不是该输入类型的字段。', en: 'is not a field of this input type.' }]
  }
  const name = typeAt(type, path.slice(1))
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return [path, { zh: `不是有效的 ${name}（收到 ${kind}）。`, en: `is not a valid ${name} (got ${kind}).` }]
}

function typeAt(type: GraphQLInputType, path: Path): string {
  let at: GraphQLInputType = type
  for (const key of path) {
    while (isNonNullType(at)) at = at.ofType as GraphQLInputType
    if (typeof key === 'number' && isListType(at)) at = at.ofType
    while (isNonNullType(at)) at = at.ofType as GraphQLInputType
    const field = typeof key === 'string' && isInputObjectType(at) ? at.getFields()[key] : undefined
    if (field !== undefined) at = field.type
  }
  return getNamedType(at).name
}
