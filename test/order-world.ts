import { randomUUIDv7 } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { connect, type Database } from '@yibao/drizzle/connect'
import { createInsured } from '@yibao/insured/schema'
import type { Identity } from '@yibao/schema/identity'
import { driveOrders } from '@yibao/settlement/commands/order-drive'
import { createServices } from '@yibao/settlement/context'
import { createSettlement, SHIPPED_POLICIES } from '@yibao/settlement/schema'
import { startPaymentProvider, type SandboxState } from '../demo/payment-provider.ts'
import { asking, keeping } from './asking.ts'
import { billOf, hospital, personOf, settleWorld, type WorldPerson } from './settle-world.ts'

/** Answered data; the query beside it says its shape. */
export type Answer = ReturnType<typeof JSON.parse>

const ORDER = `__typename
  ... on OnlineOrder {
    id state ending { code text { en } } requestId institutionCode insuredId visit careType expiresAt paymentUrl
    amounts { quoteId total fundTotal account mutualAid cash } lines { serial code amount }
    settlement { id cash credentialKind requestId } authorisedAt paidAt settledAt refundedAt refund
  }
  ... on Rejection { code problems { path code } }`
const CREATE = `mutation ($requestId: ID!, $input: OrderInput!) {
  createOrder(requestId: $requestId, input: $input) { ${ORDER} } }`
export const AUTHORISE = `mutation ($requestId: ID!, $order: ID!, $voucher: String!) {
  authoriseOrder(requestId: $requestId, order: $order, voucher: $voucher) {
    ${ORDER} ... on QuoteStale { reason cash fundTotal } } }`
const CANCEL = `mutation ($requestId: ID!, $order: ID!) {
  cancelOrder(requestId: $requestId, order: $order) { ${ORDER} } }`
const BY_ID = `query ($id: ID!) { order(id: $id) { ${ORDER} } }`
const VOUCHER = `mutation ($requestId: ID!) {
  issueVoucher(requestId: $requestId) { ... on Voucher { code } ... on Rejection { code } } }`

/** The world of settlement with a payment provider beside it, and what is asked around orders. */
export async function orderWorld() {
  const world = await settleWorld()
  const folder = await mkdtemp(join(tmpdir(), 'yibao-payments-'))
  const rules = { decide: (): SandboxState => 'PAID' }
  const options = { file: join(folder, 'payments.jsonl'), key: 'a-key-of-the-provider', clock: () => world.time.now }
  const start = (port: number) => startPaymentProvider({ ...options, port, decide: () => rules.decide() })
  let provider = await start(0)
  const payment = { url: provider.url, key: options.key }
  const { secrets, url, errors } = world
  const clock = () => world.time.now
  const [db, insuredDb] = await Promise.all([
    connect({ url, schema: 'settlement', hot: 4, writers: 2, readers: 2 }),
    connect({ url, schema: 'insured' }),
  ])
  const { logger } = keeping(errors)
  const policies = [SHIPPED_POLICIES, join(import.meta.dirname, 'settle-policies')]
  /** The subgraph on these connections, as of a process of its own. */
  const opened = async (on: Database) => {
    const accessLog = createAccessLog(on)
    const subgraph = await createSettlement({ db: on, secrets, clock, accessLog, policies, logger, payment })
    return { ask: asking(subgraph, errors) }
  }
  const { ask } = await opened(db)
  const insured = await createInsured({ db: insuredDb, secrets, clock, logger, accessLog: createAccessLog(insuredDb) })
  const services = createServices({ db, secrets, clock, ids: randomUUIDv7, logger, payment })

  async function voucherOf(person: WorldPerson): Promise<string> {
    const who: Identity = { ...personOf(person.insuredId), scopes: ['insured:read'] }
    const variables = { requestId: randomUUIDv7() }
    return (await asking(insured, errors)<Answer>(who, VOUCHER, variables)).issueVoucher.code
  }

  return {
    ...world,
    ask,
    db,
    opened,
    provider: () => provider,
    /** The provider ends, and begins again where it was. */
    stopProvider: () => provider.close(),
    async startProvider() {
      provider = await start(Number(new URL(payment.url).port))
    },
    payment,
    rules,
    services,
    voucherOf,
    /** Lets the worker run once. */
    drive: () => driveOrders(services),
    async create(person: WorldPerson, change: object = {}, requestId: string = randomUUIDv7()): Promise<Answer> {
      const { credential, ...bill } = billOf(person)
      const input = { ...bill, person: { credential }, ...change }
      return (await ask<Answer>(hospital(), CREATE, { requestId, input })).createOrder
    },
    async authorise(person: WorldPerson, order: string, change: object = {}): Promise<Answer> {
      const variables = { requestId: randomUUIDv7(), order, voucher: await voucherOf(person), ...change }
      return (await ask<Answer>(personOf(person.insuredId), AUTHORISE, variables)).authoriseOrder
    },
    cancel: async (order: string, who: Identity = hospital()): Promise<Answer> =>
      (await ask<Answer>(who, CANCEL, { requestId: randomUUIDv7(), order })).cancelOrder,
    byId: async (id: string, who: Identity = hospital()): Promise<Answer> =>
      (await ask<Answer>(who, BY_ID, { id })).order,
    async close() {
      await Promise.all([db.close(), insuredDb.close(), provider.close()])
      await world.close()
      await rm(folder, { recursive: true })
    },
  }
}

export type OrderWorld = Awaited<ReturnType<typeof orderWorld>>
