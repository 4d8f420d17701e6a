import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepDocument } from '@yibao/documents/keep-document'
import { readDocument } from '@yibao/documents/read-document'
import { openStorage, type DocumentStorage } from '@yibao/documents/storage'
import { randomUUIDv7 } from 'node:crypto'
import { advanceReconciliations } from '@yibao/settlement/commands/reconciliation-advance'
import { readLinesFile } from '@yibao/settlement/commands/reconciliation-file'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { zipOf } from './document-content.ts'
import { FILE, found, scopeOn, type Ask, type Data, type LineOf } from './reconcile-asking.ts'
import { billOf, hospital, HOSPITAL, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'

// Files of lines, from a small one as it should be to those that are cut off, in another encoding or nonsense all over.

let world: SettleWorld
let folder: string
let storage: DocumentStorage
let day = Temporal.PlainDate.from('2026-11-01')
let today: string
let known: LineOf
beforeAll(async () => {
  world = await settleWorld()
  world.time.now = Temporal.Instant.from('2026-11-01T10:00:00+08:00')
  folder = await mkdtemp(join(tmpdir(), 'yibao-reconcile-'))
  storage = await openStorage({ kind: 'folder', folder }, world.secrets)
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  day = day.add({ days: 1 })
  today = day.toString()
  world.time.now = Temporal.Instant.from(`${today}T12:00:00+08:00`)
  const person = await world.addPerson(300)
  const bill = billOf(person, { begin: `${today}T08:00:00+08:00`, end: `${today}T09:00:00+08:00` })
  const lines = bill.lines.map((line) => ({ ...line, time: `${today}T08:30:00+08:00` }))
  const { id } = await settle(world, `bill-${today}`, { ...bill, lines })
  known = (await ask(OF, { id })).settlement
})

const OF = `query ($id: ID!) { settlement(id: $id) { ... on Settlement {
  number visit total fundTotal account cash personNumber } } }`
const ask: Ask = (query, variables) => world.ask<Data>(hospital(), query, variables)
const services = () => ({ db: world.db, clock: () => world.time.now })

/** A stored document of an institution. */
async function keep(content: string | Buffer, institution = HOSPITAL, type = 'text/csv'): Promise<string> {
  const bytes = Buffer.from(content)
  const made = { purpose: 'RECONCILIATION', name: 'lines', type, pool: '620900', by: 'test' }
  const whole = { ...made, institution, content: [bytes], size: bytes.length, at: world.time.now }
  const { documentId, add } = await keepDocument(storage, 'settlement', whole)
  await world.db.orm.transaction((tx) => add(tx))
  return documentId
}

const ask1 = async (input: object): Promise<Data> =>
  (await ask(FILE, { requestId: randomUUIDv7(), input: { ...scopeOn(today), ...input } })).reconcileFile

/** Reconciles today by a file, to its end. */
async function reconciled(content: string | Buffer, change: object = {}): Promise<Data> {
  const isZip = Buffer.isBuffer(content) && content.toString('latin1', 0, 2) === 'PK'
  const document = await keep(content, HOSPITAL, isZip ? 'application/zip' : 'text/csv')
  const run = await ask1({ document, ...change })
  expect(run).toMatchObject({ state: 'READING', kind: 'FILE' })
  await advanceReconciliations({ ...services(), documents: storage })
  return found(ask, run.id)
}

const NATIONAL = 'setl_id,mdtrt_id,psn_no,medfee_sumamt,fund_pay_sumamt,acct_pay,refd_setl_flag'
const row = (one: LineOf, change: Partial<LineOf> = {}) => {
  const { number, visit, personNumber, total, fundTotal, account } = { ...one, ...change }
  return [number, visit, personNumber, total, fundTotal, account, '0'].join()
}

const TEXT = { name: 'a.txt', content: Buffer.from(`${NATIONAL}\n`) }

describe('a file', () => {
  test('in the national layout is read and compared', async () => {
    expect(await reconciled(`${NATIONAL}\n${row(known)}\n`, { count: 1 })).toMatchObject({
      state: 'BALANCED',
      lines: 1,
      matched: 1,
    })
  })

  test('in GB18030, separated by tabs and with Chinese headings in another order is the same file', async () => {
    const head = ['个人账户支付', '结算ID', '备注', '人员编号', '医疗费总额(元)', '基金支付总额'].join('\t')
    const line = [known.account, known.number, '无', known.personNumber, known.total, known.fundTotal].join('\t')
    expect(await reconciled(gb18030(`${head}\r\n${line}\r\n`))).toMatchObject({ state: 'BALANCED', matched: 1 })
  })

  test('of 5,000 lines in an archive, as the national interface sends it, is read as it is unpacked', async () => {
    const others = Array.from({ length: 5_000 }, (_, n) => row(known, { number: `N${n}`, total: `${n}.00` }))
    const text = Buffer.from([NATIONAL, ...others, row(known)].join('\n'))
    const run = await reconciled(zipOf([{ name: '对账明细/3202.txt', content: text }]), { count: 5_001 })
    expect(run).toMatchObject({ state: 'DIFFERENT', lines: 5_001, matched: 1, differenceCount: 5_000 })
  })

  test.each([
    ['two files', [TEXT, { ...TEXT, name: 'b.txt' }], 'ZIP_NOT_ONE_FILE', /有且仅有一个文本文件/],
    ['an encrypted file', [{ ...TEXT, isEncrypted: true }], 'ZIP_ENCRYPTED', /已加密/],
    ['a bomb', [{ ...TEXT, content: Buffer.alloc(20_000_000, ' ') }], 'ZIP_TOO_LARGE', /解压后过大/],
    ['a file of other columns', [{ ...TEXT, content: Buffer.from('a,b\n1,2\n') }], 'UNREADABLE_FILE', /setl_id/],
  ])('in an archive with %s fails as a whole, by a reason of its own', async (_what, entries, code, message) => {
    const run = await reconciled(zipOf(entries))
    expect(run).toMatchObject({ state: 'FAILED', lines: 0, failure: { code, message: { en: expect.any(String) } } })
    expect(run.failure.message.zh).toMatch(message)
  })

  test('tells every line that cannot be read with its number and each fault, and compares the others', async () => {
    const file = [
      NATIONAL,
      row(known, { total: '=1+1', visit: '@x' }),
      row(known, { total: '12,5' }),
      row(known),
      '',
      row(known, { personNumber: '' }).replace(/0$/, '7'),
      row(known, { number: '"open' }),
      'only,three,cells',
      row(known, { number: 'X'.repeat(31), fundTotal: '-1.00' }),
    ].join('\n')
    const { differences, ...run } = await reconciled(`${file}\n`)
    expect(run).toMatchObject({ state: 'DIFFERENT', lines: 7, unreadable: 6, matched: 1, differenceCount: 6 })
    const told = differences.map((one: Data) => [
      one.line,
      one.cause,
      one.problems.map(({ path, code }: Data) => `${path} ${code}`).join(),
    ])
    expect(told).toEqual([
      [2, 'UNREADABLE', 'mdtrt_id FORMULA,medfee_sumamt FORMULA'],
      [3, 'UNREADABLE', ' COLUMNS'],
      [6, 'UNREADABLE', 'psn_no PERSON_NUMBER_FORM,refd_setl_flag UNKNOWN_CODE'],
      [7, 'UNREADABLE', ' QUOTE'],
      [8, 'UNREADABLE', ' COLUMNS'],
      [9, 'UNREADABLE', 'setl_id TOO_LONG,fund_pay_sumamt SIGN'],
    ])
  })

  test('that was cut off is told to be: by its last line, or by the number of lines announced', async () => {
    const half = await reconciled(`${NATIONAL}\n${row(known)}\n${row(known).slice(0, 30)}`)
    expect(half).toMatchObject({ state: 'FAILED', failure: { code: 'UNREADABLE_FILE' }, result: null })
    expect(half.failure.message.zh).toContain('截断')
    const fewer = await reconciled(`${NATIONAL}\n${row(known)}\n`, { count: 2 })
    expect(fewer).toMatchObject({ state: 'FAILED', failure: { code: 'LINES_MISSING' }, result: null })
  })

  test('that leaves out what was reconciled before has nothing of it annulled', async () => {
    const action = async () => (await reconciled(`${NATIONAL}\n`)).differences.map((one: Data) => one.suggestedAction)
    expect(await action()).toEqual(['ANNUL'])
    expect(await reconciled(`${NATIONAL}\n${row(known)}\n`)).toMatchObject({ result: 'BALANCED' })
    expect(await action()).toEqual(['RECORD'])
  })

  test.each([
    ['nothing', '', /为空/],
    ['a workbook', 'PK\u0003\u0004xxxx', /Excel/],
    ['UTF-16', Buffer.from('\ufeffsetl_id', 'utf16le'), /UTF-16/],
    ['other columns', 'a,b,c\n1,2,3\n', /setl_id/],
    ['a column twice', `${NATIONAL},结算ID\n`, /setl_id/],
    ['one endless line', 'x'.repeat(3 * 1024 * 1024), /换行/],
  ])('that is %s fails as a whole and says why', async (_name, content, message) => {
    const run = await reconciled(content)
    expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'UNREADABLE_FILE' } })
    expect(run.failure.message.zh).toMatch(message)
  })

  test('of another institution, of another purpose or of nobody is not found', async () => {
    const foreign = await keep(NATIONAL, OTHER_HOSPITAL)
    for (const document of [foreign, randomUUIDv7(), 'x'])
      expect(await ask1({ document })).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'input.document' }] })
  })

  test('is gone on with after its reader died in the middle, and no line counts twice', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => row(known, { number: `N${n}` }))
    const content = Buffer.from(`${NATIONAL}\n${rows.join('\n')}\n${row(known)}\n`)
    const { id } = await ask1({ document: await keep(content) })
    const dying = async function* () {
      yield content.subarray(0, content.length >> 1)
      throw new Error('the process died')
    }
    let times = 0
    const open = () => Promise.resolve((times += 1) === 2 ? dying() : pieces(content))
    const readFile = (run: Parameters<typeof readLinesFile>[1]) => readLinesFile(services(), run, open)
    await advanceReconciliations(services(), { readFile, milliseconds: 0 })
    const HALF = `{ reconciliation(id: "${id}") { ... on Reconciliation { state lines } } }`
    const { reconciliation: half } = await ask(HALF)
    expect(half).toMatchObject({ state: 'READING' })
    expect(half.lines).toBeGreaterThan(1000)
    expect(half.lines).toBeLessThan(5000)
    // Two processes go on at once.
    const other = await world.open()
    await Promise.all([
      advanceReconciliations({ ...services(), documents: storage }, { size: 700 }),
      advanceReconciliations({ ...services(), db: other.db, documents: storage }, { size: 700 }),
    ])
    await other.close()
    const SUMS = `{ reconciliation(id: "${id}") { ... on Reconciliation {
      state lines matched differenceCount there { count } causes { cause count } } } }`
    expect((await ask(SUMS)).reconciliation).toEqual({
      state: 'DIFFERENT',
      lines: 5001,
      matched: 1,
      differenceCount: 5000,
      there: { count: 5001 },
      causes: [{ cause: 'ONLY_THERE', count: 5000 }],
    })
    const { rows: places } = await world.admin.query<{ place: number; line: number }>(
      'select place, line from settlement.reconciliation_difference where run_id = $1 order by place',
      [id],
    )
    expect(places).toEqual(rows.map((_, n) => ({ place: n + 1, line: n + 2 })))
  })

  test('of 100,000 bad rows gives a report of each, within bounded memory', async () => {
    const content = Buffer.from(`${NATIONAL}\n${'=x,,,,,,\n'.repeat(100_000)}${row(known)}\n`)
    const run = await ask1({ document: await keep(content) })
    await advanceReconciliations({ ...services(), documents: storage }, { milliseconds: 60_000 })
    const answer = await ask(`{ reconciliation(id: "${run.id}") { ... on Reconciliation {
      state lines unreadable matched differenceCount report causes { cause count } } } }`)
    expect(answer.reconciliation).toMatchObject({
      state: 'DIFFERENT',
      lines: 100_001,
      unreadable: 100_000,
      matched: 1,
      causes: [{ cause: 'UNREADABLE', count: 100_000 }],
    })
    const report = await readDocument(world.db.orm, storage, answer.reconciliation.report)
    expect(report).toMatchObject({ type: 'text/csv' })
    let lines = 0
    for await (const piece of report?.stream ?? []) lines += String(piece).split('\r\n').length - 1
    expect(lines).toBe(100_001)
  }, 60_000)
})

async function* pieces(content: Buffer) {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536)
}

/** Node writes no GB18030; two bytes for each of the characters used here, found by reading them all. */
function gb18030(text: string): Buffer {
  const decoder = new TextDecoder('gb18030')
  const codes = new Map<string, Buffer>()
  for (let lead = 0x81; lead <= 0xfe; lead += 1)
    for (let trail = 0x40; trail <= 0xfe; trail += 1)
      if (trail !== 0x7f) codes.set(decoder.decode(Buffer.from([lead, trail])), Buffer.from([lead, trail]))
  return Buffer.concat(
    Array.from(text, (letter) => (letter < '\u0080' ? Buffer.from(letter) : (codes.get(letter) ?? Buffer.from('?')))),
  )
}
