import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startPaymentProvider, type Provider } from '../../demo/payment-provider.ts'
import { bill } from '../world-bill.ts'
import { VOUCHER } from '../world-queries.ts'
import { RECENTLY } from '../world-processes.ts'
import { demoPerson, send, type Data } from '../world.ts'
import { run, startWhole, type Child } from './child.ts'
import { killPaused, pauseAt, type Moment } from './pause.ts'
import { tokenOf } from './tokens.ts'
import { databaseUrl, faultsIn, newDataFolder, type DataFolder } from './world.ts'

// An order whose platform is killed between cash, settlement and their records, with a payment provider that lives on.
// Whatever was struck, the next start brings the order to the one end there is: settled with the cash kept, or paid back.

const HOSPITAL = 'H62990000001'
const PERSON = demoPerson('629900', 'active')

let folder: DataFolder
let provider: Provider
let platform: Child
let admin: pg.Pool
/** Told when the provider has money on its books and has not answered yet. */
let told: (kind: 'payment' | 'refund') => void

const start = () =>
  startWhole(folder.dataDir, folder.port, { YIBAO_PAYMENT_URL: provider.url, YIBAO_PAYMENT_KEY: 'a-key' })

beforeEach(async () => {
  told = () => {}
  folder = await newDataFolder()
  provider = await startPaymentProvider({
    file: join(folder.dataDir, 'provider.jsonl'),
    key: 'a-key',
    told: (change) => told('payment' in change ? 'refund' : 'payment'),
  })
  platform = await start()
  admin = new pg.Pool({ connectionString: await databaseUrl(folder.dataDir), max: 2 })
  admin.on('error', () => {})
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(platform.output().slice(-5000))
  await admin.end()
  await platform.end('SIGTERM')
  await provider.close()
  await folder.remove()
})

async function as(name: string, query: string, variables = {}): Promise<Data> {
  const token = await tokenOf(platform.address, folder.dataDir, name)
  const { data, errors } = await send(platform.address, token, query, variables)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

const CREATE = `mutation ($requestId: ID!, $input: OrderInput!) { createOrder(requestId: $requestId, input: $input) {
  __typename ... on OnlineOrder { id state amounts { cash } } ... on Rejection { code problems { path code } } } }`
const AUTHORISE = `mutation ($requestId: ID!, $order: ID!, $voucher: String!) {
  authoriseOrder(requestId: $requestId, order: $order, voucher: $voucher) {
    __typename ... on OnlineOrder { state } ... on Rejection { code } } }`

async function createOrder(): Promise<Data> {
  const input = {
    ...bill({ begin: RECENTLY, useAccount: false }),
    person: { credential: { kind: 'SOCIAL_SECURITY_CARD', value: PERSON.cardNumber } },
  }
  const { createOrder: order } = await as(HOSPITAL, CREATE, { requestId: randomUUID(), input })
  expect(order).toMatchObject({ __typename: 'OnlineOrder', state: 'UNPAID' })
  expect(Number(order.amounts.cash)).toBeGreaterThan(0)
  return order
}

/** The answer, or null when the platform went away over it. */
async function authorise(order: string): Promise<Data> {
  const { issueVoucher } = await as(PERSON.personNumber, VOUCHER, { requestId: randomUUID() })
  const variables = { requestId: randomUUID(), order, voucher: issueVoucher.code }
  return as(PERSON.personNumber, AUTHORISE, variables).catch(() => null)
}

const stateOf = async (order: string): Promise<string> => {
  const { rows } = await admin.query('select state from settlement.online_order where id = $1', [order])
  return rows[0].state
}
const settlementsOf = async (order: string): Promise<number> => {
  const request = `order-${order}`
  const { rows } = await admin.query('select 1 from settlement.settlement where request_id = $1', [request])
  return rows.length
}

/** What holds in the end, whatever was struck. */
async function expectEnd(order: string, state: 'SETTLED' | 'REFUNDED'): Promise<void> {
  await expect.poll(() => stateOf(order), { timeout: 60_000, interval: 100 }).toBe(state)
  expect(provider.payments()).toMatchObject([{ key: order, state: 'PAID' }])
  expect(provider.refunds()).toHaveLength(state === 'REFUNDED' ? 1 : 0)
  expect(await settlementsOf(order)).toBe(state === 'SETTLED' ? 1 : 0)
  expect(await faultsIn(folder.dataDir)).toEqual([])
  const verified = await run(['verify.ts'], { YIBAO_DATA: folder.dataDir, DATABASE_URL: '' })
  expect(verified, verified.output).toMatchObject({ code: 0 })
}

test('killed when the cash is paid and the platform has not heard of it: the order is settled', async () => {
  const { id } = await createOrder()
  told = () => void process.kill(platform.pid, 'SIGKILL')
  expect(await authorise(id)).toBe(null)
  await platform.end('SIGKILL')
  told = () => {}
  expect([await stateOf(id), await settlementsOf(id)]).toEqual(['PAYING', 0])
  platform = await start()
  await expectEnd(id, 'SETTLED')
})

test('killed between payment and settlement: the order is settled', async () => {
  const { id } = await createOrder()
  const moment: Moment = { table: 'settlement.request', event: 'insert', when: `new.request_id like 'order-%'` }
  await pauseAt(admin, moment)
  const answer = authorise(id)
  await killPaused(admin, platform, moment)
  expect(await answer).toBe(null)
  expect([await stateOf(id), await settlementsOf(id)]).toEqual(['PAID', 0])
  platform = await start()
  await expectEnd(id, 'SETTLED')
})

test('killed between the settlement and its record: the order is settled once', async () => {
  const { id } = await createOrder()
  const moment: Moment = { table: 'settlement.online_order', event: 'update', when: `new.state = 'SETTLED'` }
  await pauseAt(admin, moment)
  const answer = authorise(id)
  await killPaused(admin, platform, moment)
  expect(await answer).toBe(null)
  expect([await stateOf(id), await settlementsOf(id)]).toEqual(['PAID', 1])
  platform = await start()
  await expectEnd(id, 'SETTLED')
})

test('killed when the cash is paid back and the platform has not heard of it: it is paid back once', async () => {
  const { id } = await createOrder()
  const ANNUL = `mutation { annul(requestId: "${randomUUID()}", target: "order-${id}") { __typename } }`
  expect(await as(HOSPITAL, ANNUL)).toMatchObject({ annul: { __typename: 'Annulment' } })
  told = (kind) => void (kind === 'refund' && process.kill(platform.pid, 'SIGKILL'))
  expect(await authorise(id)).toBe(null)
  await platform.end('SIGKILL')
  told = () => {}
  expect([await stateOf(id), provider.refunds().length]).toEqual(['REFUNDING', 1])
  platform = await start()
  await expectEnd(id, 'REFUNDED')
})
