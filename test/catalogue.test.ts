import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importFile, type ImportOptions } from '@yibao/institutions/commands/import-file'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditor, clerk, hospital, institutionsWorld, person, type InstitutionsWorld } from './institutions-world.ts'

const demo = join(import.meta.dirname, '..', 'demo')
let world: InstitutionsWorld
let folder: string

const FILES = { CATALOGUE: 'catalogue', SELF_PAY: 'self-pay', CEILINGS: 'ceilings' } as const
const KINDS = ['CATALOGUE', 'SELF_PAY', 'CEILINGS'] as const

async function load(kind: ImportOptions['kind']) {
  const file = join(demo, `${FILES[kind]}.csv`)
  const reportFile = join(folder, `${FILES[kind]}.errors.csv`)
  return importFile({ db: world.db, clock: () => world.time.now, file, kind, pool: null, reportFile })
}

beforeAll(async () => {
  ;[world, folder] = await Promise.all([institutionsWorld(), mkdtemp(join(tmpdir(), 'yibao-catalogue-'))])
  for (const kind of KINDS) await load(kind)
})
afterAll(() => Promise.all([world.close(), rm(folder, { recursive: true })]))

interface Item {
  code: string
  name: string
  class: string
  endOn: string | null
  selfPays: { personClass: string; ratio: string }[]
  ceilings: { level: string | null; price: string; over: string }[]
}
interface Items {
  catalogueItems: {
    edges: { node: Item }[]
    pageInfo: { hasNextPage: boolean; endCursor: string }
    problems: { path: string }[]
  }
}

const ITEMS = `query ($first: Int, $after: String, $search: String, $on: Date, $pool: String) {
  catalogueItems(first: $first, after: $after, search: $search, on: $on, pool: $pool) {
    ... on CatalogueItemConnection { edges { node { code name class endOn } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { problems { path } } } }`

const names = async (search: string, more = {}) => {
  const { catalogueItems } = await world.ask<Items>(person, ITEMS, { search, first: 100, ...more })
  return catalogueItems.edges.map(({ node }) => node.name)
}
const codeOf = async (search: string) => {
  const { catalogueItems } = await world.ask<Items>(person, ITEMS, { search })
  return catalogueItems.edges[0]?.node.code ?? ''
}

test('the demo catalogue has no bad row, at least 300 items, and loads again without a change', async () => {
  for (const kind of KINDS) {
    expect(await load(kind)).toMatchObject({ bad: 0, added: 0, changed: 0, ignoredColumns: 0 })
  }
  const [row] = await world.db.hot.unsafe<{ items: bigint }>(
    'select count(distinct code) as items from institutions.catalogue_v1',
  )
  expect(row?.items).toBeGreaterThan(300n)
})

describe('search', () => {
  test('finds by the beginning of a code, in either case', async () => {
    expect(await names('xj01ca')).toEqual(['阿莫西林胶囊'])
  })
  test('finds by pinyin initials', async () => {
    expect(await names('amxl')).toEqual(['阿莫西林胶囊', '阿莫西林克拉维酸钾片'])
  })
  test('finds by a part of the name', async () => {
    expect(await names('丹参')).toContain('复方丹参滴丸')
  })
  test.each(['%', '_', "'", '\\', '100%', '阿%林'])('takes %s for what it is', async (search) => {
    const found = await names(search)
    expect(found.every((name) => name.includes(search))).toBe(true)
  })
})

test('the whole catalogue comes in pages, each item once, in order of code', async () => {
  const codes: string[] = []
  let after: string | null = null
  do {
    const { catalogueItems }: Items = await world.ask<Items>(hospital(), ITEMS, { first: 100, after })
    codes.push(...catalogueItems.edges.map(({ node }) => node.code))
    after = catalogueItems.pageInfo.hasNextPage ? catalogueItems.pageInfo.endCursor : null
  } while (after !== null)
  expect(codes.length).toBeGreaterThan(300)
  expect(codes).toEqual([...new Set(codes)].toSorted())
})

test('wrong arguments are all named', async () => {
  const wrong = { first: 0, after: 'x', search: 'x'.repeat(51), on: '2026-02-30', pool: '99' }
  const { catalogueItems } = await world.ask<Items>(person, ITEMS, wrong)
  expect(catalogueItems.problems.map(({ path }) => path)).toEqual(['first', 'after', 'on', 'pool', 'search'])
})

const ITEM = `query ($code: ID!, $on: Date, $pool: String, $of: String!) {
  catalogueItem(code: $code, on: $on, pool: $pool) {
    __typename
    ... on CatalogueItem { code name class listType chargeType restricted endOn
      selfPays(pool: $of) { personClass ratio } ceilings(pool: $of) { level price over } }
    ... on Rejection { code } } }`

describe('an item', () => {
  test('is answered with ratios and ceilings of a pool on the day asked for', async () => {
    const code = await codeOf('司美格鲁肽')
    const { catalogueItem } = await world.ask<{ catalogueItem: Item }>(auditor, ITEM, { code, of: '620200' })
    expect(catalogueItem).toMatchObject({
      name: '司美格鲁肽注射液',
      class: 'B',
      listType: 'DRUG',
      chargeType: 'WESTERN_MEDICINE',
      restricted: true,
      selfPays: [
        { personClass: '14', ratio: '0.3000' },
        { personClass: '15', ratio: '0.3000' },
        { personClass: '16', ratio: '0.3000' },
        { personClass: 'ALL', ratio: '0.2000' },
      ],
      ceilings: [{ level: null, price: '376.000000', over: 'EXCESS' }],
    })
    const before = await world.ask(clerk(), ITEM, { code, of: '620200', on: '2023-12-31' })
    expect(before).toMatchObject({ catalogueItem: { class: 'C', endOn: '2023-12-31', selfPays: [], ceilings: [] } })
  })

  test.each([
    [{ code: 'XZ99', of: '620200' }, 'NOT_FOUND'],
    [{ code: '001102000050000', of: '620200', on: '2022-12-31' }, 'NOT_FOUND'],
    [{ code: '001102000050000', of: '620200', on: 'today' }, 'INVALID_INPUT'],
  ])('%j answers %s', async (variables, code) => {
    expect(await world.ask(person, ITEM, variables)).toMatchObject({ catalogueItem: { code } })
  })

  test('of a pool itself counts before the national one, for that pool only', async () => {
    const code = await codeOf('单人间床位费')
    await world.db.hot.unsafe(
      `insert into institutions.catalogue_item select code, '620100', date '2025-01-01', null, '特需床位', list_type,
         charge_type, 'B', false, false, false, false, false, null, null, null, null, 'txcw'
       from institutions.catalogue_item where code = $1`,
      [code],
    )
    const classIn = async (pool: string | null, on: string) => {
      const { catalogueItem } = await world.ask<{ catalogueItem: Item }>(person, ITEM, { code, of: '620100', pool, on })
      return catalogueItem.class
    }
    expect(await classIn('620100', '2025-06-01')).toBe('B')
    expect(await classIn('620100', '2024-06-01')).toBe('C')
    expect(await classIn('620200', '2025-06-01')).toBe('C')
    expect(await classIn(null, '2025-06-01')).toBe('C')
    expect(await names('特需', { pool: '620100' })).toEqual(['特需床位'])
    expect(await names('单人间', { pool: '620100' })).toEqual([])
    expect(await names('单人间', { pool: '620200' })).toEqual(['单人间床位费(特需)'])
  })

  test('is referred to by its code from other subgraphs', async () => {
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on CatalogueItem { name } } }`
    const of = ['001102000050000', 'X'].map((code) => ({ __typename: 'CatalogueItem', code }))
    expect(await world.ask(auditor, query, { of })).toEqual({ _entities: [{ name: '住院诊察费' }, null] })
  })
})
