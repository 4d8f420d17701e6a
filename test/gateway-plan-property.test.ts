import fc from 'fast-check'
import {
  execute,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isLeafType,
  parse,
  validate,
  type GraphQLCompositeType,
  type GraphQLFieldResolver,
} from 'graphql'
import { expect, test } from 'vitest'
import { createAsk } from '@yibao/gateway/ask'
import type { Guarded } from '@yibao/gateway/guard'
import { createExecutor } from '@yibao/gateway/routes'
import { readSupergraph } from '@yibao/gateway/supergraph'
import { compose } from './compose.ts'
import { bills } from './fixtures/gateway/bills.ts'
import { people } from './fixtures/gateway/people.ts'
import { places } from './fixtures/gateway/places.ts'
import { staff } from './fixtures/gateway/world.ts'

const logger = { info: () => {}, warn: () => {}, error: () => {} }
const subgraphs = [people(logger), places(logger), bills(logger)]
const supergraph = readSupergraph(compose(subgraphs))
const executor = await createExecutor(supergraph, { ask: createAsk(subgraphs, logger), logger, fallback: false })

const NAMES = ['安', '白', '常', '邓']
const person = (id: string) => (NAMES[Number(id)] === undefined ? null : { __typename: 'Person', id })
const hospital = (code: string) => ({ __typename: 'Hospital', code, name: code === 'H0' ? '第一医院' : '第二医院' })
const all = () => [hospital('H0'), hospital('H1'), { __typename: 'Pharmacy', code: 'P0', name: '大药房' }]
const bill = (id: string) => ({
  __typename: 'Bill',
  id,
  lines: ['1', '2'].map((serial) => ({ __typename: 'Line', serial, code: `C${serial}`, note: null })),
})

type Resolve = (row: Record<string, string>, input: Record<string, string>) => unknown

/** The three subgraphs as one server, by hand: what an answer has to be. */
const ONE_SERVER: Readonly<Record<string, Resolve>> = {
  'Query.version': () => '1',
  'Query.person': (_, { id = '' }) => person(id),
  'Query.echo': (_, { text = '' }) => text,
  'Query.places': all,
  'Query.sites': all,
  'Query.bill': (_, { id = '' }) => bill(id),
  'Query.bills': (_, { first }) => Array.from({ length: Number(first) }, (_one, i) => bill(String(i))),
  'BillConnection.edges': (rows) => rows,
  'BillEdge.cursor': ({ id }) => id,
  'BillEdge.node': (row) => row,
  'Bill.amount': () => '2.00',
  'Bill.person': ({ id }) => person(String(Number(id) % 4)),
  'Bill.hospital': ({ id }) => hospital(`H${Number(id) % 2}`),
  'Bill.ward': () => hospital('H0'),
  'Person.name': ({ id }) => NAMES[Number(id)],
  'Person.nickname': ({ id }) => `小${NAMES[Number(id)]}`,
  'Person.bills': ({ id }) => [bill(id ?? ''), bill(`${id}9`)],
  'Hospital.beds': () => 100,
  'Pharmacy.isOpen': () => true,
  'Line.price': () => '1.00',
  'Line.quantity': () => 1,
  'Line.amount': () => '1.00',
  'Line.selfPaid': () => '0.00',
  'Line.overCeiling': () => '0.00',
  'Line.firstSelfPaid': () => '0.10',
  'Line.inScope': () => '0.90',
}
const fieldResolver: GraphQLFieldResolver<Record<string, string>, unknown> = (row, input, _context, info) => {
  const own = ONE_SERVER[`${info.parentType.name}.${info.fieldName}`]
  return own === undefined ? row[info.fieldName] : own(row, input as Record<string, string>)
}

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
        const document = parse(query)
        fc.pre(validate(supergraph.api, document).length === 0)
        const operation = getOperationAST(document)
        if (!operation) throw new Error('no operation')
        const variables = { no: false }
        const asked: Guarded = { document, operation, operationName: undefined, variables, identity: staff }
        const way = await executor.route(asked, query)
        const caller = { identity: staff, traceId: 't' }
        if (way.kind !== 'planned') return
        const own = await executor.runPlan(way.compiled, asked, caller)
        const rest = { schema: supergraph.api, variableValues: variables, fieldResolver }
        const { data } = await execute({ ...rest, document, rootValue: {} })
        expect(own.data, query).toEqual(JSON.parse(JSON.stringify(data)))
        expect(own.errors, query).toBeUndefined()
        compared += 1
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(100)
  },
)
