import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { tellStays } from '@yibao/cross-province/commands/tell-stays'
import { healAway } from '@yibao/settlement/commands/settle-away'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awayBillOf, NINGBO } from './exchange-runs.ts'
import { admission, announcing } from './exchange-stays.ts'
import { openPartner, saying } from './partner-world.ts'
import { servicesOf } from './province-money.ts'
import { SETTLE } from './world-bill.ts'
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
