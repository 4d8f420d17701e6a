import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importFile, type ImportOptions } from '@yibao/institutions/commands/import-file'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { institutionsWorld, type InstitutionsWorld } from './institutions-world.ts'

let world: InstitutionsWorld
let folder: string
beforeAll(async () => {
  world = await institutionsWorld()
  folder = await mkdtemp(join(tmpdir(), 'catalogue-'))
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

const HEAD = '编码,名称,甲乙丙,收费类别,开始日期,结束日期'
let files = 0

interface Load {
  kind?: ImportOptions['kind']
  pool?: string
  head?: string
}

async function load(content: string | Buffer, { kind = 'CATALOGUE', pool }: Load = {}) {
  const file = join(folder, `${(files += 1)}.csv`)
  await writeFile(file, content)
  const reportFile = `${file}.errors.csv`
  const summary = await importFile({
    db: world.db,
    clock: () => world.time.now,
    file,
    kind,
    pool: pool ?? null,
    reportFile,
  })
  const report = (await readFile(reportFile, 'utf8')).trim().split('\r\n').slice(1)
  return { ...summary, report: report.map((line) => line.split(',').slice(0, 3).join(' ')) }
}

const rows = (...lines: string[]) => [HEAD, ...lines, ''].join('\n')
const one = (number: number, rest = '阿莫西林胶囊,甲,09,2025-01-01,') =>
  `XJ01CAA0${String(number).padStart(2, '0')}E001010101000,${rest}`
const nameOf = async (number: number) => {
  const [row] = await world.db.hot.unsafe<{ name: string }>(
    'select name from institutions.catalogue_v1 where code = $1',
    [one(number).slice(0, 23)],
  )
  return row?.name
}
const version = async () => {
  const [row] = await world.db.hot.unsafe<{ version: bigint }>('select version from institutions.catalogue_version_v1')
  return row?.version
}
const refusal = async (content: string | Buffer, how?: Load) => load(content, how).catch((error: Error) => error)

test('good rows are taken and each bad row is named with its line, column and reason', async () => {
  const loaded = await load(
    rows(one(1), 'XJ01,坏编码,甲,09,2025-01-01,', one(2, '名,甲,09,2025-12-31,2025-01-01'), one(3), one(4, '少一列')),
  )
  expect(loaded).toMatchObject({ rows: 5, bad: 3, added: 2 })
  expect(loaded.report).toEqual(['3 hilist_code CODE_FORM', '4 enddate DATES_REVERSED', '6  COLUMNS'])
  expect(loaded.faults).toEqual({ CODE_FORM: 1, DATES_REVERSED: 1, COLUMNS: 1 })
})

test('the same file again changes nothing and leaves the version', async () => {
  const content = rows(one(5), one(6))
  const first = await load(content)
  const again = await load(content)
  expect(first.version).toBe(await version())
  expect(again).toMatchObject({ added: 0, changed: 0, unchanged: 2, version: first.version })
})

test('a changed row changes the entry and raises the version by one, once for the whole file', async () => {
  await load(rows(one(7), one(8)))
  const before = (await version()) ?? 0n
  const loaded = await load(rows(one(7, '新名称,乙,09,2025-01-01,'), one(8, '新名称,乙,09,2025-01-01,')))
  expect(loaded).toMatchObject({ added: 0, changed: 2, version: before + 1n })
  expect(await nameOf(7)).toBe('新名称')
})

test('a repeated key counts once, and the report says where it stood first', async () => {
  const loaded = await load(rows(one(9), one(10), one(9, '别的名称,甲,09,2025-01-01,')))
  expect(loaded).toMatchObject({ added: 2, bad: 1 })
  expect(loaded.report).toEqual(['4 hilist_code REPEATED_KEY'])
  expect(await nameOf(9)).toBe('阿莫西林胶囊')
})

test('a later row closes the earlier one, in whatever order they come', async () => {
  await load(rows(one(11, '新,乙,09,2026-01-01,'), one(11, '旧,丙,09,2024-01-01,')))
  const found = await world.db.hot.unsafe(
    'select class, begin_on::text, end_on::text from institutions.catalogue_v1 where code = $1 order by begin_on',
    [one(11).slice(0, 23)],
  )
  expect(found).toEqual([
    { class: 'C', begin_on: '2024-01-01', end_on: '2025-12-31' },
    { class: 'B', begin_on: '2026-01-01', end_on: null },
  ])
})

describe('encodings', () => {
  /** 编码,名称,甲乙丙,收费类别,开始日期,结束日期 and one row, as GB18030. */
  const GB = Buffer.concat([
    Buffer.from('b1e0c2eb2cc3fbb3c62cbcd7d2d2b1fb2ccad5b7d1c0e0b1f02cbfaacabcc8d5c6da2cbde1caf8c8d5c6da0a', 'hex'),
    Buffer.from(`${one(12, '').slice(0, 23)},`),
    Buffer.from('b0a2c4aacef7c1d6bdbac4d22cbcd7', 'hex'),
    Buffer.from(',09,2025-01-01,\n'),
  ])

  test('GB18030 is found by itself', async () => {
    expect(await load(GB)).toMatchObject({ encoding: 'gb18030', added: 1, bad: 0 })
    expect(await nameOf(12)).toBe('阿莫西林胶囊')
  })

  test('UTF-8 with a byte-order mark, Windows line ends and quotes is read', async () => {
    const content = `\uFEFF${rows(one(13, '"阿莫西林,胶囊",甲,09,2025-01-01,'))}`.replaceAll('\n', '\r\n')
    expect(await load(content)).toMatchObject({ encoding: 'utf-8', added: 1, bad: 0 })
    expect(await nameOf(13)).toBe('阿莫西林,胶囊')
  })

  test('a damaged character in a UTF-8 file costs its row and no other', async () => {
    const [before, after] = rows(one(14), one(15, '阿■西林,甲,09,2025-01-01,')).split('■')
    const content = Buffer.concat([Buffer.from(before ?? ''), Buffer.from([0xe8, 0x8e]), Buffer.from(after ?? '')])
    const loaded = await load(content)
    expect(loaded).toMatchObject({ encoding: 'utf-8', added: 1 })
    expect(loaded.report).toContain('3 hilist_name ENCODING')
  })
})

describe('a file that is cut off', () => {
  test('gives its last line as a bad row, and says so', async () => {
    const content = rows(one(16), one(17))
    const loaded = await load(content.slice(0, -20))
    expect(loaded).toMatchObject({ added: 1, bad: 1, mayBeTruncated: true })
    expect(loaded.report).toEqual(['3  TRUNCATED'])
  })
})

describe('a quotation mark that is never closed', () => {
  test('costs its own line only', async () => {
    const loaded = await load(rows(one(18, '"阿莫西林,甲,09,2025-01-01,'), one(19), one(20)))
    expect(loaded).toMatchObject({ added: 2, bad: 1 })
    expect(loaded.report).toEqual(['2  QUOTE'])
  })
})

describe('a file of another kind is refused as a whole, in both languages', () => {
  test.each([
    ['empty', Buffer.alloc(0), 'empty'],
    ['an Excel workbook', Buffer.from('504b030414000600', 'hex'), 'Excel'],
    ['UTF-16', Buffer.from('\uFEFF编码', 'utf16le'), 'UTF-16'],
    ['without line breaks', Buffer.alloc(2_000_000, 'x'), 'line breaks'],
    ['with other columns', '姓名,电话\n甲,1\n', 'hilist_code'],
    ['a header that is not closed', '"编码,名称\n', 'header'],
  ])('%s', async (_what, content, word) => {
    const before = await version()
    const error = await refusal(content)
    expect(error).toBeInstanceOf(Error)
    const { text } = error as Error & { text: { zh: string; en: string } }
    expect(text.en).toContain(word)
    expect(text.zh).toMatch(/\p{Script=Han}/u)
    expect(await version()).toBe(before)
  })

  test('a pool that is no division', async () => {
    expect(await refusal(rows(one(1)), { pool: '62' })).toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('ratios and ceilings', () => {
  const A = one(21).slice(0, 23)

  test('come from files of their own, for codes that are in the catalogue', async () => {
    await load(rows(one(21, '阿莫西林,乙,09,2023-01-01,')))
    const ratios = [
      'hilist_code,poolarea_no,selfpay_prop_psn_type,begndate,selfpay_prop',
      `${A},620200,ALL,2023-01-01,0.1`,
      `${A},620200,ALL,2025-01-01,0.05`,
      `${A},620200,15,2023-01-01,0.2`,
      `${A},620200,15,2023-01-01,0.3`,
      `${one(99).slice(0, 23)},620200,ALL,2023-01-01,0.1`,
      '',
    ].join('\n')
    const loaded = await load(ratios, { kind: 'SELF_PAY' })
    expect(loaded).toMatchObject({ added: 3, bad: 2 })
    expect(loaded.report).toEqual(['5 hilist_code REPEATED_KEY', '6 hilist_code UNKNOWN_CODE'])
    const found = await world.db.hot.unsafe(
      `select person_class, begin_on::text, end_on::text, ratio from institutions.self_pay_v1
       where code = $1 order by person_class, begin_on`,
      [A],
    )
    expect(found).toEqual([
      { person_class: '15', begin_on: '2023-01-01', end_on: null, ratio: 2000 },
      { person_class: 'ALL', begin_on: '2023-01-01', end_on: '2024-12-31', ratio: 1000 },
      { person_class: 'ALL', begin_on: '2025-01-01', end_on: null, ratio: 500 },
    ])
  })

  test('a ceiling of one level does not close that of another', async () => {
    await load(rows(one(21, '阿莫西林,乙,09,2023-01-01,')))
    const head = '编码,限价,超限处理方式,医院等级,开始日期'
    const ceilings = [head, `${A},10.5,整项自费,三级,2023-01-01`, `${A},8,,,2024-01-01`, ''].join('\n')
    expect(await load(ceilings, { kind: 'CEILINGS', pool: '620200' })).toMatchObject({ added: 2, bad: 0 })
    const found = await world.db.hot.unsafe(
      `select level, end_on, price, over from institutions.ceiling_v1 where code = $1 order by level`,
      [A],
    )
    expect(found).toEqual([
      { level: 'LEVEL_3', end_on: null, price: 10_500_000n, over: 'WHOLE_LINE' },
      { level: null, end_on: null, price: 8_000_000n, over: 'EXCESS' },
    ])
  })

  test('may stand in the catalogue file, one row for each person class', async () => {
    const head = '编码,名称,甲乙丙,开始日期,先行自付比例,人员类别,限价'
    const code = one(22).slice(0, 23)
    const row = (rest: string) => `${code},阿莫西林,乙,2025-01-01,${rest}`
    const file = [head, row('0.1,ALL,9'), row('0.2,15,'), row('0.2,15,'), ''].join('\n')
    const loaded = await load(file, { pool: '620100' })
    expect(loaded).toMatchObject({ added: 4, bad: 1 })
    expect(loaded.report).toEqual(['4 hilist_code REPEATED_KEY'])
  })
})

test('no cell of the report can act as a formula', async () => {
  const loaded = await load(rows(`=HYPERLINK("http://x"),=1+1,甲,09,2025-01-01,`, `@SUM(A1),x,甲,09,2025-01-01,`))
  expect(loaded.bad).toBe(2)
  expect(loaded.report.join('\n')).not.toMatch(/(^|,)[=+\-@]/m)
})

test('two imports at once wait for each other and count the version twice', async () => {
  const before = (await version()) ?? 0n
  const loads = await Promise.all([load(rows(one(30))), load(rows(one(31)))])
  expect(loads.map((loaded) => loaded.version)).toEqual(expect.arrayContaining([before + 1n, before + 2n]))
})

test('a large file is taken as a whole, with progress on the way', async () => {
  const file = join(folder, 'large.csv')
  const lines = Array.from(
    { length: 20_000 },
    (_, i) => `XJ01CAB010E00101${String(i).padStart(7, '0')},片,甲,09,2025-01-01,`,
  )
  await writeFile(file, rows(...lines))
  const seen: number[] = []
  const summary = await importFile({
    db: world.db,
    clock: () => world.time.now,
    file,
    kind: 'CATALOGUE',
    pool: null,
    reportFile: `${file}.errors.csv`,
    progress: ({ rows: done }) => seen.push(done),
  })
  expect(summary).toMatchObject({ rows: 20_000, added: 20_000, bad: 0 })
  expect(seen.length).toBeGreaterThan(5)
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
}, 20_000)
