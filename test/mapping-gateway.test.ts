import { setTimeout as sleep } from 'node:timers/promises'
import { gatherMappingUse } from '@yibao/institutions/commands/mapping-use'
import { afterAll, expect, test } from 'vitest'
import { fileRequest, upload } from './document-world.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { demoPerson, openWorld } from './world.ts'

// Through the gateway, with real uploads, real bills and the workers of the platform.

const world = await openWorld()
afterAll(() => world.close())

const HOSPITAL = 'H62990000001'
const CLERK = 'clerk-629900'
const CSV = { purpose: 'CATALOGUE', filename: 'list.csv', pool: '629900' }
const DONE = `query ($id: ID!) { catalogueImport(id: $id) {
  ... on CatalogueImport { state rows bad added report version fault { code } } } }`
const LINK = 'query ($id: ID!) { documentLink(id: $id) { ... on DocumentLink { path } ... on Rejection { code } } }'

/** Waits for the worker. */
async function ended(who: string, id: string) {
  for (;;) {
    const { catalogueImport } = await world.as(who, DONE, { id })
    if (['DONE', 'FAILED'].includes(catalogueImport.state)) return catalogueImport
    await sleep(100)
  }
}

test('a clerk uploads a list, the worker takes it in, bills are judged by it, and the report comes back', async () => {
  const code = 'XJ01CAA040A001010199999'
  const settle = async (requestId: string) => {
    const { cardNumber: card } = demoPerson('629900', 'retired')
    const input = bill({ card, lines: [{ code, price: 100 }] })
    const query = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) {
      ... on Settlement { lines { class } } ... on Rejection { code } } }`
    const { settle: settled } = await world.as(HOSPITAL, query, { requestId, input })
    return settled.lines?.[0]?.class ?? settled.code
  }
  const before = await settle('before')

  const text = `编码,名称,甲乙丙,开始日期\n${code},新药片,甲,2025-01-01\n坏,行,甲,2025-01-01\n`
  const { id: document } = await upload(world, CLERK, Buffer.from(text), CSV)
  const start = `mutation ($document: ID!) { importCatalogue(requestId: "i", document: $document, kind: CATALOGUE) {
    ... on CatalogueImport { id } ... on Rejection { code } } }`
  const { importCatalogue } = await world.as(CLERK, start, { document })
  const done = await ended(CLERK, importCatalogue.id)
  expect(done).toMatchObject({ state: 'DONE', rows: 2, bad: 1, added: 1 })

  expect([before, await settle('after')]).toEqual(['UNKNOWN_ITEM', 'A'])

  const { documentLink } = await world.as(CLERK, LINK, { id: done.report })
  const { body } = await fileRequest(world, null, 'GET', documentLink.path)
  expect(body.toString()).toContain('3,hilist_code,CODE_FORM')
})

test('a hospital is told which of its codes stand in its bills and are not mapped, until it maps them', async () => {
  const { cardNumber: card } = demoPerson('629900', 'active')
  const lines = [
    { code: CLASS_A, price: 20, ownCode: 'HIS-1' },
    { code: CLASS_A, price: 30, ownCode: 'HIS-2' },
  ]
  await world.as(HOSPITAL, SETTLE, { requestId: 'used', input: bill({ card, lines }) })
  const { institutions: db } = world.platform.databases
  const clock = () => world.time.now.add({ minutes: 1 })
  const unmapped = async () => {
    await gatherMappingUse({ db, clock })
    const query = `{ unmappedCodes(reason: USED_UNMAPPED) { ... on UnmappedCodeConnection { edges { node {
      ownCode usedCode lastUsedOn } } } } }`
    const { unmappedCodes } = await world.as(HOSPITAL, query)
    return unmappedCodes.edges
      .map((edge: { node: { ownCode: string } }) => edge.node)
      .filter(({ ownCode }: { ownCode: string }) => ownCode.startsWith('HIS'))
  }
  expect(await unmapped()).toEqual([
    { ownCode: 'HIS-1', usedCode: CLASS_A, lastUsedOn: '2026-11-22' },
    { ownCode: 'HIS-2', usedCode: CLASS_A, lastUsedOn: '2026-11-22' },
  ])

  const text = `院内编码,院内名称,医疗目录编码,开始日期\nHIS-1,氯化钠,${CLASS_A},2026-01-01\n`
  const { id: document } = await upload(world, HOSPITAL, Buffer.from(text), CSV)
  const start = `mutation ($document: ID!) { importMappings(requestId: "m", document: $document) {
    ... on CatalogueImport { id } ... on Rejection { code } } }`
  const { importMappings } = await world.as(HOSPITAL, start, { document })
  expect(await ended(HOSPITAL, importMappings.id)).toMatchObject({ state: 'DONE', added: 1 })
  expect(await unmapped()).toMatchObject([{ ownCode: 'HIS-2' }])
})

test('a bill that became visible ten minutes after it was numbered is looked at within the next quarter of an hour', async () => {
  const { cardNumber: card } = demoPerson('629900', 'active')
  const { institutions: db } = world.platform.databases
  const gather = (minutes: number) => gatherMappingUse({ db, clock: () => world.time.now.add({ minutes }) })
  await gather(10)
  const lines = [{ code: CLASS_A, price: 20, ownCode: 'HIS-LATE' }]
  await world.as(HOSPITAL, SETTLE, { requestId: 'late', input: bill({ card, lines }) })
  await gather(25)
  const { unmappedCodes } = await world.as(
    HOSPITAL,
    `{ unmappedCodes(reason: USED_UNMAPPED) { ... on UnmappedCodeConnection { edges { node { ownCode } } } } }`,
  )
  const found = unmappedCodes.edges.map((edge: { node: { ownCode: string } }) => edge.node.ownCode)
  expect(found).toContain('HIS-LATE')
})
