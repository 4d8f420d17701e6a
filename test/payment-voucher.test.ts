import { readPrefix } from '@yibao/drizzle/roles'
import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  BILL,
  FLEXIBLE,
  flexible,
  named,
  PAY,
  PAY_EMPLOYER,
  reference,
  REFUND,
  resident,
  RESIDENT,
  say,
} from './contribution-asking.ts'
import { upload } from './document-world.ts'
import { declareMonth, DEMO, EMPLOYER, employ } from './employer-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Each payment of contributions has its voucher, whichever way the money came: found from the entry, provable, unchangeable.

let world: World
let payer: WorldPerson
let filed: WorldPerson
/** The receipt of each way to pay. */
const paid: Record<string, Data> = {}

const CLERK = 'clerk-629900'
const VOUCHER = 'id number kind entryKind entryId pool employerCode month content sha256 retainUntil'
const RECEIPT_OF = `query ($insuredId: ID) { answer: contributionReceipts(insuredId: $insuredId, first: 50) {
  ... on ContributionReceiptConnection { edges { node { id state channel reference amount vouchers { ${VOUCHER} } } } } } }`
const VOUCHERS = `query ($entry: ID, $number: String) { answer: accountingVouchers(entry: $entry, number: $number) {
  ... on AccountingVoucherConnection { edges { node { ${VOUCHER} } } } ... on Rejection { code } } }`
const MOVEMENTS = `{ me { account { movements(first: 5) { ... on AccountMovementConnection { edges { node { kind bill amount } } } } } } }`
const BILL_OF = `query ($id: ID!) { contributionBill(id: $id) { amount receipt { id vouchers { kind content sha256 } } } }`
const PREMIUM = `mutation ($requestId: ID!, $bill: ID!) { answer: payPremiumFromAccount(requestId: $requestId, bill: $bill) {
  __typename ... on Rejection { code } } }`
const IMPORT = `mutation ($requestId: ID!, $document: ID!) { answer: importCollection(requestId: $requestId, document: $document) {
  __typename ... on ContributionCollection { id } ... on Rejection { code } } }`

const month = { insuranceType: '310', period: '2026-11', amount: FLEXIBLE }
const year = { insuranceType: '390', period: '2027', amount: RESIDENT }
const vouchersOf = async (entry: string, who = CLERK): Promise<Data[]> =>
  (await say(world, who, VOUCHERS, { entry })).edges.map(({ node }: Data) => node)
const soon = { timeout: 20_000, interval: 100 }
/** The receipt of a channel's number, once it is there. */
const receiptOf = (insuredId: string, channel: string): Promise<Data> =>
  vi.waitFor(async () => {
    const { edges } = await say(world, CLERK, RECEIPT_OF, { insuredId })
    const found = edges.find(({ node }: Data) => node.channel === channel)
    expect(found).toBeDefined()
    return found.node
  }, soon)
const shaOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

const file = (person: Pick<WorldPerson, 'identityNumber'>) =>
  Buffer.from(
    `证件号码,姓名,险种,费款所属期,实缴金额,电子税票号码,缴费时间\n${person.identityNumber},故事人物,310,2026-11,${FLEXIBLE},TAX-FILE-1,2026-11-20 09:30:00\n`,
  )

beforeAll(async () => {
  world = await openWorld()
})
beforeAll(async () => {
  payer = await world.addPerson(flexible)
  filed = await world.addPerson(flexible)
  const [counter, own] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  paid['bank'] = await say(world, 'BANK01', PAY, { input: { ...named(payer), ...month, reference: 'BK-1' } })
  paid['counter'] = await say(world, CLERK, PAY, { input: { ...named(counter), ...month, reference: 'CT-1' } })
  const order = await say(world, own.personNumber, PAY, { input: { ...month } })
  expect(order).toMatchObject({ state: 'PENDING' })
  expect(await vouchersOf(order.id)).toEqual([])
  const took = { order: order.id, amount: FLEXIBLE, reference: 'BK-2' }
  paid['order'] = await say(world, 'BANK01', PAY, { input: took })
  expect(paid['order']).toMatchObject({ id: order.id, state: 'POSTED' })
  const about = { filename: 'rows.csv', purpose: 'COLLECTION_FILE', pool: '629900' }
  const { id: document } = await upload(world, 'TAX62', file(filed), about)
  expect(await say(world, 'TAX62', IMPORT, { document })).toMatchObject({ __typename: 'ContributionCollection' })
  paid['file'] = await receiptOf(filed.insuredId, 'TAX62')
})
afterAll(() => world.close())

test.each(['bank', 'counter', 'order', 'file'])(
  'a payment by %s has a voucher, found from the entry, that proves itself by its hash and is kept for thirty years',
  async (way) => {
    const receipt = paid[way] ?? {}
    const found = await vouchersOf(receipt.id)
    expect(found).toMatchObject([
      { kind: 'PAYMENT', entryKind: 'CONTRIBUTION_RECEIPT', entryId: receipt.id, pool: '629900', month: '2026-11' },
    ])
    const [voucher] = found
    expect(voucher?.retainUntil).toBe('2056-12-31')
    expect(shaOf(voucher?.content)).toBe(voucher?.sha256)
    expect(JSON.parse(voucher?.content)).toMatchObject({
      receiptId: receipt.id,
      channel: receipt.channel,
      reference: receipt.reference,
      state: 'POSTED',
      amount: '36000',
    })
    expect(await say(world, CLERK, VOUCHERS, { number: voucher?.number })).toEqual({ edges: [{ node: voucher }] })
  },
)

test('a row of a collection file is proved with the digest of the file, which lies unchanged in the platform', async () => {
  const [voucher] = await vouchersOf(paid['file']?.id)
  const { file: proving, insuredId } = JSON.parse(voucher?.content)
  const { rows } = await world.admin.query(
    `select encode(d.sha256, 'hex') as sha256, d.state, c.collection_id from insured.document d
     join insured.collection c on c.document_id = d.document_id::text where d.document_id = $1`,
    [proving.document],
  )
  expect(rows).toEqual([{ sha256: proving.sha256, state: 'STORED', collection_id: proving.collection }])
  expect(insuredId).toBe(filed.insuredId)
})

test('from a credit in the ledger of the personal account one comes to the bill, the payment and its voucher', async () => {
  const movements = async (): Promise<Data[]> =>
    (await world.as(payer.personNumber, MOVEMENTS)).me.account?.movements.edges.map(({ node }: Data) => node) ?? []
  await expect.poll(async () => (await movements()).length, soon).toBe(1)
  const [credit] = await movements()
  expect(credit).toMatchObject({ kind: 'CREDIT', amount: '80.00' })
  const { contributionBill } = await world.as(payer.personNumber, BILL_OF, { id: credit?.bill })
  const { receipt } = contributionBill
  expect(receipt.id).toBe(paid['bank']?.id)
  expect(receipt.vouchers).toMatchObject([{ kind: 'PAYMENT' }])
  expect(shaOf(receipt.vouchers[0].content)).toBe(receipt.vouchers[0].sha256)
})

test('the same payment told twice has one voucher; one that came twice and went back has two, of coming and of going', async () => {
  const again = await say(world, 'BANK01', PAY, { input: { ...named(payer), ...month, reference: 'BK-1' } })
  expect(again.id).toBe(paid['bank']?.id)
  expect(await vouchersOf(again.id)).toHaveLength(1)
  const receivedAt = '2026-11-21T10:00:00+08:00'
  const input = { ...named(payer), ...month, reference: reference(), receivedAt }
  const second = await say(world, 'BANK01', PAY, { input })
  expect(second).toMatchObject({ state: 'OVERPAID' })
  expect(await say(world, 'BANK01', REFUND, { receipt: second.id, reference: 'BACK-1' })).toMatchObject({
    state: 'REFUNDED',
  })
  const found = await vouchersOf(second.id)
  expect(found.map((one) => one.kind)).toEqual(['REFUND', 'PAYMENT'])
  expect(JSON.parse(found[0]?.content)).toMatchObject({ refundReference: 'BACK-1', amount: '36000' })
  expect(JSON.parse(found[1]?.content)).toMatchObject({ state: 'OVERPAID' })
})

test('what an employer pays, and what an account pays of a resident’s year, has its voucher as well', async () => {
  const person = await world.addPerson({ enrolments: [] })
  expect((await employ(world, EMPLOYER, person)).code).toBeUndefined()
  const lines = [{ personNumber: person.personNumber, base: '8000.00' }]
  await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
  await billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
  const input = { ...month, pool: '629900', employer: DEMO, amount: '640.00', reference: reference() }
  const receipt = await say(world, 'BANK01', PAY_EMPLOYER, { input })
  expect(receipt).toMatchObject({ state: 'POSTED' })
  expect(await vouchersOf(receipt.id, EMPLOYER)).toMatchObject([{ kind: 'PAYMENT', employerCode: DEMO }])
  expect(await vouchersOf(receipt.id, 'employer-620100')).toEqual([])

  const old = await world.addPerson({ ...resident, account: { pool: '629900', current: 500 } })
  const billing = { ...named(old), insuranceType: '390', periods: ['2027'] }
  const { items } = await say(world, CLERK, BILL, { input: billing })
  expect(await say(world, old.personNumber, PREMIUM, { bill: items[0].bill })).toMatchObject({
    __typename: 'AccountPremium',
  })
  const { vouchers } = await receiptOf(old.insuredId, 'ACCOUNT')
  expect(vouchers).toMatchObject([{ kind: 'PAYMENT', month: null }])
  expect(JSON.parse(vouchers[0].content)).toMatchObject({ period: year.period, amount: '40000' })
})

test('a voucher is shown to who paid, the bureau of the pool and auditors; whoever reads what it says stands in the log', async () => {
  const id = paid['bank']?.id
  for (const who of [CLERK, payer.personNumber, 'auditor']) expect(await vouchersOf(id, who)).toHaveLength(1)
  const other = await world.addPerson(flexible)
  for (const who of ['clerk-620100', other.personNumber, EMPLOYER]) expect(await vouchersOf(id, who)).toEqual([])
  for (const who of ['BANK01', 'H62990000001']) await expect(vouchersOf(id, who)).rejects.toThrow('FORBIDDEN')
  await expect(say(world, 'BANK01', RECEIPT_OF, {})).rejects.toThrow('FORBIDDEN')
  const log = '{ me { accessLog(first: 50) { ... on AccessLogConnection { edges { node { role operation } } } } } }'
  const { me } = await world.as(payer.personNumber, log)
  expect(me.accessLog.edges.map(({ node }: Data) => `${node.role} ${node.operation}`)).toContain(
    'staff accountingVoucher',
  )
})

test('nobody changes or deletes one, not even the program’s own role, and no content is kept under another’s digest', async () => {
  const asWriter = async (text: string): Promise<unknown> => {
    const client = await world.admin.connect()
    try {
      await client.query(`begin; set local role "${await readPrefix(client)}_insured_writer"`)
      return await client.query(text)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  for (const text of [
    'update insured.accounting_voucher set content = content',
    'update insured.accounting_voucher set retain_until = current_date',
    'delete from insured.accounting_voucher',
    'truncate insured.accounting_voucher',
  ])
    await expect(asWriter(text)).rejects.toMatchObject({ code: '42501' })
  await expect(
    world.admin.query(`update insured.accounting_voucher set content = replace(content, '36000', '36001')`),
  ).rejects.toMatchObject({ constraint: 'digest_is_of_the_content' })
})

test('no money is entered without a voucher, and nothing that was only ordered has one', async () => {
  const { rows } = await world.admin.query(
    `select r.state, count(v.voucher_id)::int as vouchers, count(*)::int as n from insured.contribution_receipt r
     left join insured.accounting_voucher v on v.entry_id = r.receipt_id::text and v.entry_kind = 'CONTRIBUTION_RECEIPT'
       and v.pool = r.pool and v.insured_id is not distinct from r.insured_id and v.employer is not distinct from r.employer
     group by r.receipt_id, r.state
     having count(v.voucher_id) <> case r.state when 'PENDING' then 0 when 'REFUNDED' then 2 else 1 end`,
  )
  expect(rows).toEqual([])
})
