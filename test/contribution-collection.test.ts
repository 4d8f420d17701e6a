import { postCollection } from '@yibao/insured/commands/collection-post'
import { seedPersons } from '@yibao/insured/seed'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FLEXIBLE, flexible, named, PAY, RECEIPTS, reference, resident, RESIDENT, say } from './contribution-asking.ts'
import { zipOf } from './document-content.ts'
import { upload } from './document-world.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const COUNTS = 'id state line posted overpaid known bad amount fault { zh en }'
const IMPORT = `mutation ($requestId: ID!, $document: ID!) { answer: importCollection(requestId: $requestId, document: $document) {
  __typename ... on ContributionCollection { id } ... on Rejection { code problems { path code } } } }`
const SHOW = `query ($id: ID!, $first: Int, $after: String) { answer: contributionCollection(id: $id) { __typename
  ... on ContributionCollection { ${COUNTS} faults(first: $first, after: $after) { ... on CollectionFaultConnection {
    pageInfo { hasNextPage endCursor } edges { node { line problems { path code } } } } ... on Rejection { code } } } ... on Rejection { code } } }`
const HEAD = '证件号码,姓名,险种,费款所属期,实缴金额,电子税票号码,缴费时间'

const row = (
  person: Pick<WorldPerson, 'identityNumber'>,
  change: readonly [period: string, amount: string],
  number = reference(),
) =>
  `${person.identityNumber},故事人物,${change[0].length === 4 ? '390' : '310'},${change[0]},${change[1]},${number},2026-11-20 09:30:00`
const fileOf = (rows: readonly string[]): Buffer<ArrayBuffer> => Buffer.from(`${[HEAD, ...rows].join('\n')}\n`)

/** Uploads a file and asks for it to be posted. */
async function send(content: Buffer<ArrayBuffer>, who = 'TAX62', filename = 'collection.csv'): Promise<Data> {
  const about = { filename, purpose: 'COLLECTION_FILE', pool: '629900' }
  const { id, status, code } = await upload(world, who, content, about)
  if (id === '' || code !== null) throw new Error(`${status} ${code}`)
  return say(world, who, IMPORT, { document: id })
}
const show = (id: string, variables = {}, who = 'TAX62') => say(world, who, SHOW, { id, ...variables })
async function done(id: string, timeout = 20_000): Promise<Data> {
  expect(id).toBeTruthy()
  await expect.poll(async () => (await show(id)).state, { timeout, interval: 100 }).not.toBe('WAITING')
  return show(id)
}
const faultsOf = ({ faults }: Data) =>
  faults.edges.map(
    ({ node }: Data) => `${node.line} ${node.problems.map((one: Data) => `${one.path} ${one.code}`).join()}`,
  )

test('every good row is posted and every bad one comes back with its line and reason, and nothing of what stood in it', async () => {
  const [a, b] = [await world.addPerson(flexible), await world.addPerson(resident)]
  const paid = await world.addPerson(flexible)
  const input = { ...named(paid), insuranceType: '310', period: '2026-11', amount: FLEXIBLE, reference: reference() }
  await say(world, 'BANK01', PAY, { input })
  const twice = reference()
  const { id } = await send(
    fileOf([
      row(a, ['2026-11', FLEXIBLE], twice),
      row(b, ['2027', RESIDENT]),
      row(paid, ['2026-11', FLEXIBLE]),
      row(a, ['2026-11', FLEXIBLE], twice),
      row(a, ['2026-10', FLEXIBLE], twice),
      row(a, ['2026-12', '1.00']),
      row(a, ['2026-07', FLEXIBLE]),
      `${a.identityNumber},=HYPERLINK("x"),310,2026-11,360.00,X1,`,
      `${a.identityNumber},别人,310,2026-11,360.00,X2,`,
      'only,three,cells',
      `110,故事人物,999,2026-13,abc,,tomorrow`,
    ]),
  )
  const shown = await done(id)
  expect(shown).toMatchObject({ state: 'DONE', posted: 2, overpaid: 1, known: 1, bad: 7, amount: '1121.00' })
  expect(faultsOf(shown)).toEqual([
    '6 reference REFERENCE_USED',
    '7 amount AMOUNT_DIFFERS',
    '8 period OUTSIDE_WINDOW',
    '9  QUOTE',
    '10 certno NOT_FOUND',
    '11  COLUMNS',
    '12 certno IDENTITY_FORM,insutype INSURANCE_TYPE_UNKNOWN,period PERIOD_FORM,amount AMOUNT,reference REFERENCE_FORM,received_at TIME_FORM',
  ])
  const { rows } = await world.admin.query(`select t::text as row from insured.collection_fault t`)
  for (const secret of [a.identityNumber, 'HYPERLINK', '别人']) expect(JSON.stringify(rows)).not.toContain(secret)
  for (const after of ['x', '\u0000', '\ud800', Buffer.from('v1:\u0000').toString('base64url')]) {
    expect((await show(id, { after })).faults).toEqual({ code: 'INVALID_INPUT' })
  }
  const { edges } = await say(world, 'TAX62', RECEIPTS, { state: 'OVERPAID' })
  expect(edges).toMatchObject([{ node: { receivedAt: '2026-11-20T01:30:00Z', amount: FLEXIBLE } }])
})

test('a file in an archive is posted as it is unpacked, and an archive of two is refused with the reason', async () => {
  const person = await world.addPerson(flexible)
  const file = { name: '回盘.txt', content: fileOf([row(person, ['2026-11', FLEXIBLE])]) }
  const { id } = await send(zipOf([file]), 'TAX62', 'collection.zip')
  expect(await done(id)).toMatchObject({ state: 'DONE', posted: 1, bad: 0 })
  const two = await send(zipOf([file, { ...file, name: 'b.txt' }]), 'TAX62', 'collection.zip')
  const fault = { zh: expect.stringMatching(/有且仅有一个/), en: expect.any(String) }
  expect(await done(two.id)).toMatchObject({ state: 'FAILED', posted: 0, fault })
})

test('the same file again posts nothing twice, nor do its rows under another name', async () => {
  const person = await world.addPerson(flexible)
  const rows = ['2026-09', '2026-10', '2026-11'].map((period) => row(person, [period, FLEXIBLE]))
  const first = await send(fileOf(rows))
  expect(await done(first.id)).toMatchObject({ posted: 3, known: 0 })
  expect((await send(fileOf(rows))).id).toBe(first.id)
  const other = await send(fileOf([...rows, row(person, ['2026-12', FLEXIBLE])]))
  expect(await done(other.id)).toMatchObject({ posted: 1, known: 3, bad: 0 })
})

test('a file in GB18030 is read, one that breaks off says so, and what is no text or has no headings fails whole', async () => {
  const person = await world.addPerson(flexible)
  // 故事人物 and the headings, as GB18030 has them.
  const words: Readonly<Record<string, string>> = {
    证件号码: 'd6a4bcfebac5c2eb',
    姓名: 'd0d5c3fb',
    险种: 'cfd5d6d6',
    费款所属期: 'b7d1bfeecbf9caf4c6da',
    实缴金额: 'cab5bdc9bdf0b6ee',
    电子税票号码: 'b5e7d7d3cbb0c6b1bac5c2eb',
    缴费时间: 'bdc9b7d1cab1bce4',
    故事人物: 'b9cacac2c8cbceef',
  }
  const text = `${HEAD}\n${row(person, ['2026-11', FLEXIBLE])}\n`
  const pieces = text
    .split(/([\u4e00-\u9fff]+)/)
    .map((one) => (words[one] === undefined ? Buffer.from(one, 'latin1') : Buffer.from(words[one], 'hex')))
  const posted = await done((await send(Buffer.concat(pieces))).id)
  expect(posted).toMatchObject({ posted: 1, bad: 0 })

  const whole = fileOf([row(person, ['2026-10', FLEXIBLE]), row(person, ['2026-12', FLEXIBLE])])
  const cut = await done((await send(whole.subarray(0, whole.length - 50))).id)
  expect(cut).toMatchObject({ posted: 1, bad: 1 })
  expect(faultsOf(cut)[0]).toContain('MAY_BE_TRUNCATED')

  const headless = await done((await send(Buffer.from('a,b\n1,2\n'))).id)
  expect(headless).toMatchObject({ state: 'FAILED', posted: 0 })
  expect(headless.fault.en).toContain('certno is missing')
  expect(await send(fileOf(['x']), 'clerk-629900')).toMatchObject({ __typename: 'ContributionCollection' })
  expect(await say(world, 'BANK01', IMPORT, { document: randomUUID() })).toMatchObject({
    code: 'NOT_FOUND',
    problems: [{ path: 'document' }],
  })
  expect(await show(headless.id, {}, 'clerk-629900')).toMatchObject({ code: 'NOT_FOUND' })
})

const MONTHS = Array.from({ length: 12 }, (_, i) =>
  Temporal.PlainYearMonth.from('2026-09').add({ months: i }).toString(),
)

test(
  'ten thousand rows with bad ones among them are posted from wherever it stopped, each once',
  { timeout: 60_000 },
  async () => {
    const { insured: db } = world.platform.databases
    const birth = Temporal.PlainDate.from('1970-01-01')
    const persons = Array.from({ length: 834 }, (_, i) => ({
      insuredId: randomUUIDv7(),
      personNumber: `6299006${String(i).padStart(6, '0')}`,
      name: '故事人物',
      sex: '1' as const,
      birthDate: birth.add({ days: i }).toString(),
      identityNumber: artificialIdentity('629900', birth.add({ days: i }), 701),
      cardNumber: `C6299${String(i).padStart(5, '0')}`,
      enrolments: flexible.enrolments,
    }))
    await seedPersons(db, world.keys, persons, world.time.now)
    const rows = persons.flatMap((one) => MONTHS.map((period) => row(one, [period, FLEXIBLE])))
    for (let i = 0; i < rows.length; i += 100) rows[i] = rows[i]?.replace('故事人物', '故事') ?? ''
    const content = fileOf(rows)
    const id = randomUUIDv7()
    await world.admin.query(
      `insert into insured.collection (collection_id, channel, document_id, name, digest, state, caller, made_at)
     values ($1, 'TAX62', 'none', 'large.csv', 'large', 'WAITING', 'channel:TAX62', now())`,
      [id],
    )
    const began = performance.now()
    const parts = { db, secrets: world.keys, clock: () => world.time.now, logger: undefined }
    const read = async function* (until: number) {
      for (let at = 0; at < content.length; at += 65_536) {
        // The first reading finds out the encoding.
        if (at >= until) throw new Error('killed')
        yield content.subarray(at, at + 65_536)
      }
    }
    for (const until of [0.3, 0.7, 2]) {
      let reading = 0
      const source = async () => read(reading++ === 0 && until === 0.3 ? Infinity : until * content.length)
      await postCollection(parts, id, source).catch((error: Error) => expect(error.message).toBe('killed'))
    }
    const ms = performance.now() - began
    const shown = await done(id)
    const bad = Math.ceil(rows.length / 100)
    expect(shown).toMatchObject({ state: 'DONE', posted: rows.length - bad, overpaid: 0, known: 0, bad })
    const page = await show(id, { first: 2 })
    expect(faultsOf(page)).toEqual(['2 certno NOT_FOUND', '102 certno NOT_FOUND'])
    expect(faultsOf(await show(id, { first: 1, after: page.faults.pageInfo.endCursor }))).toEqual([
      '202 certno NOT_FOUND',
    ])
    const { rows: counted } = await world.admin.query(
      `select count(*)::int as receipts, count(distinct (insured_id, period))::int as periods,
       (select count(*)::int from insured.outbox where topic = 'contribution.credited') as credits
     from insured.contribution_receipt where channel = 'TAX62' and bill_id in
       (select bill_id from insured.contribution_bill where insured_id = any($1::uuid[]))`,
      [persons.map((one) => one.insuredId)],
    )
    expect(counted[0]).toMatchObject({ receipts: rows.length - bad, periods: rows.length - bad })
    console.info(`${rows.length} rows posted in ${Math.round(ms)} ms`)
    expect(ms).toBeLessThan(30_000)
  },
)
