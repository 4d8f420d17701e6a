import { afterAll, beforeAll, expect, test } from 'vitest'
import { verify } from '@yibao/settlement/commands/verify'
import { awayBillOf, NINGBO } from './exchange-runs.ts'
import { booksOf, filedPerson, openProvinces, type Provinces } from './exchange-workload.ts'
import { OUTCOME } from './world-queries.ts'
import type { Data, World, WorldPerson } from './world.ts'

// What is asked for at the place and reserved at home does not wait for the disk. A database server that dies within the
// moment loses it; here it is taken away by hand, and the bill has to find its way all the same.

let provinces: Provinces
beforeAll(async () => {
  provinces = await openProvinces()
})
afterAll(() => provinces.close())

const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename ... on Settlement { id total account } ... on SettlementPending { requestId }
    ... on Rejection { code retryable }
  }
}`

let requests = 0
const nextId = () => `lost-${(requests += 1)}`
const settle = async (input: object, requestId: string): Promise<Data> =>
  (await provinces.place.as(NINGBO, SETTLE, { requestId, input })).settle
const outcome = async (requestId: string): Promise<Data> =>
  (await provinces.place.as(NINGBO, OUTCOME, { requestId })).outcome

const exchangeOf = async (requestId: string): Promise<string> => {
  const { rows } = await provinces.place.admin.query(
    'select exchange::text from settlement.away_bill where request_id = $1',
    [requestId],
  )
  return rows[0].exchange
}
const balanceOf = async ({ insuredId }: WorldPerson): Promise<number> => {
  const { rows } = await provinces.home.admin.query(
    'select sum(balance)::int as fen from settlement.account where insured_id = $1',
    [insuredId],
  )
  return rows[0].fen
}

/** As if the server of the place had died before a row of it was on disk. */
async function loseAsked({ admin }: World, requestId: string): Promise<void> {
  const lost = `select institution, visit, settlement_id from settlement.away_bill where request_id = $1`
  for (const table of ['bill', 'invoice'])
    await admin.query(
      `delete from settlement.${table} where settlement_id in (select settlement_id from (${lost}) l)`,
      [requestId],
    )
  await admin.query(`delete from settlement.request where request_id = $1 and outcome = 'PENDING'`, [requestId])
  await admin.query('delete from settlement.away_bill where request_id = $1', [requestId])
}

/** As if the server at home had died before the reservation was on disk: nothing is known of the exchange. */
const loseReserved = ({ admin }: World, exchange: string) =>
  admin.query(`update settlement.request set request_id = 'lost ' || request_id where request_id = $1`, [exchange])

async function passMinutes(minutes: number): Promise<void> {
  for (const side of [provinces.place, provinces.home]) side.time.now = side.time.now.add({ minutes })
  await provinces.work()
}

test('the same request settles a bill the place has lost, once home has given back what it kept', async () => {
  const { place, plan } = provinces
  const person = await filedPerson(provinces)
  const input = awayBillOf(person)
  const requestId = nextId()
  plan.next = (type) => (type === 'reserve' ? 'DROP_ANSWER' : 'PASS')
  expect(await settle(input, requestId)).toMatchObject({ __typename: 'SettlementPending' })
  plan.next = () => 'PASS'
  await loseAsked(place, requestId)
  expect(await outcome(requestId)).toMatchObject({ state: 'UNKNOWN' })
  expect(await settle(input, requestId)).toMatchObject({ code: 'RESERVED_BEFORE', retryable: true })
  await passMinutes(11)
  expect(await settle(input, requestId)).toMatchObject({ __typename: 'Settlement', total: '200.00' })
})

test('a commit of what home has lost aborts the bill on both sides, and it is settled under a new request', async () => {
  const { home, plan } = provinces
  const person = await filedPerson(provinces)
  const input = awayBillOf(person)
  const requestId = nextId()
  const before = await booksOf(provinces)
  plan.next = (type) => (type === 'commit' ? 'DROP' : 'PASS')
  expect(await settle(input, requestId)).toMatchObject({ __typename: 'SettlementPending' })
  plan.next = () => 'PASS'
  await loseReserved(home, await exchangeOf(requestId))
  await passMinutes(1)
  expect(await outcome(requestId)).toMatchObject({ state: 'REFUSED', rejection: { code: 'HOME_ABORTED' } })
  expect(await settle(input, requestId)).toMatchObject({ code: 'HOME_ABORTED' })
  await passMinutes(11)
  expect(await balanceOf(person)).toBe(50_000)
  expect(await booksOf(provinces)).toEqual(before)
  expect(await settle(input, nextId())).toMatchObject({ __typename: 'Settlement' })
})

test('books of both are proven and even after all that', async () => {
  const books = await booksOf(provinces)
  expect(books.receivable).toBe(books.payable)
  expect((await verify(provinces.place.platform.databases.settlement, () => {})).mismatches).toEqual([])
})

/** Notes of each change of these tables, when it is committed, whether its statement had asked not to wait for the disk. */
const WATCH = `
  create table public.seen (entry text, waits boolean);
  create function public.see() returns trigger language plpgsql security definer as $$
    begin
      insert into public.seen values (
        tg_table_name || coalesce(' ' || (to_jsonb(new) ->> 'state'), ''),
        (select source <> 'session' from pg_settings where name = 'synchronous_commit'));
      return null;
    end $$;
  ${['away_bill', 'request', 'confirmation']
    .map(
      (table) => `create constraint trigger see after insert or update on settlement.${table}
        deferrable initially deferred for each row execute function public.see();`,
    )
    .join('\n')}`

async function watch({ admin }: World) {
  await admin.query(WATCH)
  return async () => {
    const { rows } = await admin.query('select entry, waits from public.seen')
    return rows.map(
      ({ entry, waits }: { entry: string; waits: boolean }) => `${entry}: ${waits ? 'waits' : 'does not'}`,
    )
  }
}

test('what decides waits for the disk; what is asked for and what is reserved do not', async () => {
  const { place, home } = provinces
  const person = await filedPerson(provinces)
  const seen = [await watch(place), await watch(home)]
  const requestId = nextId()
  const { id } = await settle(awayBillOf(person), requestId)
  const back = `mutation ($requestId: ID!, $settlement: ID!) {
    reverse(requestId: $requestId, settlement: $settlement) { __typename }
  }`
  await place.as(NINGBO, back, { requestId: nextId(), settlement: id })
  const [here, there] = await Promise.all(seen.map((one) => one()))
  expect(here).toEqual([
    'request: does not',
    'away_bill ASKED: does not',
    'away_bill COMMITTING: waits',
    'request: waits',
    'away_bill COMMITTED: waits',
    // The reversal, which marks the request it takes back as well.
    'request: waits',
    'away_bill ASKED: waits',
    'request: waits',
    'away_bill COMMITTED: waits',
    'request: waits',
  ])
  const reserved = ['request: does not', 'confirmation: does not']
  expect(there).toEqual([...reserved, 'confirmation: waits', 'request: waits', 'request: waits'])
})
