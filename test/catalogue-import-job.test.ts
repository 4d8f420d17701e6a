import { advanceImport } from '@yibao/institutions/commands/import-advance'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { zipOf } from './document-content.ts'
import { importWorld, institution, staff, type ImportWorld } from './import-world.ts'
import { auditor, person } from './institutions-world.ts'

let world: ImportWorld
beforeAll(async () => {
  world = await importWorld()
})
afterAll(() => world.close())

const FIELDS = `id state rows bad added changed unchanged version progress pool firstBad { line problems { path code } }
  faults { code count } report fault { code message { zh en } problems { code } } mayBeTruncated finishedAt`
const IMPORT = `mutation ($requestId: ID!, $document: ID!, $kind: CatalogueFileKind!, $pool: String) {
  importCatalogue(requestId: $requestId, document: $document, kind: $kind, pool: $pool) {
    ... on CatalogueImport { ${FIELDS} } ... on Rejection { code problems { path code } } } }`
const SHOW = `query ($id: ID!) { catalogueImport(id: $id) {
  ... on CatalogueImport { ${FIELDS} } ... on Rejection { code } } }`
const CANCEL = `mutation ($requestId: ID!, $id: ID!) { cancelCatalogueImport(requestId: $requestId, id: $id) {
  ... on CatalogueImport { state } ... on Rejection { code } } }`

interface Job {
  readonly id: string
  readonly state: string
  readonly report: string
  readonly code?: string
}

let requests = 0
async function start(content: string | Buffer, of: Start = {}): Promise<Job> {
  const { kind = 'CATALOGUE', pool, who = staff(), type = 'text/csv' } = of
  const document = await world.upload(content, { pool: who.kind === 'staff' ? who.pool : '620200', type })
  const asked = { requestId: `import-${(requests += 1)}`, document, kind, pool }
  return (await world.ask<{ importCatalogue: Job }>(who, IMPORT, asked)).importCatalogue
}
interface Start {
  kind?: string
  pool?: string
  who?: ReturnType<typeof staff>
  type?: string
}

const show = async (id: string, who = staff()) =>
  (await world.ask<{ catalogueImport: Job & Record<string, unknown> }>(who, SHOW, { id })).catalogueImport

const HEAD = '编码,名称,甲乙丙,收费类别,开始日期,统筹区'
const row = (number: number, rest = '阿莫西林胶囊,甲,09,2025-01-01,') =>
  `XJ01CAA1${String(number).padStart(5, '0')}1010101000,${rest}`
const rows = (from: number, count: number, rest?: string) =>
  `${[HEAD, ...Array.from({ length: count }, (_, i) => row(from + i, rest))].join('\n')}\n`

const count = async (table: string, where = 'true') => {
  const [found] = await world.db.hot.unsafe<{ n: number }>(
    `select count(*)::int as n from institutions.${table} where ${where}`,
  )
  return found?.n
}
const version = async () => (await world.db.hot.unsafe<{ version: bigint }>(VERSION))[0]?.version ?? 0n
const VERSION = 'select version from institutions.catalogue_version'

test('an uploaded file comes in force for the pool of whoever asks, with every bad row in a report', async () => {
  const bad = ['XJ01,=1+1,丁,99,2025-01-01,', row(3, '别的统筹区,甲,09,2025-01-01,620100')]
  const { id, state } = await start(`${HEAD}\n${row(1)}\n${bad.join('\n')}\n${row(2)}\n`)
  expect(state).toBe('RECEIVED')
  expect(await count('catalogue_item')).toBe(0)
  await world.work()

  const done = await show(id)
  expect(done).toMatchObject({ state: 'DONE', rows: 4, bad: 2, added: 2, changed: 0, progress: 1, pool: '620200' })
  expect(done).toMatchObject({ firstBad: [{ line: 3 }, { line: 4, problems: [{ code: 'OTHER_POOL' }] }] })
  expect(await count('catalogue_item', `pool = '620200'`)).toBe(2)
  const report = (await world.contentOf(done.report)).trim().split('\r\n')
  expect(report.map((line) => line.split(',').slice(0, 3).join(' '))).toEqual([
    '行 line 列 column 代码 code',
    '3 hilist_code CODE_FORM',
    '3 med_chrgitm_type CHARGE_TYPE',
    '3 chrgitm_lv VALUE',
    '4 poolarea_no OTHER_POOL',
  ])
  expect([await count('import_row'), await count('import_report')]).toEqual([0, 0])
})

test('the same request starts one import, and the same file again changes nothing', async () => {
  const document = await world.upload(rows(100, 3))
  const asked = { requestId: 'twice', document, kind: 'CATALOGUE' }
  const [one, two] = await Promise.all([
    world.ask<{ importCatalogue: Job }>(staff(), IMPORT, asked),
    world.ask<{ importCatalogue: Job }>(staff(), IMPORT, asked),
  ])
  expect(one.importCatalogue.id).toBe(two.importCatalogue.id)
  await world.work()
  const before = await version()
  const again = await start(rows(100, 3))
  await world.work()
  expect(await show(again.id)).toMatchObject({ state: 'DONE', added: 0, changed: 0, unchanged: 3 })
  expect(await version()).toBe(before)
})

describe('an import that is broken off', () => {
  const text = rows(10_000, 5_500)
  const source = (cut = Infinity) =>
    async function* () {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += 7_000) {
        if (at > cut) throw new Error('the disk is gone')
        yield bytes.subarray(at, at + 7_000)
      }
    }

  test('goes on after every batch with nothing lost and nothing doubled, and shows no row before all are in force', async () => {
    const { id } = await start(text)
    const [items, before] = [await count('catalogue_item'), await version()]
    let steps = 0
    for (let job = await show(id); job.state !== 'DONE'; job = await show(id)) {
      expect([await count('catalogue_item'), await version()]).toEqual([items, before])
      await advanceImport({ ...world, source: source((steps + 1) * 60_000) }, id).catch((error: Error) => {
        expect(error.message).toBe('the disk is gone')
      })
      await advanceImport({ ...world, source: source(), until: 0 }, id)
      steps += 1
    }
    expect(steps).toBeGreaterThan(2)
    expect(await show(id)).toMatchObject({ rows: 5_500, bad: 0, added: 5_500 })
    expect([await count('catalogue_item'), await version()]).toEqual([(items ?? 0) + 5_500, before + 1n])
  })

  test('is not doubled by two processes that go on with it at once', async () => {
    const { id } = await start(text)
    const at = () => advanceImport({ ...world, source: source() }, id)
    await Promise.all([at(), at(), at()])
    while ((await show(id)).state !== 'DONE') await at()
    expect(await show(id)).toMatchObject({ rows: 5_500, unchanged: 5_500, added: 0 })
  })
})

test('others are answered at once while a large file is taken in, by the one connection all commands share', async () => {
  const { id } = await start(rows(30_000, 12_000))
  const begun = performance.now()
  const work = world.work(60_000)
  const waits: number[] = []
  for (let i = 0; (await show(id)).state === 'RECEIVED' && i < 50; i += 1) await new Promise((go) => setTimeout(go, 20))
  while ((await show(id)).state !== 'DONE') {
    const begin = performance.now()
    await start(rows(90_000, 1), { who: staff(`6201${10 + waits.length}`) })
    waits.push(performance.now() - begin)
    await new Promise((go) => setTimeout(go, 50))
  }
  const whole = performance.now() - begun
  await work
  expect(waits.length).toBeGreaterThan(2)
  expect(Math.max(...waits)).toBeLessThan(whole / 2)
  while ((await count('import_job', 'finished_at is null')) !== 0) await world.work()
})

test('an import that is cancelled takes nothing, and a finished one cannot be cancelled', async () => {
  const { id } = await start(rows(50_000, 3_000))
  const source = async function* () {
    yield Buffer.from(rows(50_000, 3_000))
  }
  await advanceImport({ ...world, source, until: 0 }, id)
  expect(await show(id)).toMatchObject({ state: 'READING' })
  const cancel = (requestId: string) => world.ask(staff(), CANCEL, { requestId, id })
  expect(await cancel('c1')).toEqual({ cancelCatalogueImport: { state: 'CANCELLED' } })
  await world.work()
  await advanceImport({ ...world, source }, id)
  expect(await show(id)).toMatchObject({ state: 'CANCELLED', added: 0 })
  expect(await count('import_row', `import_id = '${id}'`)).toBe(0)
  expect(await count('catalogue_item', `code like 'XJ01CAA15%'`)).toBe(0)

  const done = await start(rows(60_000, 1))
  await world.work()
  const late = await world.ask(staff(), CANCEL, { requestId: 'c2', id: done.id })
  expect(late).toEqual({ cancelCatalogueImport: { code: 'IMPORT_IS_OVER' } })
})

test('a list in an archive is taken as it is unpacked, and its progress is that of the list', async () => {
  const zip = zipOf([{ name: 'list.txt', content: Buffer.from(rows(93_000, 3_000)) }])
  const { id } = await start(zip, { type: 'application/zip' })
  await world.work(0)
  const half = await show(id)
  expect(half).toMatchObject({ state: 'READING', rows: 1_000 })
  expect(half['progress']).toBeCloseTo(1 / 3, 1)
  while ((await show(id)).state !== 'DONE') await world.work()
  expect(await show(id)).toMatchObject({ rows: 3_000, added: 3_000, bad: 0, progress: 1 })
})

test('an archive of two lists is refused, and says why', async () => {
  const list = { name: 'a.csv', content: Buffer.from(rows(97_000, 1)) }
  const { id } = await start(zipOf([list, { ...list, name: 'b.csv' }]), { type: 'application/zip' })
  await world.work()
  const message = { zh: expect.stringMatching(/有且仅有一个/), en: expect.stringMatching(/exactly one file/) }
  expect(await show(id)).toMatchObject({ state: 'FAILED', added: 0, fault: { code: 'ZIP_NOT_ONE_FILE', message } })
})

test.each([
  ['a ZIP, whatever is in it', Buffer.from('504b0304140000000800', 'hex'), 'UNREADABLE_FILE', /workbook/],
  ['UTF-16', Buffer.from('\uFEFF编码,名称', 'utf16le'), 'UNREADABLE_FILE', /UTF-16/],
  ['without line breaks', Buffer.alloc(2_000_000, 'x'), 'UNREADABLE_FILE', /line breaks|header/],
  ['with other columns', '姓名,电话\n甲,1\n', 'INVALID_INPUT', /hilist_code/],
])('a file that is %s is refused as a whole, and says why', async (_what, content, code, words) => {
  const before = await version()
  const { id } = await start(content)
  await world.work()
  const failed = await show(id)
  expect(failed).toMatchObject({
    state: 'FAILED',
    added: 0,
    fault: { code, message: { en: expect.stringMatching(words) } },
  })
  expect(await version()).toBe(before)
})

test('tens of thousands of bad rows are all reported, and their report is not kept twice', async () => {
  const bad = `${HEAD}\n${'XJ01,坏,丁,99,2025-13-01,\n'.repeat(30_000)}${row(70_000)}\n`
  const { id } = await start(bad)
  while (!['DONE', 'FAILED'].includes((await show(id)).state)) await world.work()
  const done = await show(id)
  expect(done).toMatchObject({ state: 'DONE', rows: 30_001, bad: 30_000, added: 1 })
  expect(done).toMatchObject({ faults: expect.arrayContaining([{ code: 'CODE_FORM', count: 30_000 }]) })
  const report = await world.contentOf(done.report)
  expect(report.trim().split('\r\n')).toHaveLength(120_001)
  expect(await count('import_report')).toBe(0)
}, 60_000)

describe('who may', () => {
  test('the list of the whole country is imported by the national bureau, and no pool imports for another', async () => {
    expect(await start(rows(80_000, 1), { pool: '620100' })).toMatchObject({
      code: 'OTHER_POOL',
      problems: [{ path: 'pool' }],
    })
    const nation = staff('100000')
    const { id } = await start(rows(80_000, 2), { who: nation })
    await world.work()
    expect(await show(id, nation)).toMatchObject({ state: 'DONE', added: 2, pool: null })
    expect(await count('catalogue_item', `code like 'XJ01CAA180%' and pool is null`)).toBe(2)
  })

  test('an import is seen by the bureau that asked and by auditors; persons and institutions are not asked', async () => {
    const { id } = await start(rows(81_000, 1))
    expect(await show(id, auditor)).toMatchObject({ id })
    for (const who of [staff('620100'), institution('H62020000001')]) {
      expect(await show(id, who)).toEqual({ code: 'NOT_FOUND' })
      expect(await world.ask(who, CANCEL, { requestId: 'x', id })).toMatchObject({
        cancelCatalogueImport: { code: 'NOT_FOUND' },
      })
    }
    await expect(show(id, person)).rejects.toThrow('FORBIDDEN')
  })

  test('a document of another pool, of another purpose or of nobody is not found', async () => {
    const asked = { kind: 'CATALOGUE' }
    for (const [requestId, document] of [
      ['d1', await world.upload(rows(1, 1), { pool: '620100' })],
      ['d2', await world.upload(rows(1, 1), { purpose: 'CLAIM' })],
      ['d3', '01890000-0000-7000-8000-000000000001'],
      ['d4', 'nothing'],
    ]) {
      const answer = await world.ask(staff(), IMPORT, { ...asked, requestId, document })
      expect(answer).toMatchObject({ importCatalogue: { code: 'NOT_FOUND', problems: [{ path: 'document' }] } })
    }
  })
})
