import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildSchema,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLNamedType,
} from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type Data, type World } from './world.ts'

/** Lists without pages, and why they need none. */
const WHOLE: Record<string, string> = {
  designationCriteria: 'the few criteria of one kind of institution, out of the rules',
  receiptKeys: 'the few keys of the platform, as its JWKS has them',
  contributionStatus: 'one entry for each of the periods asked for, which are limited',
  clearingCodes: 'the codes of clearing, out of the rules',
  poolBooks: 'the two directions between two pools',
  provincePositions: 'the two directions with each of the few provinces',
  mappingHistory: 'what one institution ever said of one of its codes',
}

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../schema/supergraph.graphql'), 'utf8'), {
  assumeValid: true,
})

const PAGING = ['first', 'after']

/** What a query answers when nothing is refused. */
function answerOf(type: GraphQLNamedType): GraphQLNamedType | undefined {
  if (!isUnionType(type)) return type
  const refusals = new Set(['InvalidInput', 'NotFound', 'NotAllowed', 'Busy', 'RequestReused'])
  return type.getTypes().find(({ name }) => !refusals.has(name))
}

const isList = (field: GraphQLField<unknown, unknown>): boolean =>
  isListType(isNonNullType(field.type) ? field.type.ofType : field.type)

/** A list wrapped into an object so that a refusal can stand beside it: nothing but lists of objects. */
const isWrapped = (type: GraphQLNamedType | undefined): boolean =>
  isObjectType(type) &&
  Object.values(type.getFields()).every((field) => isList(field) && isObjectType(getNamedType(field.type)))

const isConnection = (type: GraphQLNamedType | undefined): boolean =>
  isObjectType(type) && type.getFields()['pageInfo'] !== undefined

const queries = Object.values(schema.getQueryType()?.getFields() ?? {})
const lists = queries.filter((field) => {
  const answer = answerOf(getNamedType(field.type))
  return isList(field) || isConnection(answer) || isWrapped(answer)
})

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('each list has cursor pages and a filter, or a reason why it is whole', () => {
  const found = lists.map(({ name }) => name)
  expect(found.length).toBeGreaterThan(40)
  expect(Object.keys(WHOLE).filter((name) => !found.includes(name))).toEqual([])
  const wrong = lists.filter(({ name, type, args }) => {
    if (name in WHOLE) return false
    const names = args.map((one) => one.name)
    const isPaged = isConnection(answerOf(getNamedType(type))) && PAGING.every((one) => names.includes(one))
    return !isPaged || names.every((one) => PAGING.includes(one))
  })
  expect(wrong.map(({ name }) => name)).toEqual([])
})

test('each query that takes `first` answers a connection', () => {
  const paged = queries.filter(({ args }) => args.some(({ name }) => name === 'first'))
  const wrong = paged.filter(({ type }) => !isConnection(answerOf(getNamedType(type))))
  expect(wrong.map(({ name }) => name)).toEqual([])
})

/** All pages of a list, two entries at a time. */
async function walk(who: string, name: string, { node, args = '' }: { node: string; args?: string }): Promise<Data[]> {
  const rows: Data[] = []
  let after: string | null = null
  do {
    const query: string = `query ($after: String) { ${name}(first: 2, after: $after ${args}) {
      __typename ... on InvalidInput { problems { path code } }
      ... on ${node} { edges { node { key: ${KEYS[node]} } } pageInfo { hasNextPage endCursor } } } }`
    const page: Data = (await world.as(who, query, { after }))[name]
    rows.push(...page.edges.map((one: Data) => one.node.key))
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after !== null)
  return rows
}

const KEYS: Record<string, string> = {
  CheckRuleConnection: 'id',
  BankAccountConnection: 'id',
  SigningKeyConnection: 'kid',
  WebhookConnection: 'id',
}
const HOSPITAL = 'H62990000001'

test('the pages of the rules of audit are the whole library, each rule once, and narrow to an action', async () => {
  const all = await walk('auditor', 'checkRules', { node: 'CheckRuleConnection' })
  expect(all.length).toBeGreaterThan(15)
  expect(new Set(all).size).toBe(all.length)
  const narrowed = await Promise.all(
    ['WARN', 'DEGRADE_LINE', 'DEGRADE_BILL', 'REFUSE'].map((action) =>
      walk('auditor', 'checkRules', { node: 'CheckRuleConnection', args: `action: ${action}` }),
    ),
  )
  expect(new Set(narrowed.flat())).toEqual(new Set(all))
})

const ENTER = `mutation ($requestId: ID!, $input: BankAccountInput!) { enterBankAccount(requestId: $requestId, input: $input) {
  ... on BankAccount { id } ... on Rejection { code } } }`

test('the bank accounts of an institution come by pages, the latest first, and to nobody else', async () => {
  const entered: string[] = []
  for (const number of [
    '6299000000000001',
    '6299000000000002',
    '6299000000000003',
    '6299000000000004',
    '6299000000000005',
  ]) {
    const input = { holder: '示范医院', number, bankName: '示范银行', bankCode: '102100099996' }
    const { enterBankAccount } = await world.as(HOSPITAL, ENTER, { requestId: `account-${number}`, input })
    entered.unshift(enterBankAccount.id)
  }
  const own = await walk(HOSPITAL, 'bankAccounts', { node: 'BankAccountConnection' })
  expect(own.slice(0, 5)).toEqual(entered)
  expect(await walk('H62010000001', 'bankAccounts', { node: 'BankAccountConnection' })).toEqual([])
})

test('a cursor of another list is refused where it stands', async () => {
  for (const name of ['webhooks', 'partnerKeys', 'bankAccounts']) {
    const query = `{ ${name}(after: "v1") { __typename ... on InvalidInput { problems { path code } } } }`
    expect((await world.as(HOSPITAL, query))[name]).toMatchObject({ problems: [{ path: 'after', code: 'CURSOR' }] })
  }
})
