import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fileRequest, upload } from '../document-world.ts'
import { send, type Data } from '../world.ts'
import { run, startWhole, type Child } from './child.ts'
import { killPaused, pauseAt, type Moment } from './pause.ts'
import { tokenOf } from './tokens.ts'
import { databaseUrl, faultsIn, newDataFolder, runNow, type DataFolder } from './world.ts'

// A list of the catalogue whose platform is killed while it is read, while what is bad in it is reported, while it is put
// in force and while it is cleaned up after. Until all of it is in force nothing is, and in the end everything is once.

const CLERK = 'clerk-629900'
const GOOD = 8_000
const BAD = 2_000
const CODES = 'XJ01DDF1%'

let folder: DataFolder
let platform: Child
let admin: pg.Pool
beforeAll(async () => {
  folder = await newDataFolder()
  platform = await startWhole(folder.dataDir, folder.port)
  admin = new pg.Pool({ connectionString: await databaseUrl(folder.dataDir), max: 2 })
  admin.on('error', () => {})
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(platform.output().slice(-5000))
})
afterAll(async () => {
  await admin.end()
  await platform.end('SIGTERM')
  await folder.remove()
})

const token = (who: string) => tokenOf(platform.address, folder.dataDir, who)
const here = () => ({ address: platform.address, token })

async function ask(query: string, variables: object): Promise<Data> {
  const { data, errors } = await send(platform.address, await token(CLERK), query, variables)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data.answer
}
const IMPORT = `mutation ($requestId: ID!, $document: ID!) {
  answer: importCatalogue(requestId: $requestId, document: $document, kind: CATALOGUE) {
    ... on CatalogueImport { id state } ... on Rejection { code problems { path code } } } }`
const SHOW = `query ($id: ID!) { answer: catalogueImport(id: $id) {
  ... on CatalogueImport { state rows bad added changed unchanged report faults { code count } } ... on Rejection { code } } }`
const LINK = `query ($id: ID!) { answer: documentLink(id: $id) { ... on DocumentLink { path } ... on Rejection { code } } }`

/** Every fifth row is of no class. */
const isBad = (row: number) => row % 5 === 4
const LIST = Buffer.from(
  `编码,名称,甲乙丙,收费类别,开始日期\n${Array.from(
    { length: GOOD + BAD },
    (_, i) => `XJ01DDF1${String(i).padStart(5, '0')}1010101000,阿莫西林胶囊,${isBad(i) ? '丁' : '甲'},09,2026-01-01\n`,
  ).join('')}`,
)

const look = async (): Promise<Data> => {
  const { rows } = await admin.query(
    `select (select count(*)::int from institutions.catalogue_item where code like $1) as items,
       (select version::int from institutions.catalogue_version) as version,
       (select count(*)::int from institutions.import_job where document_id is not null) as jobs,
       (select count(*)::int from institutions.import_row) as staged,
       (select count(*)::int from institutions.import_report) as reports,
       (select count(*)::int from insured.document where purpose = 'IMPORT_REPORT') as documents`,
    [CODES],
  )
  return rows[0]
}

type Step = readonly [string, Moment]

/** Each step of an import in its order, by the row that is being written when the platform is killed. */
const READING: readonly [Step, ...Step[]] = [
  ['the job begins', { table: 'institutions.import_job', event: 'update', when: `new.state = 'READING'` }],
  ['a batch is staged', { table: 'institutions.import_row', event: 'insert', when: 'new.line > 2500' }],
  ['bad rows of a batch are noted', { table: 'institutions.import_report', event: 'insert', when: 'new.line > 4500' }],
  ['the job moves on', { table: 'institutions.import_job', event: 'update', when: 'new.position > 7000' }],
  ['the report is kept', { table: 'insured.document', event: 'insert', when: `new.purpose = 'IMPORT_REPORT'` }],
  ['the report is named', { table: 'institutions.import_job', event: 'update', when: 'new.report_id is not null' }],
  [
    'the list comes in force',
    { table: 'institutions.catalogue_item', event: 'insert', when: `new.code like '${CODES}'` },
  ],
]
const CLEANING: Moment = { table: 'institutions.import_report', event: 'delete' }

test('an import whose platform is killed at every step ends as if none had been', { timeout: 900_000 }, async () => {
  const before = await look()
  const metadata = { purpose: 'CATALOGUE', filename: 'list.csv', pool: '629900' }
  const { id: document } = await upload(here(), CLERK, LIST, metadata)
  const request = { requestId: randomUUID(), document }
  await pauseAt(admin, READING[0][1])
  const { id } = await ask(IMPORT, request)
  for (const [i, [name, moment]] of READING.entries()) {
    await killPaused(admin, platform, moment)
    expect(await look(), name).toMatchObject({ items: 0, version: before.version, jobs: 1 })
    await pauseAt(admin, READING[i + 1]?.[1] ?? CLEANING)
    platform = await startWhole(folder.dataDir, folder.port)
  }
  await killPaused(admin, platform, CLEANING)
  platform = await startWhole(folder.dataDir, folder.port)

  expect(await ask(IMPORT, request)).toEqual({ id, state: 'DONE' })
  const done = await ask(SHOW, { id })
  expect(done).toMatchObject({ state: 'DONE', rows: GOOD + BAD, bad: BAD, added: GOOD, changed: 0, unchanged: 0 })
  expect(done.faults).toEqual([{ code: expect.any(String), count: BAD }])
  const { path } = await ask(LINK, { id: done.report })
  const { body } = await fileRequest(here(), null, 'GET', path)
  const lines = body.toString().trim().split('\r\n').slice(1)
  const bad = Array.from({ length: GOOD + BAD }, (_, i) => i + 2).filter((line) => isBad(line - 2))
  expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(bad)
  const left = { items: GOOD, version: before.version + 1, jobs: 1, staged: 0, reports: 0, documents: 1 }
  await runNow(admin, 'sweep-imports')
  await expect.poll(look, { timeout: 60_000, interval: 200 }).toEqual(left)
  expect(await faultsIn(folder.dataDir)).toEqual([])
  const verified = await run(['verify.ts'], { YIBAO_DATA: folder.dataDir, DATABASE_URL: '' })
  expect(verified, verified.output).toMatchObject({ code: 0 })
})
