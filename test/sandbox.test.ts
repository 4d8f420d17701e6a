import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { NotThatKind } from '@yibao/drizzle/sandbox-clock'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoNames } from '../demo/directory.ts'
import { loadDemo } from '../demo/load.ts'
import { startPlatform, type Platform } from '../platform.ts'
import { lazyDirectory } from './faults/directory.ts'
import { tokenOf } from './faults/tokens.ts'
import { bill, SETTLE } from './world-bill.ts'
import { demoPerson, openPlace, send, type Data, type Place } from './world.ts'

const HOSPITAL = 'H62990000001'
const MOVE = `mutation ($requestId: ID!, $to: DateTime!) { moveSandboxTime(requestId: $requestId, to: $to) {
  __typename ... on SandboxTime { now } ... on Rejection { code problems { path code } } } }`
const REGISTER = `mutation ($requestId: ID!, $jwk: String!, $validUntil: DateTime!) {
  registerPartnerKey(requestId: $requestId, jwk: $jwk, label: "ends soon", validUntil: $validUntil) {
    __typename ... on Rejection { code } } }`
const TIME = '{ sandboxTime { now } }'

let place: Place
let platform: Platform | undefined
const start = (sandbox: boolean): Promise<Platform> =>
  startPlatform({
    databaseUrl: place.databaseUrl,
    keys: place.keys,
    issuer: { kind: 'embedded', directory: lazyDirectory(place.dataDir, demoNames()) },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    sealFolder: join(place.dataDir, 'audit'),
    documents: { storage: { kind: 'folder', folder: join(place.dataDir, 'documents') } },
    sandbox,
  })

async function ask(query: string, variables = {}, name = HOSPITAL): Promise<Data> {
  if (platform === undefined) throw new Error('the sandbox is not running')
  const token = await tokenOf(platform.address, place.dataDir, name)
  const { data, errors } = await send(platform.address, token, query, variables)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}
let moves = 0
const move = async (to: Temporal.Instant) =>
  (await ask(MOVE, { requestId: `move-${++moves}`, to: to.toString() })).moveSandboxTime
const timeThere = async () => Temporal.Instant.from((await ask(TIME)).sandboxTime.now)

const count = async (query: string) => (await place.admin.query(query)).rows.length
/** How often a partner was told that a key ends soon. */
const told = () => count(`select from institutions.outbox where topic = 'key.expiring'`)

describe('a sandbox', () => {
  beforeAll(async () => {
    place = await openPlace()
    const { databases, clock } = (platform = await start(true))
    await loadDemo({ databases, keys: place.keys, clock })
  })
  afterAll(async () => {
    await platform?.close()
    await place.close()
  })

  test('lets an institution go into the next year, where bills are settled and deductibles begin anew', async () => {
    const card = demoPerson('629900', 'retired').cardNumber
    const settle = async (requestId: string) => {
      const input = bill({
        card,
        begin: `${dayOf(await timeThere())
          .subtract({ days: 1 })
          .toString()}T08:00:00+08:00`,
      })
      return (await ask(SETTLE.replace('id number', 'id number settledAt'), { requestId, input })).settle
    }
    const [first, second] = [await settle('this-year-1'), await settle('this-year-2')]
    expect(first).toMatchObject({ __typename: 'Settlement' })
    const next = Temporal.ZonedDateTime.from(`${dayOf(await timeThere()).year + 1}-01-03T09:00:00[Asia/Shanghai]`)
    expect(await move(next.toInstant())).toMatchObject({ __typename: 'SandboxTime' })
    const third = await settle('next-year')
    expect(dayOf(Temporal.Instant.from(third.settledAt)).toString()).toBe(next.toPlainDate().toString())
    expect(third.deductible).toBe(first.deductible)
    expect(second.deductible).not.toBe(first.deductible)
  })

  test('does at once what became due by a move, which is otherwise looked for every hour', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const validUntil = (await timeThere()).add({ hours: 24 * 40 }).toString()
    const variables = { requestId: 'key', jwk: JSON.stringify(publicKey.export({ format: 'jwk' })), validUntil }
    expect((await ask(REGISTER, variables)).registerPartnerKey.__typename).toBe('PartnerKey')
    expect(await told()).toBe(0)
    await move((await timeThere()).add({ hours: 24 * 11 }))
    await expect.poll(told, { timeout: 30_000, interval: 200 }).toBe(1)
  })

  test('credits within seconds what is paid after a move, for events are known by the clock of the machine', async () => {
    await move((await timeThere()).add({ hours: 72 }))
    const { insuredId } = demoPerson('629900', 'retired')
    const payload = { kind: 'CURRENT', pool: '629900', amount: '8000', billId: null, month: '2026-11' }
    const event = [newId(), insuredId, JSON.stringify(payload), (await timeThere()).toString()]
    await place.admin.query(
      `insert into insured.outbox (id, insured_id, topic, payload, at) values ($1, $2, 'contribution.credited', $3, $4)`,
      event,
    )
    const noted = `select from settlement.inbox where event_id = '${event[0]}'`
    await expect.poll(() => count(noted), { timeout: 20_000, interval: 200 }).toBe(1)
  })

  test('does not go back, nor too far ahead, and a repeated move is not made twice', async () => {
    const now = await timeThere()
    expect(await move(now.subtract({ hours: 1 }))).toMatchObject({ problems: [{ path: 'to', code: 'IN_THE_PAST' }] })
    expect(await move(now.add({ hours: 24 * 401 }))).toMatchObject({ problems: [{ path: 'to', code: 'TOO_FAR' }] })
    const variables = { requestId: 'same', to: now.add({ hours: 48 }).toString() }
    await ask(MOVE, variables)
    await ask(MOVE, variables)
    expect(now.until(await timeThere()).total('hours')).toBeLessThan(48.1)
  })

  test('keeps its time over a restart, and is never taken for a real platform', async () => {
    const before = await timeThere()
    await platform?.close()
    await expect(start(false)).rejects.toThrow(NotThatKind)
    platform = await start(true)
    const later = await timeThere()
    expect(before.until(later).total('seconds')).toBeGreaterThanOrEqual(0)
    expect(before.until(later).total('minutes')).toBeLessThan(5)
  })
})
