import { sayToProvinces } from '@yibao/settlement/commands/province-message'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAwayWorld, type AwayWorld } from './away-world.ts'
import { openPartnerOf } from './partner-world.ts'
import type { Data } from './world.ts'

// Whatever the platform of one province answers, or does not, the others are told what they are to be told.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const REJECTION = '__typename ... on Rejection { code }'
const REQUEST = `mutation ($requestId: ID!, $province: String!) {
  requestPrefund(requestId: $requestId, province: $province, amount: "1000.00", words: "使用率已达红色预警") {
    ... on Prefund { id } ${REJECTION} } }`
const OPEN = `{ openProvinceMessages(first: 100) { ... on OpenProvinceMessageConnection {
  edges { node { province state about tries trouble message { zh en } } } } ${REJECTION} } }`
const FIND = `query ($id: ID!) { prefund(id: $id) { ... on Prefund { state } ${REJECTION} } }`

const open = async (): Promise<Data[]> => (await world.atPlace(OPEN)).edges.map(({ node }: Data) => node)
const request = async (province: string): Promise<string> => (await world.atPlace(REQUEST, { province })).id
const say = async () => {
  await world.place.admin.query('update settlement.province_message set next_at = at where answered_at is null')
  await sayToProvinces(world.services.place)
}

const MALFORMED: readonly (readonly [string, unknown])[] = [
  ['nothing', null],
  ['a text', 'TAKEN'],
  ['no state', {}],
  ['a state there is not', { state: 'DONE', rejection: null }],
  ['a refusal without a reason', { state: 'REFUSED' }],
  ['a refusal whose reason is a text', { state: 'REFUSED', rejection: 'no' }],
]
test.each(MALFORMED)(
  'an answer that is %s is counted as said in vain, and what others are to be told is told',
  async (_what, answer) => {
    const partner = await openPartnerOf(world.place, '51', () => answer)
    const first = await request('51')
    const other = await request('62')
    for (let i = 1; i <= 2; i += 1) {
      await say()
      const found = (await open()).filter((one) => one.about === first)
      expect(found).toMatchObject([{ province: '51', state: 'WAITING', trouble: 'ANSWER_FORM' }])
      // The worker of the platform says it too.
      expect(found[0]?.tries).toBeGreaterThanOrEqual(i)
    }
    expect(await world.atHome(FIND, { id: other })).toMatchObject({ state: 'REQUESTED' })
    await world.place.admin.query('delete from settlement.province_message where province = $1', ['51'])
    await partner.close()
  },
)

test('an answer that cannot even be kept does not stop what comes after it, of the same province either', async () => {
  const told = { zh: '\u0000', en: '\u0000' }
  const rejection = { type: 'NotAllowed', code: 'NO', text: told, problems: [], details: {} }
  let first: string | null = null
  const partner = await openPartnerOf(world.place, '51', (_type, { id }) =>
    id === first ? { id, state: 'REFUSED', rejection } : { id, state: 'TAKEN' },
  )
  first = await request('51')
  const second = await request('51')
  await say()
  const found = (await open()).filter((one) => one.province === '51')
  expect(found).toMatchObject([{ about: first, state: 'WAITING', tries: expect.any(Number), trouble: 'ANSWER_FORM' }])
  expect(found.map((one) => one.about)).not.toContain(second)
  await world.place.admin.query('delete from settlement.province_message where province = $1', ['51'])
  await partner.close()
})

test('taken without the word that nothing was refused is taken, and a refusal stays with its reason', async () => {
  const text = { zh: '不同意', en: 'not agreed to' }
  const rejection = { type: 'NotAllowed', code: 'NO', text, problems: [], details: {} }
  let refused: string | null = null
  const partner = await openPartnerOf(world.place, '51', (_type, { id }) =>
    id === refused ? { id, state: 'REFUSED', rejection } : { id, state: 'TAKEN' },
  )
  refused = await request('51')
  await request('51')
  await say()
  expect((await open()).filter((one) => one.province === '51')).toMatchObject([
    { about: refused, state: 'REFUSED', trouble: 'NO', message: text },
  ])
  await partner.close()
})

test('while a province hangs with a long queue, the others are told at once, and it is asked once in a round', async () => {
  const partner = await openPartnerOf(world.place, '51', () => undefined)
  // More than a page of all provinces would hold, and all before what Gansu is to be told.
  await world.place.admin.query(
    `insert into settlement.province_message (id, province, type, pool, message, at, next_at)
     select ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, '51', 'prefund', '339900', '{"id": "x"}', $1, $1
     from generate_series(1, 150) i`,
    [world.place.time.now.toString()],
  )
  const other = await request('62')
  const began = performance.now()
  const round = sayToProvinces(world.services.place)
  await expect
    .poll(() => world.atHome(FIND, { id: other }), { timeout: 5000, interval: 50 })
    .toMatchObject({ state: 'REQUESTED' })
  const toldAfter = performance.now() - began
  await round
  // A message that is not answered is waited for eight seconds.
  expect(toldAfter).toBeLessThan(5000)
  expect(performance.now() - began).toBeGreaterThan(toldAfter)
  // Once by this round, and once by that of the platform's worker.
  expect(partner.heard.length).toBeLessThanOrEqual(2)
  await partner.close()
}, 60_000)
