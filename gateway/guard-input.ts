import type { OperationDefinitionNode } from 'graphql'
import { fault } from '@yibao/schema/fault'
import { formatPath, isFieldName } from '@yibao/schema/variables'
import type { Limits } from './limits.ts'

type Raw = Readonly<Record<string, unknown>>

/**
 * The variables the operation declares, and no others: what a client sends besides is not passed on.
 * Throws LIMIT_EXCEEDED naming the list, or the variable, that is too large; nothing has been coerced by then.
 */
export function declaredVariables(operation: OperationDefinitionNode, raw: Raw, limits: Limits): Raw {
  const declared: Record<string, unknown> = {}
  let values = 0

  function count(value: unknown, path: (string | number)[]) {
    values += 1
    if (values > limits.inputValues) throw tooMany('inputValues', limits.inputValues, path.slice(0, 1))
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      if (value.length > limits.listItems) throw tooMany('listItems', limits.listItems, path)
      for (let i = 0; i < value.length; i++) descend(value[i], i, path)
    } else {
      for (const key of Object.keys(value)) descend((value as Record<string, unknown>)[key], key, path)
    }
  }
  function descend(value: unknown, key: string | number, path: (string | number)[]) {
    if (typeof value !== 'object' || value === null) {
      values += 1
      return
    }
    if (path.length > limits.depth) throw tooMany('depth', limits.depth, path.slice(0, 1))
    path.push(key)
    count(value, path)
    path.pop()
  }

  for (const { variable } of operation.variableDefinitions ?? []) {
    const name = variable.name.value
    if (!Object.hasOwn(raw, name)) continue
    declared[name] = raw[name]
    count(raw[name], [name])
  }
  return declared
}

function tooMany(limit: keyof Limits, max: number, path: readonly (string | number)[]) {
  const at = formatPath(path.filter((key) => typeof key === 'number' || isFieldName(key)))
  return fault(
    'LIMIT_EXCEEDED',
    { zh: `变量 ${at} 超过上限 ${max}（${limit}）。`, en: `Variable ${at} exceeds the limit of ${max} (${limit}).` },
    { limit, max, path: at },
  )
}
