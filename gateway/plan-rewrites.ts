import type { FetchNodePathSegment, FetchRewrite } from '@graphql-hive/router-query-planner'
import { isRow, type Covered, type Row } from './plan-types.ts'

/** Changes an object in place, into what the other side calls it. */
export type Rewrite = (row: Row) => void

const nothing: Rewrite = () => {}

/** Changes of names and values between the graph and a subgraph. */
export function compileRewrites(rewrites: readonly FetchRewrite[] | undefined, covered: Covered): Rewrite | null {
  if (rewrites === undefined || rewrites.length === 0) return null
  const all = rewrites.map((one) => compileRewrite(one, covered))
  return (row) => {
    for (const rewrite of all) rewrite(row)
  }
}

function compileRewrite(rewrite: FetchRewrite, covered: Covered): Rewrite {
  if ('KeyRenamer' in rewrite) {
    const { path, renameKeyTo } = rewrite.KeyRenamer
    return atLast(path, covered, (row, key) => {
      if (!(key in row) || key === renameKeyTo) return
      row[renameKeyTo] = row[key]
      delete row[key]
    })
  }
  const { path, setValueTo } = 'ValueSetter' in rewrite ? rewrite.ValueSetter : rewrite
  return atLast(path, covered, (row, key) => {
    row[key] = setValueTo
  })
}

type Change = (row: Row, key: string) => void

/** Does something at the last key of a path, in every object the path leads to. */
function atLast([segment, ...rest]: readonly FetchNodePathSegment[], covered: Covered, change: Change): Rewrite {
  if (segment === undefined) return nothing
  if ('TypenameEquals' in segment) {
    const names = covered(segment.TypenameEquals)
    const next = atLast(rest, covered, change)
    return (row) => {
      const { __typename: name } = row
      if (typeof name !== 'string' || names.has(name)) next(row)
    }
  }
  const { Key: key } = segment
  const isLast = rest.every((one) => 'TypenameEquals' in one)
  if (isLast) return (row) => change(row, key)
  const next = atLast(rest, covered, change)
  return (row) => eachRow(row[key], next)
}

function eachRow(value: unknown, rewrite: Rewrite): void {
  if (Array.isArray(value)) for (const item of value) eachRow(item, rewrite)
  else if (isRow(value)) rewrite(value)
}
