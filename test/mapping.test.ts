import { gatherMappingUse } from '@yibao/institutions/commands/mapping-use'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importWorld, institution, staff, type ImportWorld } from './import-world.ts'
import { auditor, person } from './institutions-world.ts'

const HOSPITAL = 'H62020000001'
const OTHER = 'H62010000001'
const hospital = institution(HOSPITAL)
const other = institution(OTHER)

let world: ImportWorld
beforeAll(async () => {
  const common = { level: 'LEVEL_2', type: 'GENERAL_HOSPITAL', agreedFrom: '2023-01-01' } as const
  world = await importWorld([
    { ...common, code: HOSPITAL, name: '嘉峪关测试医院', creditCode: '12100000400010275N', pool: '620200' },
    { ...common, code: OTHER, name: '兰州测试医院', creditCode: '91350100M000100Y43', pool: '620100' },
  ])
  await world.db.hot.unsafe(
    `insert into institutions.catalogue_item (code, begin_on, end_on, name, list_type, charge_type, class, restricted,
       essential, negotiated, paediatric, special, pinyin)
     select code, '2025-01-01', until::date, '片', '101', '09', 'A', false, false, false, false, false, 'p'
     from unnest($1::text[], $2::text[]) as given (code, until)`,
    [
      [A, B, ENDING],
      [null, null, '2026-12-01'],
    ],
  )
})
afterAll(() => world.close())

const A = 'XJ01CAA040A001010102699'
const B = 'XJ01CAA040A001010102700'
const ENDING = 'XJ01CAA040A001010102701'
const GONE = 'XJ01CAA040A001010102702'

const UPLOAD = `mutation ($requestId: ID!, $mappings: [MappingInput!]!) {
  uploadMappings(requestId: $requestId, mappings: $mappings) {
    ... on MappingUpload { results { ownCode outcome problems { path code } } } ... on Rejection { code } } }`
const LIST = `query ($institution: String, $search: String, $code: String, $isMapped: Boolean, $endsWithin: Int,
    $first: Int, $after: String) {
  mappings(institution: $institution, search: $search, code: $code, isMapped: $isMapped, endsWithin: $endsWithin,
    first: $first, after: $after) {
    ... on CodeMappingConnection { edges { node { ownCode code name beginOn endOn } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } } } }`
const HISTORY = `query ($ownCode: String!) { mappingHistory(ownCode: $ownCode) {
  ... on CodeMappingHistory { mappings { code beginOn withdrawnAt } } } }`
const WITHDRAW = `mutation ($requestId: ID!, $ownCode: String!, $beginOn: Date) {
  withdrawMapping(requestId: $requestId, ownCode: $ownCode, beginOn: $beginOn) {
    ... on CodeMappingHistory { mappings { code beginOn withdrawnAt } } ... on Rejection { code } } }`
const UNMAPPED = `query ($institution: String, $days: Int, $reason: UnmappedReason, $first: Int, $after: String) {
  unmappedCodes(institution: $institution, days: $days, reason: $reason, first: $first, after: $after) {
    ... on UnmappedCodeConnection { edges { node { ownCode reason code usedCode lastUsedOn endsOn } }
      pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path } } } }`
const IMPORT = `mutation ($requestId: ID!, $document: ID!) { importMappings(requestId: $requestId, document: $document) {
  ... on CatalogueImport { id } ... on Rejection { code } } }`
const JOB = `query ($id: ID!) { catalogueImport(id: $id) { ... on CatalogueImport { state rows bad added changed unchanged
  firstBad { line problems { path code } } fault { code } } ... on Rejection { code } } }`

type Answer = Record<string, never>
let requests = 0
const upload = async (mappings: object[], who = hospital) => {
  const asked = { requestId: `m${(requests += 1)}`, mappings }
  const { uploadMappings } = await world.ask<{ uploadMappings: { results: { outcome: string; problems: [] }[] } }>(
    who,
    UPLOAD,
    asked,
  )
  return uploadMappings.results
}
const outcomes = async (mappings: object[], who = hospital) => (await upload(mappings, who)).map((one) => one.outcome)
const nodes = <T>(page: { edges: { node: T }[] }) => page.edges.map(({ node }) => node)
interface Node {
  readonly ownCode: string
  readonly endOn: string | null
  readonly reason: string
}
interface Page {
  readonly edges: { node: Node }[]
  readonly pageInfo: { hasNextPage: boolean; endCursor: string }
}
const list = async (variables = {}, who = hospital) =>
  (await world.ask<{ mappings: Page }>(who, LIST, variables)).mappings
const codes = async (variables = {}, who = hospital) => nodes(await list(variables, who)).map((one) => one.ownCode)
const unmapped = async (variables = {}, who = hospital) =>
  nodes((await world.ask<{ unmappedCodes: Page }>(who, UNMAPPED, variables)).unmappedCodes)

const row = (ownCode: string, more = {}) => ({ ownCode, name: '阿莫西林', code: A, beginOn: '2026-01-01', ...more })

test('good rows are taken and each bad row is answered in its place, under one request', async () => {
  const mappings = [
    row('Y1'),
    row('Y2', { code: 'XJ01' }),
    row('Y3', { code: null }),
    row('Y1', { code: B }),
    row('Y4', { beginOn: '2026-13-01' }),
    row('Y5', { listType: '201' }),
    row('Y6', { endOn: '2025-01-01' }),
  ]
  const asked = { requestId: 'batch', mappings }
  const first = await world.ask<Answer>(hospital, UPLOAD, asked)
  expect(first).toEqual({
    uploadMappings: {
      results: [
        { ownCode: 'Y1', outcome: 'ADDED', problems: [] },
        { ownCode: 'Y2', outcome: 'REFUSED', problems: [{ path: 'code', code: 'CODE_FORM' }] },
        { ownCode: 'Y3', outcome: 'ADDED', problems: [] },
        { ownCode: 'Y1', outcome: 'REFUSED', problems: [{ path: 'ownCode', code: 'REPEATED_KEY' }] },
        { ownCode: 'Y4', outcome: 'REFUSED', problems: [{ path: 'beginOn', code: 'DATE' }] },
        { ownCode: 'Y5', outcome: 'REFUSED', problems: [{ path: 'listType', code: 'LIST_TYPE' }] },
        { ownCode: 'Y6', outcome: 'REFUSED', problems: [{ path: 'endOn', code: 'DATES_REVERSED' }] },
      ],
    },
  })
  expect(await world.ask(hospital, UPLOAD, asked)).toEqual(first)
  expect(await outcomes([row('Y1'), row('Y3', { code: null })])).toEqual(['UNCHANGED', 'UNCHANGED'])
})

test('a correction withdraws what was said and keeps it readable; a later row closes the earlier one', async () => {
  expect(await outcomes([row('C1')])).toEqual(['ADDED'])
  expect(await outcomes([row('C1', { code: B })])).toEqual(['CHANGED'])
  expect(await outcomes([row('C1', { beginOn: '2026-06-01' })])).toEqual(['ADDED'])
  expect(nodes(await list({ search: 'C1' }))).toMatchObject([
    { ownCode: 'C1', code: B, beginOn: '2026-01-01', endOn: '2026-05-31' },
    { ownCode: 'C1', code: A, beginOn: '2026-06-01', endOn: null },
  ])
  const { mappingHistory } = await world.ask<{ mappingHistory: { mappings: object[] } }>(hospital, HISTORY, {
    ownCode: 'C1',
  })
  expect(mappingHistory.mappings).toHaveLength(3)
  expect(mappingHistory.mappings).toContainEqual({ code: A, beginOn: '2026-01-01', withdrawnAt: expect.any(String) })
})

const withdraw = (requestId: string, beginOn?: string) =>
  world.ask<Answer>(hospital, WITHDRAW, { requestId, ownCode: 'W1', beginOn })

test('a withdrawn mapping no longer counts, is kept, and can be given again', async () => {
  await upload([row('W1'), row('W1', { beginOn: '2026-05-01' })])
  await withdraw('w1', '2026-05-01')
  expect(nodes(await list({ search: 'W1' }))).toMatchObject([{ beginOn: '2026-01-01', endOn: null }])
  await withdraw('w2')
  expect(await codes({ search: 'W1' })).toEqual([])
  expect(await withdraw('w3')).toEqual({ withdrawMapping: { code: 'NOT_FOUND' } })
  expect(await outcomes([row('W1')])).toEqual(['ADDED'])
})

const batch = (code: string) => upload(Array.from({ length: 50 }, (_, i) => row(`R${i}`, { code })))

test('two who correct the same codes at once leave one mapping of each', async () => {
  await Promise.all([batch(A), batch(B), batch(A), batch(B)])
  expect(await codes({ search: 'R', first: 100 })).toHaveLength(50)
})

test('a file is taken by the same job as a catalogue: bad rows listed, the same file again changes nothing', async () => {
  const head = 'fixmedins_hilist_id,fixmedins_hilist_name,med_list_codg,begndate,prcunt'
  const lines = Array.from({ length: 3000 }, (_, i) => `F${String(i).padStart(5, '0')},片${i},${A},2026/1/1,盒`)
  const text = `${[head, ...lines, 'F1,,XJ,2026-01-01,', 'F00001,别的,,2026-01-01,'].join('\n')}\n`
  const load = async (requestId: string) => {
    const document = await world.upload(text, { institution: HOSPITAL })
    const { importMappings } = await world.ask<{ importMappings: { id: string } }>(hospital, IMPORT, {
      requestId,
      document,
    })
    await world.work()
    return world.ask<{ catalogueImport: object }>(hospital, JOB, { id: importMappings.id })
  }
  expect(await load('f1')).toMatchObject({
    catalogueImport: {
      state: 'DONE',
      rows: 3002,
      bad: 2,
      added: 3000,
      firstBad: [
        { line: 3002, problems: [{ path: 'fixmedins_hilist_name' }, { path: 'med_list_codg' }] },
        { line: 3003, problems: [{ path: 'fixmedins_hilist_id', code: 'REPEATED_KEY' }] },
      ],
    },
  })
  expect(await load('f2')).toMatchObject({ catalogueImport: { state: 'DONE', added: 0, changed: 0, unchanged: 3000 } })
  const foreign = await world.upload(text, { institution: OTHER })
  expect(await world.ask(hospital, IMPORT, { requestId: 'f3', document: foreign })).toMatchObject({
    importMappings: { code: 'NOT_FOUND' },
  })
})

describe('lists', () => {
  test('go page by page in order of the own code, and find by code, name, national code, and what is missing or ends', async () => {
    await upload([row('L2', { code: B, endOn: '2026-12-05' }), row('L 1'), row('L3', { code: null, name: '自制剂' })])
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await list({ search: 'L', first: 1, after })
      seen.push(...nodes(page).map((one) => one.ownCode))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined
    } while (after !== undefined)
    expect(seen).toEqual(['L 1', 'L2', 'L3'])
    expect(await codes({ search: '自制' })).toEqual(['L3'])
    expect(await codes({ search: 'L', isMapped: false })).toEqual(['L3'])
    expect(await codes({ search: 'L', code: B })).toEqual(['L2'])
    expect(await codes({ endsWithin: 20 })).toContain('L2')
    expect(await codes({ endsWithin: 5 })).not.toContain('L2')
    expect(await list({ after: 'x', endsWithin: 0, institution: 'H1' })).toMatchObject({
      problems: [{ path: 'after' }, { path: 'institution' }, { path: 'endsWithin' }],
    })
  })

  test('an institution sees its own, a bureau those of the institutions it has an agreement with, auditors all', async () => {
    await upload([row('S1')], other)
    expect(await codes({ institution: OTHER }, hospital)).toEqual([])
    expect(await codes({ institution: OTHER }, staff('620100'))).toEqual(['S1'])
    expect(await codes({ institution: OTHER }, staff('620200'))).toEqual([])
    expect(await codes({ institution: OTHER }, auditor)).toEqual(['S1'])
    expect(await list({}, auditor)).toMatchObject({ code: 'INVALID_INPUT', problems: [{ path: 'institution' }] })
    await expect(list({ institution: OTHER }, person)).rejects.toThrow('FORBIDDEN')
  })
})

const used = (ownCode: string, code: string, on: string) =>
  world.db.hot.unsafe(
    `insert into institutions.own_code_use (institution, own_code, code, last_used_on) values ($1, $2, $3, $4)`,
    [OTHER, ownCode, code, on],
  )

describe('codes that need somebody to look at them', () => {
  test('are those used or listed without a mapping, billed otherwise, unknown to the catalogue, or about to end', async () => {
    await upload(
      [
        row('G1'),
        row('G2', { code: null }),
        row('G3', { code: GONE }),
        row('G4', { code: ENDING }),
        row('G5', { endOn: '2026-12-05' }),
        row('G6', { endOn: '2026-12-05' }),
        row('G6', { beginOn: '2026-12-06' }),
        row('G7'),
      ],
      other,
    )
    await used('G1', A, '2026-11-20')
    await used('G7', B, '2026-11-20')
    await used('G8', A, '2026-11-01')
    await used('G9', A, '2026-01-01')
    const found = (await unmapped({}, other)).filter((one) => one.ownCode.startsWith('G'))
    expect(found.map(({ ownCode, reason }) => `${ownCode} ${reason}`)).toEqual([
      'G2 LISTED_UNMAPPED',
      'G3 CODE_UNKNOWN',
      'G4 CODE_ENDS',
      'G5 MAPPING_ENDS',
      'G7 USED_OTHERWISE',
      'G8 USED_UNMAPPED',
    ])
    expect(found[2]).toMatchObject({ endsOn: '2026-12-01', code: ENDING })
    expect(found[4]).toMatchObject({ code: A, usedCode: B, lastUsedOn: '2026-11-20' })
    expect((await unmapped({ days: 300, reason: 'USED_UNMAPPED' }, other)).map((one) => one.ownCode)).toEqual(['G8'])
    expect((await unmapped({ days: 366, reason: 'USED_UNMAPPED' }, other)).map((one) => one.ownCode)).toEqual([
      'G8',
      'G9',
    ])
    expect(await unmapped({ institution: OTHER }, hospital)).toEqual([])
  })

  test('come page by page without a gap', async () => {
    const all = (await unmapped({}, other)).map(({ ownCode, reason }) => `${ownCode} ${reason}`)
    const seen: string[] = []
    let after: string | undefined
    do {
      const { unmappedCodes: page } = await world.ask<{ unmappedCodes: Page }>(other, UNMAPPED, { first: 2, after })
      seen.push(...nodes(page).map(({ ownCode, reason }) => `${ownCode} ${reason}`))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined
    } while (after !== undefined)
    expect(seen).toEqual(all)
  })

  test('gathering what was used goes up to now and can be done again', async () => {
    await gatherMappingUse(world)
    await gatherMappingUse(world)
    const [mark] = await world.db.hot.unsafe<{ until: Temporal.Instant }>(
      'select until from institutions.own_code_mark',
    )
    expect(mark?.until.toString()).toBe(world.time.now.toString())
  })
})
