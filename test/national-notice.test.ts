import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, openAwayWorld, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { POOL_CLERK } from './province-money.ts'
import type { Data } from './world.ts'

// What the national centre says two provinces owe each other for a month, beside what their statements come to.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const REJECTION = '__typename ... on Rejection { code problems { path code } }'
const DECLARE = `mutation ($requestId: ID!, $province: String!, $month: String!) {
  declareNet(requestId: $requestId, province: $province, month: $month) { ... on NetStatement { id count amount } ${REJECTION} } }`
const WITHDRAW = `mutation ($requestId: ID!, $statement: ID!) {
  withdrawNet(requestId: $requestId, statement: $statement) { ... on NetStatement { state } ${REJECTION} } }`
const NOTICE = `id number month differences lines { province side verdict difference there { count amount } here { count amount } }`
const IMPORT = `mutation ($requestId: ID!, $file: String!) { importNationalNotice(requestId: $requestId, file: $file) {
  ... on NationalNotice { ${NOTICE} } ${REJECTION} } }`
const NOTICES = `query ($month: String) { nationalNotices(month: $month) {
  ... on NationalNoticeConnection { edges { node { ${NOTICE} } } } ${REJECTION} } }`

const nodes = (found: Data): Data[] => found.edges.map(({ node }: Data) => node)

test('a notice of the national centre is imported once and compared line by line with the statements of its month', async () => {
  await world.settle(await world.filedPerson(), 5000)
  world.at('2026-12-02T09:00:00+08:00')
  // What was taken back and declared anew is owed once.
  const { id: withdrawn } = await world.atPlace(DECLARE, { province: GANSU, month: '2026-11' })
  await world.atPlace(WITHDRAW, { statement: withdrawn })
  await world.talk()
  const statement = await world.atPlace(DECLARE, { province: GANSU, month: '2026-11' })
  expect(statement).toMatchObject({ count: 1, amount: '4415.00' })
  const body = [
    'kind,month,province,side,count,amount,sha256',
    `D,2026-11,${GANSU},RECEIVABLE,1,4415.00,`,
    `D,2026-11,${GANSU},PAYABLE,1,1.00,`,
    'D,2026-11,51,PAYABLE,2,5.00,',
  ].map((row) => `${row}\n`)
  const digest = createHash('sha256').update(body.join('')).digest('hex')
  const file = `${body.join('')}T,医保清〔2026〕11号,${ZHEJIANG},3,4,4421.00,${digest}\n`
  const imported = await world.atPlace(IMPORT, { file })
  expect(imported).toMatchObject({
    number: '医保清〔2026〕11号',
    month: '2026-11',
    differences: 2,
    lines: [
      { province: '51', side: 'HOME', verdict: 'ONLY_THERE', difference: '-5.00', here: null },
      { province: GANSU, side: 'HOME', verdict: 'ONLY_THERE', difference: '-1.00', there: { amount: '1.00' } },
      { province: GANSU, side: 'PLACE', verdict: 'EQUAL', difference: '0.00' },
    ],
  })
  expect(await world.atPlace(IMPORT, { file })).toEqual(imported)
  expect(await world.atPlace(IMPORT, { file: `${file}\n` })).toMatchObject({ code: 'NOTICE_DIFFERS' })
  expect(await world.atHome(IMPORT, { file })).toMatchObject({ problems: [{ code: 'LINE' }, { code: 'LINE' }, {}, {}] })
  expect(await world.atHome(IMPORT, { file }, POOL_CLERK)).toMatchObject({ code: 'NOT_THE_PROVINCE' })
  expect(nodes(await world.atPlace(NOTICES, { month: '2026-11' }))).toEqual([
    expect.objectContaining({ id: imported.id }),
  ])
  expect(nodes(await world.atPlace(NOTICES, { month: '2026-12' }))).toEqual([])
})
