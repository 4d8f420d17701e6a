import type { FlattenNodePathSegment, RequiresSelection } from '@graphql-hive/router-query-planner'
import { merge, mergeCopy } from './plan-merge.ts'
import { isRow, type Covered, type Row } from './plan-types.ts'

/** Where in the answer something stands, from the inside out; most are never asked for. */
export interface Place {
  readonly up: Place | null
  readonly key: string | number
}

/** The path of an error. */
export function pathOf(place: Place | null): (string | number)[] {
  const path: (string | number)[] = []
  for (let at = place; at !== null; at = at.up) path.push(at.key)
  return path.toReversed()
}

export type Visit = (row: Row, place: Place | null) => void
/** Visits every object a path of a plan leads to. */
export type Walk = (data: Row, visit: Visit) => void

type Reach = (value: unknown, place: Place | null, visit: Visit) => void

/** Whoever comes to a list goes on with its items, whether the path says so (`@`) or not. */
function each(reach: (row: Row, place: Place | null, visit: Visit) => void): Reach {
  return function reachEach(value, place, visit) {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i += 1) reachEach(value[i], { up: place, key: i }, visit)
    } else if (isRow(value)) reach(value, place, visit)
  }
}

/** Looks up the path of a plan once: fields, lists, and the types it goes on with. */
export function compileWalk(path: readonly FlattenNodePathSegment[], covered: Covered): Walk {
  let reach: Reach = each((row, place, visit) => visit(row, place))
  for (const segment of path.toReversed()) reach = step(segment, reach, covered)
  return (data, visit) => reach(data, null, visit)
}

function step(segment: FlattenNodePathSegment, next: Reach, covered: Covered): Reach {
  if (segment === '@') return next
  if ('Field' in segment) {
    const { Field: key } = segment
    return each((row, place, visit) => next(row[key], { up: place, key }, visit))
  }
  const names = covered(segment.TypeCondition)
  return each((row, place, visit) => {
    const { __typename: name } = row
    // A row whose type was not asked for is of the type the path expects.
    if (typeof name !== 'string' || names.has(name)) next(row, place, visit)
  })
}

/** What a subgraph needs to know of an entity; null when this is none it could be asked for. */
export type Represent = (row: Row, variables: Row) => Row | null

type Take = (row: Row, into: Row, variables: Row) => void

/** Looks up once what is taken of an entity; its type comes along. Throws on a named fragment. */
export function compileRequires(requires: readonly RequiresSelection[], covered: Covered): Represent {
  const take = compileTake(requires, covered)
  return (row, variables) => {
    const { __typename } = row
    if (typeof __typename !== 'string') return null
    const representation: Row = {}
    take(row, representation, variables)
    representation['__typename'] ??= __typename
    for (const key in representation) if (key !== '__typename') return representation
    return null
  }
}

function compileTake(selections: readonly RequiresSelection[], covered: Covered): Take {
  const takes = selections.map((one) => compileOne(one, covered))
  return (row, into, variables) => {
    for (const take of takes) take(row, into, variables)
  }
}

function compileOne(selection: RequiresSelection, covered: Covered): Take {
  switch (selection.kind) {
    case 'Field': {
      // The name is that of the merged data, where the planner may have fetched it under one of its own; the alias the field's.
      const { name, alias = name, selections } = selection
      const inner = selections === undefined ? null : compileTake(selections, covered)
      return (row, into, variables) => {
        const value = row[name]
        if (value === undefined || value === null) return
        into[alias] = inner === null ? value : taken(inner, value, variables)
      }
    }
    case 'InlineFragment': {
      const { typeCondition, selections, skipIf, includeIf } = selection
      const names = covered([typeCondition])
      const take = compileTake(selections, covered)
      return (row, into, variables) => {
        if (skipIf !== undefined && variables[skipIf] === true) return
        if (includeIf !== undefined && variables[includeIf] !== true) return
        const { __typename: name } = row
        if (typeof name !== 'string' || !names.has(name)) return
        const own: Row = {}
        take(row, own, variables)
        merge(into, own)
      }
    }
    case 'FragmentSpread':
      throw new Error('a plan requires a named fragment, which no planner has made so far')
  }
}

function taken(take: Take, value: unknown, variables: Row): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => taken(take, item, variables))
  if (!isRow(value)) return value
  const own: Row = {}
  take(value, own, variables)
  return own
}

/** What is asked of one subgraph about entities, each once, and which objects of the answer wait for it. */
export class Asked {
  readonly representations: Row[]
  readonly waiting: { readonly row: Row; readonly place: Place | null; readonly index: number }[] = []
  readonly #known: Map<string, number>
  /** Who of those who wait is the last to wait for a representation, by the index of that. */
  readonly #last: number[] = []

  /** `shared`: others who ask with the same list. */
  constructor(shared?: Asked) {
    this.representations = shared?.representations ?? []
    this.#known = shared === undefined ? new Map() : shared.#known
  }

  /** `representation` is asked for once, whoever else waits for it. */
  add(row: Row, place: Place | null, representation: Row): void {
    const key = JSON.stringify(representation)
    let index = this.#known.get(key)
    if (index === undefined) {
      index = this.representations.push(representation) - 1
      this.#known.set(key, index)
    }
    this.#last[index] = this.waiting.push({ row, place, index }) - 1
  }

  /** Adds what was answered to those who waited for it; the last gets the answer itself, the others their own copies. */
  answer(entities: unknown): void {
    if (!Array.isArray(entities)) return
    for (const [i, { row, index }] of this.waiting.entries()) {
      const entity: unknown = entities[index]
      if (!isRow(entity)) continue
      if (this.#last[index] === i) merge(row, entity)
      else mergeCopy(row, entity)
    }
  }

  /** Where those stand who wait for one representation, by its index in the list. */
  placesOf(index: number): (Place | null)[] {
    return this.waiting.filter((one) => one.index === index).map((one) => one.place)
  }
}
