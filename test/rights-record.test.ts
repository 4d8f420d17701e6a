import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tellRights } from '@yibao/insured/commands/rights-record-schedule'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { FLEXIBLE, accountOf, flexible, named, PAY, say } from './contribution-asking.ts'
import { merge } from './merge-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, send, type Data, type World, type WorldPerson } from './world.ts'

const RECORD = 'id year occasion issuedAt sha256 content signed'
const ISSUE = `mutation ($requestId: ID!, $year: Int!) { issueRightsRecord(requestId: $requestId, year: $year) {
  __typename ... on RightsRecord { ${RECORD} } ... on Rejection { code problems { path code } } } }`
const RECORDS = `query ($year: Int, $first: Int, $after: String) { me { rightsRecords(year: $year, first: $first, after: $after) {
  ... on RightsRecordConnection { edges { node { ${RECORD} } cursor } pageInfo { hasNextPage endCursor } } } } }`
const PDF = '{ me { rightsRecords(first: 1) { ... on RightsRecordConnection { edges { node { pdf } } } } } }'
const TWO_PDFS = PDF.replace('first: 1', 'first: 2')
const HOSPITAL = 'H62990000001'

let world: World
let person: WorldPerson
let other: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  const account = { pool: '629900', current: 500 }
  person = await world.addPerson({ ...flexible, account })
  other = await world.addPerson(flexible)
  const input = { ...named(person), insuranceType: '310', period: '2026-11', amount: FLEXIBLE, reference: 'R-1' }
  await say(world, 'BANK01', PAY, { requestId: 'pay', input })
  await vi.waitFor(async () => expect(await accountOf(world, person)).toBe(580), { timeout: 15_000, interval: 100 })
})
afterAll(() => world.close())

const issue = async (requestId: string, year = 2026): Promise<Data> =>
  (await world.as(person.personNumber, ISSUE, { requestId, year })).issueRightsRecord
const listed = async (variables = {}, name = person.personNumber): Promise<Data[]> => {
  const { me } = await world.as(name, RECORDS, variables)
  return me.rightsRecords.edges.map(({ node }: Data) => node)
}

describe('a record asked for', () => {
  let settled: Data
  beforeAll(async () => {
    const input = bill({ card: person.cardNumber })
    settled = (await world.as(HOSPITAL, SETTLE, { requestId: 'visit', input })).settle
    expect(settled).toMatchObject({ __typename: 'Settlement' })
  })

  test('tells the year: enrolment, contributions, account and benefits, to the fen', async () => {
    const record = await issue('first')
    expect(record).toMatchObject({ __typename: 'RightsRecord', year: 2026, occasion: 'DEMAND' })
    const content = JSON.parse(record.content)
    expect(content).toMatchObject({
      kind: 'RIGHTS_RECORD',
      year: '2026',
      person: { psn_no: person.personNumber },
      enrolments: [{ pool: '629900', insutype: '310' }],
      contributions: [{ period: '2026-11', own: FLEXIBLE, paid_on: '2026-11-22' }],
      contributions_paid: { own: FLEXIBLE, employer: '0.00' },
      benefits: [
        {
          care: 'OUTPATIENT',
          count: '1',
          total: settled.total,
          fund: settled.fundTotal,
          account: settled.account,
          cash: settled.cash,
        },
      ],
    })
    const { before, taken_over, credited, bills, after } = content.account
    expect([before, taken_over, credited]).toEqual(['0.00', '500.00', '80.00'])
    expect(bills).toBe(`-${settled.account}`)
    expect(after).toBe(settled.balance)
    expect(record.content).not.toContain(person.identityNumber)
  })

  test('is one for one request, and a later one stands beside it', async () => {
    const again = await issue('first')
    expect((await listed()).map(({ id }) => id)).toEqual([again.id])
    const second = await issue('second')
    expect(second.id).not.toBe(again.id)
    expect((await listed({ first: 1 })).map(({ id }) => id)).toEqual([second.id])
    expect(await listed({ year: 2025 })).toEqual([])
  })

  test('of a year to come or before the insurance is refused with the field', async () => {
    for (const year of [2027, 1999, -1]) {
      expect(await issue(`year-${year}`, year)).toMatchObject({
        code: 'INVALID_INPUT',
        problems: [{ path: 'year', code: 'YEAR' }],
      })
    }
  })

  test('is the person’s alone and the auditor’s: others see none, whoever they are', async () => {
    expect(await listed({}, other.personNumber)).toEqual([])
    const byId = `query { insured(id: "${person.insuredId}") { ... on Insured { rightsRecords {
      ... on RightsRecordConnection { edges { node { id } } } } } } }`
    const { insured } = await world.as('auditor', byId)
    expect(insured.rightsRecords.edges).toHaveLength(2)
    for (const name of ['clerk-629900', HOSPITAL, 'employer-629900', 'BANK01']) {
      const answer = await send(world.address, await world.token(name), byId)
      expect(JSON.stringify(answer.data ?? null)).not.toContain('edges')
    }
  })
})

/** Runs the command as somebody without the platform would. */
const verify = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, '..', 'record.ts'), ...args]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  )

describe('on paper and offline', () => {
  let folder: string
  const write = async (name: string, content: string | Buffer) => {
    const file = join(folder, name)
    await writeFile(file, content)
    return file
  }
  let keys: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yibao-record-'))
    keys = await write('keys.json', JSON.stringify({ keys: [receiptKeyOf(world.keys.receipt.publicKey)] }))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('the paper is a PDF, the same bytes each time, and one in an operation', async () => {
    const pdf = async (): Promise<Buffer> => {
      const { me } = await world.as(person.personNumber, PDF)
      return Buffer.from(me.rightsRecords.edges[0].node.pdf, 'base64')
    }
    const [one, again] = [await pdf(), await pdf()]
    expect(one.subarray(0, 5).toString()).toBe('%PDF-')
    expect(Buffer.compare(one, again)).toBe(0)
    const two = await send(world.address, await world.token(person.personNumber), TWO_PDFS)
    expect(two.errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED')
  })

  test('record:verify holds record and paper against the public key, and finds one changed character', async () => {
    const [record, older] = await listed()
    const { me } = await world.as(person.personNumber, PDF)
    const [signed, paper] = [
      await write('record.txt', record.signed),
      await write('record.pdf', Buffer.from(me.rightsRecords.edges[0].node.pdf, 'base64')),
    ]
    const good = await verify(signed, '--pdf', paper, '--key', keys)
    expect(good).toMatchObject({ code: 0 })
    expect(good.stdout).toContain(record.sha256)
    const at = Math.floor(record.signed.length / 2)
    const flipped = `${record.signed.slice(0, at)}${record.signed[at] === 'A' ? 'B' : 'A'}${record.signed.slice(at + 1)}`
    expect((await verify(await write('flipped.txt', flipped), '--key', keys)).code).toBe(1)
    const another = await verify(await write('older.txt', older.signed), '--pdf', paper, '--key', keys)
    expect(another).toMatchObject({ code: 1 })
    expect((await verify('--key', keys)).code).toBe(2)
  })
})

test('of two records of one person that were made one tells what both had, and its account adds up', async () => {
  const enrolment = { pool: '629900', insuranceType: '310', personType: '1101' }
  const from = await world.addPerson({
    enrolments: [{ ...enrolment, beginOn: '2020-01-01', endOn: '2026-10-31' }],
    account: { pool: '629900', current: 300 },
  })
  const into = await world.addPerson({
    enrolments: [{ ...enrolment, beginOn: '2026-11-01' }],
    account: { pool: '629900', current: 40 },
  })
  const { settle } = await world.as(HOSPITAL, SETTLE, {
    requestId: 'old',
    input: bill({ card: from.cardNumber, begin: '2026-10-15T08:00:00+08:00' }),
  })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  await merge(world, 'clerk-629900', { from: from.insuredId, into: into.insuredId })
  await vi.waitFor(async () => expect(await accountOf(world, into)).toBe(340 - Number(settle.account)), {
    timeout: 15_000,
  })
  const { issueRightsRecord } = await world.as(into.personNumber, ISSUE, { requestId: 'merged', year: 2026 })
  const content = JSON.parse(issueRightsRecord.content)
  expect(content.account).toMatchObject({ taken_over: '340.00', bills: `-${settle.account}` })
  expect(Number(content.account.after)).toBeCloseTo(340 - Number(settle.account), 2)
  expect(content.benefits).toMatchObject([{ count: '1', total: settle.total }])
  expect(content.enrolments.map((one: Data) => one.to)).toEqual(['2026-10-31', ''])
})

test('once the year is over everybody who was insured in it gets one and is told, and nobody two', async () => {
  const { insured: db } = world.platform.databases
  const services = { db, secrets: world.keys, clock: () => world.time.now }
  expect(await tellRights(services)).toBe(true)
  expect((await world.admin.query('select from insured.rights_record_run')).rowCount).toBe(0)
  world.time.now = Temporal.Instant.from('2027-03-01T08:00:00+08:00')
  const both = async () => {
    while (!(await tellRights(services)));
  }
  await Promise.all([both(), both()])
  const { rows } = await world.admin.query(
    `select count(*)::int as persons, count(distinct insured_id)::int as distinct from insured.rights_record
     where occasion = 'SCHEDULE' and year = 2026`,
  )
  const enrolled = await world.admin.query(
    `select count(distinct insured_id)::int as n from insured.enrolment
     where begin_on <= '2026-12-31' and (end_on is null or end_on >= '2026-01-01') and voided_at is null
       and insured_id not in (select insured_id from insured.person_alias)`,
  )
  expect(rows).toEqual([{ persons: enrolled.rows[0].n, distinct: enrolled.rows[0].n }])
  const told = await world.admin.query(
    `select count(*)::int as n from insured.outbox where payload->>'template' = 'rights-record.issued' and insured_id = $1`,
    [person.insuredId],
  )
  expect(told.rows).toEqual([{ n: 1 }])
})
