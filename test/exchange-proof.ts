import { expect } from 'vitest'
import { act, dayOn, finishPayments, lastMonth, payOf } from './exchange-clearing.ts'
import { otherOf, PARTIES, SIDES, type SideName } from './exchange-parties.ts'
import { settleDown, type Playground, type Run } from './exchange-runs.ts'
import { OUTCOME } from './world-queries.ts'
import type { Data } from './world.ts'

// What must hold on both platforms, and between them, whatever became of messages, processes and clocks.

const AMOUNTS = 's.total::text, s.fund_total::text, s.account::text, s.cash::text'
const OF_RUN = `(a.request_id like $1 or a.of in (select exchange from settlement.away_bill where request_id like $1))`

/** No caller of a run is left without an answer. */
export async function expectAnswered(ground: Playground, { asked }: Run): Promise<void> {
  const bills = asked.filter(({ kind }) => kind === 'settle' || kind === 'reverse' || kind === 'annul')
  for (const { requestId, kind, answer, side, who } of bills) {
    const answered = await ground[side].ask(who, OUTCOME, { requestId })
    const { state } = answered?.data?.outcome ?? {}
    expect(['COMMITTED', 'REFUSED', 'ANNULLED'], `${requestId} ${kind}`).toContain(state)
    // What was settled stands, or was taken back by another request.
    if (answer?.__typename === 'Settlement') expect(['COMMITTED', 'ANNULLED'], requestId).toContain(state)
  }
}

const owed = (sign: '' | '-', account: string) =>
  `(select (${sign}sum(e.amount))::text from settlement.ledger_entry e where e.group_id = s.id and e.account like ${account})`

/**
 * Both sides hold the same committed bills and reversals of a run with the same amounts, and of each the province of the
 * hospital is owed what home owes and what the hospital is owed of it.
 */
export async function expectAgreed(ground: Playground, { seed }: Run, side: SideName): Promise<void> {
  const [place, home] = [ground[side], ground[otherOf(side)]]
  const { province, hospital } = PARTIES[side]
  const mine = [`run-${seed}-%`]
  const here = await place.rows(
    `select a.exchange::text, a.kind, ${AMOUNTS}, ${owed('-', `'receivable:province:%:' || a.province`)} as owed,
       ${owed('', `'payable:institution:' || $2::text`)} as hospital
     from settlement.away_bill a
     join settlement.settlement s on s.id = a.settlement_id and s.insured_id = a.insured_id
     where a.state = 'COMMITTED' and ${OF_RUN} order by 1`,
    [...mine, hospital],
  )
  const exchanges = await place.rows(`select a.exchange::text from settlement.away_bill a where ${OF_RUN}`, mine)
  const there = await home.rows(
    `select r.request_id as exchange, case r.operation when 'reverse' then 'REVERSE' else 'SETTLE' end as kind, ${AMOUNTS},
       ${owed('', `'payable:province:%:${province}'`)} as owed
     from settlement.request r
     join settlement.settlement s
       on s.id::text = r.result ->> case r.operation when 'reverse' then 'reversal' else 'settlement' end
     left join settlement.confirmation c on c.settlement_id = s.id
     where r.caller = 'province:${province}' and r.request_id = any($1)
       and (r.operation = 'reverse' or c.confirmed_at is not null)
     order by 1`,
    [exchanges.map((one) => one.exchange)],
  )
  // The hospital is told what it is owed before anything is deducted.
  expect(there.map((one) => ({ ...one, hospital: one.owed }))).toEqual(here)
}

const sumOf = async (ground: Playground, side: SideName, account: string): Promise<bigint> => {
  const [row] = await ground[side].rows(
    'select coalesce(sum(amount), 0)::text as fen from settlement.ledger_entry where account like $1',
    [account],
  )
  return BigInt(row.fen)
}

const LINES = `select item::text, kind, amount::text from settlement.net_item where statement_id = $1 order by item`
const STATEMENTS = `select id::text, month, state, count, amount::text from settlement.net_statement where side = $1 order by id`
const DISPUTES = `select statement_id::text, item::text, amount::text from settlement.net_dispute d
  where exists (select from settlement.net_statement s where s.id = d.statement_id and s.side = $1) order by 1, 2`
const TWICE = `select item::text from settlement.net_item group by 1 having count(*) > 1`
const REFUSED = `select type, message::text, rejection::text from settlement.province_message where rejection is not null`
const PREFUNDS = `select id::text, kind, state, amount::text, bank_reference from settlement.prefund where side = $1 order by id`
const PAYMENTS = `select id::text, state, amount::text, bank_reference,
  (select array_agg(statement_id::text order by statement_id) from settlement.net_payment_part where payment_id = p.id) as parts
  from settlement.net_payment p where side = $1 and state <> 'DENIED' order by id`
const UNBALANCED = `select group_id::text from settlement.ledger_entry group by 1 having sum(amount) <> 0
  union all select 'all' from settlement.ledger_entry having sum(amount) <> 0`
const DAYS = `select distinct (asked_at at time zone 'Asia/Shanghai')::date::text as day from settlement.away_bill
  where request_id like any ($1) order by 1`
const OPEN = `select cause, exchange::text from settlement.exchange_difference where resolved_at is null`
/** A platform goes on comparing these by itself: what one of the two had not written yet was found a moment too early. */
const OPEN_DAYS = `select distinct day::date::text as day from settlement.exchange_difference where resolved_at is null`

/** What the two owe each other stands in both books with the same amount, and all that was said of money was taken. */
export async function expectBooks(ground: Playground): Promise<void> {
  for (const side of SIDES) {
    const [place, home] = [ground[side], ground[otherOf(side)]]
    const [here, there] = [PARTIES[side].province, PARTIES[otherOf(side)].province]
    expect(await place.rows(REFUSED)).toEqual([])
    expect(await place.rows(UNBALANCED)).toEqual([])
    expect(await place.rows(TWICE)).toEqual([])
    const receivable = await sumOf(ground, side, `receivable:province:%:${there}`)
    expect(receivable + (await sumOf(ground, otherOf(side), `payable:province:%:${here}`))).toBe(0n)
    const prefunded = await sumOf(ground, side, `prefunded:%:${there}`)
    expect(prefunded + (await sumOf(ground, otherOf(side), `prefund:%:${here}`))).toBe(
      BigInt((await home.rows(IN_TRANSIT))[0].fen),
    )
    await expectSame(ground, side)
    expect(await place.proven()).toEqual([])
    expect(await place.rows('select * from public.beyond_limit')).toEqual([])
  }
}

/** What was paid in, or back, and has not come in yet. */
const IN_TRANSIT = `select coalesce(-sum(amount), 0)::text as fen from settlement.prefund where side = 'PAYER' and state = 'PAID'`

/** Both hold the same statements line by line, the same payments and prefunds. */
async function expectSame(ground: Playground, side: SideName): Promise<void> {
  const [place, home] = [ground[side], ground[otherOf(side)]]
  const statements = await place.rows(STATEMENTS, ['PLACE'])
  expect(await home.rows(STATEMENTS, ['HOME'])).toEqual(statements)
  for (const { id, count, amount } of statements) {
    const lines = await place.rows(LINES, [id])
    expect(await home.rows(LINES, [id])).toEqual(lines)
    expect(lines).toHaveLength(count)
    expect(lines.reduce((sum, one) => sum + BigInt(one.amount), 0n)).toBe(BigInt(amount))
  }
  expect(await home.rows(DISPUTES, ['HOME'])).toEqual(await place.rows(DISPUTES, ['PLACE']))
  expect(await home.rows(PREFUNDS, ['PAYER'])).toEqual(await place.rows(PREFUNDS, ['HOLDER']))
  expect(await home.rows(PAYMENTS, ['RECEIVER'])).toEqual(await place.rows(PAYMENTS, ['PAYER']))
}

/** Every day of these runs is compared by both platforms in both directions, and nothing is found. */
export async function expectBalanced(ground: Playground, runs: readonly Run[]): Promise<void> {
  const mine = [runs.map(({ seed }) => `run-${seed}-%`)]
  const days = new Set<string>()
  for (const side of SIDES) {
    const rows = [...(await ground[side].rows(DAYS, mine)), ...(await ground[side].rows(OPEN_DAYS))]
    for (const { day } of rows) days.add(day)
  }
  for (const side of SIDES)
    for (const day of days) {
      if (day > dayOn(ground[side].now()).toString()) continue
      const province = PARTIES[otherOf(side)].province
      const who = PARTIES[side].speaker
      const requestId = `balanced-${runs[0]?.seed}-${day}`
      const { runs: compared } = await act(
        ground,
        { side, who, kind: 'reconcileProvince', variables: { province, day } },
        requestId,
      )
      expect(compared.map((one: Data) => one.state)).toEqual(['BALANCED', 'BALANCED'])
    }
  for (const side of SIDES) expect(await ground[side].rows(OPEN)).toEqual([])
}

const NOT_CLEARED = `
  select a.exchange::text as item, i.statement_id::text as statement, n.state from settlement.away_bill a
  left join settlement.net_item i on i.item = a.exchange left join settlement.net_statement n on n.id = i.statement_id
  where a.state = 'COMMITTED' and n.state is distinct from 'RECEIVED'
  union all
  select d.id::text, i.statement_id::text, n.state from settlement.deduction d
  left join settlement.net_item i on i.item = d.id left join settlement.net_statement n on n.id = i.statement_id
  where d.other_province is not null and n.state is distinct from 'RECEIVED'`

const speaking = (side: SideName) => ({ side, who: PARTIES[side].speaker })

/**
 * Brings all there is into statements that are confirmed, and pays them at once: what either side owes more. What follows a line of
 * the same bill that is not paid yet stands in the next, so it takes two rounds at most.
 */
export async function clearAll(ground: Playground, seed: number): Promise<void> {
  await ground.begin(seed, () => 0)
  await settleDown(ground)
  // What is disputed leaves its statement, and stands in the next.
  await confirmAll(ground)
  for (const round of [1, 2]) {
    await declareAll(ground, `cleared-${seed}-${round}`)
    for (const side of SIDES) {
      const paying = payOf(ground, side, await ground[side].rows(CONFIRMED))
      if (paying === null) continue
      await act(ground, paying, `cleared-by-${seed}-${round}`)
      break
    }
    await settleDown(ground, 1)
    await finishPayments(ground)
    await settleDown(ground, 1)
  }
}

async function declareAll(ground: Playground, requestId: string): Promise<void> {
  for (const side of SIDES) {
    if ((await ground[side].rows(IN_NO_STATEMENT)).length === 0) continue
    const variables = { province: PARTIES[otherOf(side)].province, month: lastMonth(ground[side]) }
    // All of it may follow lines that are confirmed and not paid.
    const isWaiting = (await ground[side].rows(CONFIRMED)).length > 0
    await act(ground, { ...speaking(side), kind: 'declareNet', variables }, requestId).catch((refused: unknown) => {
      if (!isWaiting || !String(refused).includes('NOTHING_TO_DECLARE')) throw refused
    })
  }
  await settleDown(ground, 1)
  await confirmAll(ground)
}

async function confirmAll(ground: Playground): Promise<void> {
  for (const side of SIDES)
    for (const { id } of await ground[side].rows(TO_CONFIRM))
      await act(ground, { ...speaking(side), kind: 'confirmNet', variables: { statement: id } }, `cleared-${id}`)
  await settleDown(ground, 1)
}

const IN_NO_STATEMENT = `
  select from settlement.away_bill a where a.state = 'COMMITTED'
    and not exists (select from settlement.net_item where item = a.exchange)
  union all
  select from settlement.deduction d where d.other_province is not null
    and not exists (select from settlement.net_item where item = d.id)`
const TO_CONFIRM = `select id::text from settlement.net_statement where side = 'HOME' and state = 'DECLARED'`
const CONFIRMED = `select id::text, side, amount::text from settlement.net_statement where state = 'CONFIRMED' order by id`

/** Every bill, reversal and deduction stands in one statement that was paid, and nothing is owed any more. */
export async function expectNothingOwed(ground: Playground): Promise<void> {
  for (const side of SIDES) {
    expect(await ground[side].rows(NOT_CLEARED)).toEqual([])
    expect(await sumOf(ground, side, 'receivable:province:%')).toBe(0n)
    expect(await sumOf(ground, side, 'payable:province:%')).toBe(0n)
  }
}
