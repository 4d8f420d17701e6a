import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { tellStays } from '@yibao/cross-province/commands/tell-stays'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { healAway } from '@yibao/settlement/commands/settle-away'
import { ELSEWHERE } from '@yibao/settlement/store/bill-queue'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { awayBillOf, NINGBO } from './exchange-runs.ts'
import { admission, announcing } from './exchange-stays.ts'
import { openPartner, saying } from './partner-world.ts'
import { servicesOf } from './province-money.ts'
import { bill, SETTLE } from './world-bill.ts'
import { OUTCOME } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// The platform of Sichuan takes every message and answers none. Whatever waits for it, Guangdong is spoken to at once, and what
// is to be done here is done.

const [SICHUAN, GUANGDONG] = ['510100', '440100']
let place: World
let hangs: Awaited<ReturnType<typeof openPartner>>
let answers: Awaited<ReturnType<typeof openPartner>>
beforeAll(async () => {
  ;[place, hangs, answers] = await Promise.all([openWorld({ province: '33' }), openPartner('51'), openPartner('44')])
  await Promise.all([hangs.register(place), answers.register(place)])
})
afterAll(() => Promise.all([place.close(), hangs.close(), answers.close()]))

const down = () => {
  hangs.answering.now = answers.answering.now = () => {
    throw new Error('cut')
  }
}
/** From now on Sichuan hangs and Guangdong answers; answers when Guangdong was first asked, in milliseconds. */
function up(answer: (type: string, message: Data) => unknown) {
  const begun = performance.now()
  const heard: { at?: number } = {}
  hangs.answering.now = () => undefined
  answers.answering.now = (type, message) => {
    heard.at ??= performance.now() - begun
    return answer(type, message)
  }
  return heard
}
/** Whoever it is that is admitted, only home knows. */
const NOBODY = {} as WorldPerson
/** What one message that hangs takes. */
const HANGING_MS = 8_000

const settleElsewhere = async (insuredPool: string): Promise<Data> => {
  const input = { ...awayBillOf({ identityNumber: '110101199003077758' }), insuredPool }
  return (await place.as(NINGBO, SETTLE, { requestId: randomUUID(), input })).settle
}

/** As many bills under way as one of Sichuan there is. */
async function copied(count: number): Promise<void> {
  const { rows } = await place.admin.query(
    `select column_name as name from information_schema.columns
     where table_schema = 'settlement' and table_name = 'away_bill'`,
  )
  const names = rows.map((one: Data) => one.name as string)
  const own: Readonly<Record<string, string>> = {
    exchange: 'gen_random_uuid()',
    settlement_id: 'gen_random_uuid()',
    request_id: `'copy-' || i`,
    visit: `'copy-' || i`,
    next_at: `next_at - interval '1 minute'`,
  }
  await place.admin.query(
    `insert into settlement.away_bill (${names.join(', ')})
     select ${names.map((name) => own[name] ?? name).join(', ')}
     from settlement.away_bill, generate_series(1, ${count}) i where province = '51'`,
  )
}

test('bills of a province are gone on with however many of another wait that hangs', async () => {
  down()
  expect(await settleElsewhere(SICHUAN)).toMatchObject({ __typename: 'SettlementPending' })
  expect(await settleElsewhere(GUANGDONG)).toMatchObject({ __typename: 'SettlementPending' })
  await copied(40)
  const heard = up((type, { exchange }) => {
    const state = type === 'cancel' ? 'ABORTED' : 'UNKNOWN'
    return { exchange, state, until: null, settlement: null, reversal: null, rejection: null }
  })
  place.time.now = place.time.now.add({ minutes: 2 })
  await healAway(servicesOf(place, '33'))
  expect(heard.at).toBeLessThan(HANGING_MS / 2)
  await place.admin.query(`delete from settlement.away_bill where request_id like 'copy-%'`)
}, 60_000)

test('stays are announced to a province while another hangs', async () => {
  down()
  for (const insuredPool of [SICHUAN, SICHUAN, SICHUAN, GUANGDONG]) {
    const input = { ...admission(NOBODY), insuredPool, insuredId: randomUUIDv7() }
    const announced = (await place.as(NINGBO, announcing('Admission'), { requestId: randomUUID(), input }))
      .announceAdmission
    expect(announced).toMatchObject({ __typename: 'IncomingStay', isRecorded: false })
  }
  const heard = up(() => ({ state: 'RECORDED', rejection: null }))
  place.time.now = place.time.now.add({ minutes: 2 })
  const [sichuan, guangdong] = [saying(() => place, '51'), saying(() => place, '44')]
  await tellStays({
    db: place.platform.databases.crossProvince,
    clock: () => place.time.now,
    say: async ({ province, type, message }) =>
      (await (province === '44' ? guangdong : sichuan)(type, message)) as never,
  })
  expect(heard.at).toBeLessThan(HANGING_MS / 2)
}, 60_000)

test('bills that hang hold up those of their province alone: hospitals go in turn, and beyond its bound one is told BUSY', async () => {
  const LANZHOU = 'H62010000001'
  const heard: string[] = []
  const cut = Promise.withResolvers<never>()
  cut.promise.catch(() => {})
  const ends: (() => void)[] = []
  hangs.answering.now = (_type, message) => {
    heard.push(message.bill.institution)
    const own = new Promise<never>((_, end) => ends.push(() => end(new Error('cut'))))
    return Promise.race([own, cut.promise])
  }
  answers.answering.now = () => {
    throw new Error('cut')
  }
  const person = await place.addPerson({
    enrolments: [{ pool: '620100', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  let sequence = 0
  const send = async (hospital: string, change: object, requestId: string = randomUUID()): Promise<string> => {
    sequence += 1
    const identityNumber = artificialIdentity('510100', Temporal.PlainDate.from('1970-01-01'), sequence)
    const input = { ...awayBillOf({ identityNumber }), ...change }
    return (await place.as(hospital, SETTLE, { requestId, input })).settle.__typename
  }
  const { ofOne, underWay } = ELSEWHERE
  const first = randomUUID()
  const flood = [send(NINGBO, { insuredPool: SICHUAN }, first)]
  await vi.waitFor(() => expect(heard).toHaveLength(1), HANGING_MS)
  for (let i = 0; i < ofOne + 4; i += 1) flood.push(send(NINGBO, { insuredPool: SICHUAN }))
  await vi.waitFor(() => expect(heard).toHaveLength(underWay), HANGING_MS)

  const begun = performance.now()
  expect(await send(NINGBO, { insuredPool: GUANGDONG })).toBe('SettlementPending')
  const here = bill({ card: person.cardNumber })
  expect((await place.as(LANZHOU, SETTLE, { requestId: randomUUID(), input: here })).settle).toMatchObject({
    __typename: 'Settlement',
  })
  expect((await place.as(NINGBO, OUTCOME, { requestId: first })).outcome).toMatchObject({ state: 'PENDING' })
  expect(performance.now() - begun).toBeLessThan(HANGING_MS / 2)

  const other = send(LANZHOU, { insuredPool: SICHUAN })
  await new Promise((resolve) => void setTimeout(resolve, 300))
  for (const end of ends.slice(0, 2)) end()
  await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(underWay + 2), HANGING_MS)
  expect(heard.slice(underWay, underWay + 2)).toContain(LANZHOU)
  cut.reject(new Error('cut'))
  expect(await other).toBe('SettlementPending')
  const told = await Promise.all(flood)
  expect(told.filter((one) => one === 'Busy')).toHaveLength(5)
  expect(told.filter((one) => one === 'SettlementPending')).toHaveLength(ofOne)
}, 60_000)
