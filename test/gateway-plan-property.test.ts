import fc from 'fast-check'
import {
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isLeafType,
  parse,
  validate,
  type GraphQLCompositeType,
} from 'graphql'
import { expect, test } from 'vitest'
import { createAsk } from '@yibao/gateway/ask'
import type { Guarded } from '@yibao/gateway/guard'
import { createExecutor } from '@yibao/gateway/routes'
import { readSupergraph } from '@yibao/gateway/supergraph'
import { compose } from './compose.ts'
import { bills } from './fixtures/gateway/bills.ts'
import { askOneServer } from './fixtures/gateway/one-server.ts'
import { people } from './fixtures/gateway/people.ts'
import { places } from './fixtures/gateway/places.ts'
import { staff } from './fixtures/gateway/world.ts'

const logger = { info: () => {}, warn: () => {}, error: () => {} }
const subgraphs = [people(logger), places(logger), bills(logger)]
const supergraph = readSupergraph(compose(subgraphs))
const executor = createExecutor(supergraph, { ask: createAsk(subgraphs, logger), logger, fallback: false })

const ARGUMENTS: Readonly<Record<string, string>> = {
  'Query.bill': '(id: "1")',
  'Query.bills': '(first: 3)',
  'Query.person': '(id: "2")',
  'Query.echo': '(text: "字")',
}
/** What fails on purpose, and what staff may not ask for. */
const NOT_ASKED = new Set(['fails', 'me', 'pii'])
const CONDITIONS = ['', '', '', ' @include(if: $yes)', ' @skip(if: $yes)', ' @include(if: $no)', ' @skip(if: $no)']
const condition = (choice: number) => CONDITIONS[choice % CONDITIONS.length]

const supergraphTypes = (type: GraphQLCompositeType) =>
  isAbstractType(type) ? supergraph.api.getPossibleTypes(type) : []

/** A selection of a type; each number that is drawn is one choice. */
function selection(type: GraphQLCompositeType, draw: () => number, depth: number): string {
  const count = 1 + (draw() % 4)
  const parts = Array.from({ length: count }, () => part(type, draw, depth)).filter((one) => one !== '')
  return parts.length === 0 ? '__typename' : parts.join(' ')
}

function part(type: GraphQLCompositeType, draw: () => number, depth: number): string {
  const choice = draw()
  const hasFields = 'getFields' in type
  if (depth > 0 && choice % 5 === 0) {
    const objects = 'getTypes' in type ? type.getTypes() : [type, ...supergraphTypes(type)]
    const on = objects[choice % objects.length]
    return on === undefined ? '' : `... on ${on.name}${condition(draw())} { ${selection(on, draw, depth - 1)} }`
  }
  const fields = hasFields ? Object.values(type.getFields()).filter(({ name }) => !NOT_ASKED.has(name)) : []
  const field = fields[choice % Math.max(fields.length, 1)]
  if (field === undefined) return '__typename'
  const inner = getNamedType(field.type)
  if (isCompositeType(inner) && depth === 0) return ''
  const alias = draw() % 3 === 0 ? `a${choice % 4}_${field.name}: ` : ''
  const own = `${alias}${field.name}${ARGUMENTS[`${type.name}.${field.name}`] ?? ''}${condition(draw())}`
  if (isLeafType(inner) || !isCompositeType(inner)) return own
  return `${own} { ${selection(inner, draw, depth - 1)} }`
}

/** How a plan answers; undefined when the operation needs none. */
async function planned(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query)
  fc.pre(validate(supergraph.api, document).length === 0)
  const operation = getOperationAST(document)
  if (!operation) throw new Error('no operation')
  const asked: Guarded = { document, operation, operationName: undefined, variables, identity: staff }
  const way = await executor.route(asked, query)
  if (way.kind !== 'planned') return
  const own = await executor.runPlan(way.compiled, asked, { identity: staff, traceId: 't' })
  return { own, one: await askOneServer(supergraph.api, document, variables) }
}

test(
  'whatever is asked, a compiled plan of several subgraphs answers as one server would',
  { timeout: 120_000 },
  async () => {
    const root = supergraph.api.getQueryType()
    if (!root) throw new Error('the graph has no queries')
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 40, maxLength: 200 }), async (choices) => {
        let at = 0
        const draw = () => choices[at++ % choices.length] ?? 0
        const query = `query($yes: Boolean = true, $no: Boolean!) { a: version @include(if: $yes) b: version @skip(if: $no)
        ${selection(root, draw, 4)} }`
        const both = await planned(query, { no: false })
        if (both === undefined) return
        expect(both.own.data, query).toEqual(both.one)
        expect(both.own.errors, query).toBeUndefined()
        compared += 1
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(100)
  },
)

/** What can be asked of an object under one response key. */
const ALIKE: Readonly<Record<string, { readonly leaves: readonly string[]; readonly objects: readonly string[] }>> = {
  Person: { leaves: ['name', 'nickname', 'id'], objects: ['bills{Bill}', 'bills(latest: true){Bill}'] },
  Bill: { leaves: ['id', 'amount'], objects: ['person{Person}', 'hospital{Hospital}', 'ward{Hospital}'] },
  Hospital: { leaves: ['name', 'beds', 'beds(ward: 1)', 'code'], objects: [] },
}
const pick = <T>(list: readonly T[], choice: number): T | undefined => list[choice % list.length]

/** Objects below one, as those who ask have in common; `?Type` stands for a field each of them chooses. */
function alike(type: string, draw: () => number, depth: number): string {
  const object = depth === 0 ? undefined : pick(ALIKE[type]?.objects ?? [], draw())
  if (object === undefined) return `x: ?${type}`
  const deeper = object.replace(/\{(\w+)\}/, (_all, inner: string) => ` { ${alike(inner, draw, depth - 1)} }`)
  return draw() % 4 === 0 ? `x: ?${type} y: ${deeper}` : `y: ${deeper}`
}

test(
  'what two places ask of one entity, with other fields or arguments under the same name, each is answered as one server would',
  { timeout: 120_000 },
  async () => {
    const choose = fc.array(fc.nat(1000), { minLength: 40, maxLength: 40 })
    let compared = 0
    await fc.assert(
      fc.asyncProperty(
        choose,
        fc.integer({ min: 2, max: 3 }),
        fc.integer({ min: 2, max: 5 }),
        async (choices, n, depth) => {
          let at = 0
          const draw = () => choices[at++ % choices.length] ?? 0
          const [root, type] = draw() % 2 === 0 ? ['person(id: "1")', 'Person'] : ['bill(id: "1")', 'Bill']
          const common = alike(type, draw, depth)
          const asked = Array.from({ length: n }, (_one, i) => {
            const own = common.replaceAll(
              /\?(\w+)/g,
              (_all, name: string) => pick(ALIKE[name]?.leaves ?? [], draw()) ?? '',
            )
            return `p${i}: ${root} { ${own} }`
          })
          const query = `{ ${asked.join(' ')} }`
          const both = await planned(query)
          if (both === undefined) return
          expect(both.own.data, query).toEqual(both.one)
          expect(both.own.errors, query).toBeUndefined()
          compared += 1
        },
      ),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(100)
  },
)
