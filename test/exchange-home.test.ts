import { randomUUIDv7 } from 'node:crypto'
import { reverseUnconfirmed } from '@yibao/settlement/commands/reverse-unconfirmed'
import { verify } from '@yibao/settlement/commands/verify'
import { createServices } from '@yibao/settlement/context'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LINE, PLACE } from './exchange-world.ts'
import { balances } from './ledger-world.ts'
import { auditor, billOf, lineOf, settleWorld, staff, type SettleWorld, type WorldPerson } from './settle-world.ts'

// The home platform's side of a bill of another province: it is reckoned and kept, and then committed or cancelled by the
// word of the place of treatment. What stands on record here is the decision.

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const SICHUAN = '51'
const MINUTES = 10

interface Answer {
  readonly exchange: string
  readonly state: 'UNKNOWN' | 'REFUSED' | 'RESERVED' | 'COMMITTED' | 'ABORTED'
  readonly until: string | null
  readonly settlement: {
    readonly id: string
    readonly person: { readonly insuredId: string; readonly identityMasked: string }
    readonly amounts: Readonly<Record<string, string>>
    readonly lines: readonly object[]
  } | null
  readonly reversal: string | null
  readonly rejection: { readonly code: string; readonly problems: readonly { readonly path: string }[] } | null
}

const say = async (type: string, message: object, province = SICHUAN) =>
  (await world.internal(`exchange.${type}`, { province, message })) as Answer

/** The message of a bill of 200 yuan in an emergency, which counts as filed. */
function messageOf(person: WorldPerson, change: object = {}, exchange: string = randomUUIDv7()) {
  const { credential, operator, ...rest } = billOf(person, { emergency: true })
  const bill = {
    ...rest,
    institution: 'H51010000001',
    credential: { ...credential, kind: '02' },
    operator: { ...operator, terminal: '1' },
    confirmWithin: MINUTES,
    ...change,
  }
  return { exchange, bill, place: PLACE, lines: bill.lines.map(() => LINE) }
}

/** What the platform does every few seconds. */
const work = () =>
  reverseUnconfirmed(
    createServices({ db: world.db, secrets: world.secrets, clock: () => world.time.now, ids: randomUUIDv7 }),
  )

const balanceOf = async ({ insuredId }: WorldPerson): Promise<number> => {
  const { rows } = await world.admin.query(
    `select coalesce(sum(balance), 0)::int as fen from settlement.account where insured_id = $1`,
    [insuredId],
  )
  return rows[0].fen
}

const owedTo = async ({ insuredId }: WorldPerson): Promise<number> => {
  const { rows } = await world.admin.query(
    `select coalesce(sum(amount), 0)::int as fen from settlement.ledger_entry
     where account = 'payable:province:620900:51' and insured_id = $1`,
    [insuredId],
  )
  return rows[0].fen
}

test('a bill is reckoned by the policy here and the catalogue there, and its money is kept until it is committed', async () => {
  const person = await world.addPerson(500)
  const message = messageOf(person)
  const reserved = await say('reserve', message)
  // 200 in scope, 100 deductible, 70 % of the rest; the account pays what is left.
  expect(reserved).toMatchObject({
    exchange: message.exchange,
    state: 'RESERVED',
    until: expect.stringMatching(/^2026-11-22T02:10:00/),
    settlement: {
      person: { insuredId: person.insuredId, personName: '甲样本' },
      pool: '620900',
      amounts: { total: '200.00', deductible: '100.00', fundTotal: '70.00', account: '130.00', cash: '0.00' },
      lines: [{ serial: '1', inScope: '200.00' }],
    },
    rejection: null,
  })
  expect(JSON.stringify(reserved)).not.toContain(person.identityNumber)
  expect(await balanceOf(person)).toBe(37_000)
  expect(await owedTo(person)).toBe(20_000)

  const committed = await say('commit', { exchange: message.exchange })
  expect(committed).toMatchObject({ state: 'COMMITTED', until: null, settlement: { id: reserved.settlement?.id } })
  world.time.now = world.time.now.add({ minutes: 2 * MINUTES })
  await work()
  for (const type of ['commit', 'outcome', 'cancel'])
    expect(await say(type, { exchange: message.exchange })).toEqual(committed)
  expect(await say('reserve', message)).toEqual(committed)
  expect(await balanceOf(person)).toBe(37_000)
})

test('what nobody commits in time is aborted on record, its money goes back, and a later commit is refused', async () => {
  const person = await world.addPerson(500)
  const message = messageOf(person)
  await say('reserve', message)
  world.time.now = world.time.now.add({ minutes: MINUTES + 1 })
  await work()
  for (const type of ['commit', 'outcome', 'cancel'])
    expect(await say(type, { exchange: message.exchange })).toMatchObject({ state: 'ABORTED', settlement: null })
  expect(await balanceOf(person)).toBe(50_000)
  expect(await owedTo(person)).toBe(0)
  // The same bill may come again under another exchange.
  const again = { ...message, exchange: randomUUIDv7() }
  expect(await say('reserve', again)).toMatchObject({ state: 'RESERVED' })
})

test('a cancellation ends what is reserved, stops what is still on its way, and leaves what is committed', async () => {
  const person = await world.addPerson(500)
  const reserved = messageOf(person)
  await say('reserve', reserved)
  expect(await say('cancel', { exchange: reserved.exchange })).toMatchObject({ state: 'ABORTED' })
  expect(await say('commit', { exchange: reserved.exchange })).toMatchObject({ state: 'ABORTED' })
  expect(await say('reserve', reserved)).toMatchObject({ state: 'ABORTED' })
  expect(await balanceOf(person)).toBe(50_000)

  const onItsWay = messageOf(person)
  expect(await say('cancel', { exchange: onItsWay.exchange })).toMatchObject({ state: 'ABORTED', settlement: null })
  expect(await say('reserve', onItsWay)).toMatchObject({ state: 'ABORTED', settlement: null })
  expect(await balanceOf(person)).toBe(50_000)
})

test('what is not here any more when it is committed is aborted on record, and a later copy of its reservation is refused', async () => {
  const person = await world.addPerson(500)
  const message = messageOf(person)
  const { exchange } = message
  const aborted = await say('commit', { exchange, settlement: randomUUIDv7() })
  expect(aborted).toMatchObject({ exchange, state: 'ABORTED', settlement: null, rejection: null })
  for (const type of ['commit', 'outcome', 'cancel']) expect(await say(type, { exchange })).toEqual(aborted)
  expect(await say('reserve', message)).toMatchObject({ state: 'ABORTED', settlement: null })
  expect([await balanceOf(person), await owedTo(person)]).toEqual([50_000, 0])
})

test('a commit names what was told: another reservation under the same exchange is not committed by it', async () => {
  const person = await world.addPerson(500)
  const message = messageOf(person)
  const { exchange } = message
  await say('reserve', message)
  const other = await say('commit', { exchange, settlement: randomUUIDv7() })
  expect(other).toMatchObject({ state: 'ABORTED', settlement: null })
  expect([await balanceOf(person), await owedTo(person)]).toEqual([50_000, 0])

  const again = { ...message, exchange: randomUUIDv7() }
  const { settlement } = await say('reserve', again)
  const named = { exchange: again.exchange, settlement: settlement?.id }
  const committed = await say('commit', named)
  expect(committed).toMatchObject({ state: 'COMMITTED', settlement: { id: settlement?.id } })
  expect(await say('commit', named)).toEqual(committed)
})

test('a bill whose keys are held by a reservation its province does not know any more waits until that is over', async () => {
  const person = await world.addPerson(500)
  const lost = messageOf(person)
  await say('reserve', lost)
  const again = { ...lost, exchange: randomUUIDv7() }
  expect(await say('reserve', again)).toMatchObject({
    state: 'UNKNOWN',
    rejection: { type: 'Busy', code: 'RESERVED_BEFORE', problems: [{ path: 'chargeBatch' }] },
  })
  world.time.now = world.time.now.add({ minutes: MINUTES + 1 })
  await work()
  expect(await say('reserve', again)).toMatchObject({ state: 'RESERVED' })
  await say('commit', { exchange: again.exchange })
  expect(await say('reserve', { ...lost, exchange: randomUUIDv7() })).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'ALREADY_SETTLED' },
  })
})

test('another bill under the same exchange, or what another province knows of it, moves and tells nothing', async () => {
  const person = await world.addPerson(500)
  const message = messageOf(person)
  const reserved = await say('reserve', message)
  const other = { ...message, bill: { ...message.bill, visit: 'another' } }
  expect(await say('reserve', other)).toMatchObject({ state: 'UNKNOWN', rejection: { code: 'REQUEST_REUSED' } })
  const otherLines = { ...message, lines: [{ ...LINE, name: '另一名称' }] }
  expect(await say('reserve', otherLines)).toMatchObject({ rejection: { code: 'REQUEST_REUSED' } })
  const { exchange } = message
  expect(await say('outcome', { exchange }, '44')).toMatchObject({ state: 'UNKNOWN', settlement: null })
  expect(await say('commit', { exchange }, '44')).toMatchObject({ state: 'ABORTED', settlement: null })
  expect(await say('outcome', { exchange: message.exchange })).toEqual(reserved)
})

test('a bill is refused on record when both sides split a line differently, or its institution is of another province', async () => {
  const person = await world.addPerson(500)
  const differing = { ...messageOf(person), lines: [{ ...LINE, selfPaid: '1.00', inScope: '199.00' }] }
  expect(await say('reserve', differing)).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'LINE_PARTS_DIFFER', problems: [{ path: 'lines[0]' }] },
  })
  expect(await say('outcome', { exchange: differing.exchange })).toMatchObject({ state: 'REFUSED' })
  const elsewhere = messageOf(person, { institution: 'H44010000001' })
  expect(await say('reserve', elsewhere)).toMatchObject({ rejection: { code: 'INSTITUTION_ELSEWHERE' } })
  const counted = { ...messageOf(person), lines: [] }
  expect(await say('reserve', counted)).toMatchObject({ state: 'REFUSED', rejection: { code: 'LINES_DIFFER' } })
  const unfiled = messageOf(person, { emergency: false })
  expect(await say('reserve', unfiled)).toMatchObject({ state: 'REFUSED', rejection: { code: expect.any(String) } })
  expect(await balanceOf(person)).toBe(50_000)
})

test('a message that has not its form is refused with every place named, and nothing of it is quoted', async () => {
  const { bill, ...rest } = messageOf(await world.addPerson())
  const faulty = { ...rest, place: { ...PLACE, pool: '5101' }, bill: { ...bill, total: 7, extra: 'SECRET' } }
  const answer = await say('reserve', faulty)
  expect(answer).toMatchObject({ state: 'UNKNOWN', exchange: rest.exchange, rejection: { code: 'INVALID_INPUT' } })
  expect(answer.rejection?.problems.map((one) => one.path)).toEqual(
    expect.arrayContaining(['bill.total', 'place.pool']),
  )
  expect(JSON.stringify(answer)).not.toContain('SECRET')
})

test('a committed bill is taken back once, under an id of its own, and both books are even', async () => {
  const person = await world.addPerson(500)
  const message = messageOf(person, {
    total: '400.00',
    lines: [lineOf(), lineOf({ serial: '2' })],
  })
  await say('reserve', message)
  const back = { exchange: randomUUIDv7(), of: message.exchange }
  expect(await say('reverse', back)).toMatchObject({ rejection: { code: 'NOT_FOUND' } })
  const sent = { exchange: randomUUIDv7(), of: message.exchange }
  await say('commit', { exchange: message.exchange })
  const reversed = await say('reverse', sent)
  expect(reversed).toMatchObject({ state: 'COMMITTED', settlement: { amounts: { total: '-400.00' } } })
  expect(await say('reverse', sent)).toEqual(reversed)
  expect(await say('outcome', { exchange: message.exchange })).toMatchObject({
    state: 'COMMITTED',
    reversal: reversed.settlement?.id,
  })
  expect(await say('reverse', { exchange: randomUUIDv7(), of: message.exchange })).toMatchObject({
    rejection: { code: 'ALREADY_REVERSED' },
  })
  expect([await balanceOf(person), await owedTo(person)]).toEqual([50_000, 0])
})

const step = fc.constantFrom('reserve', 'commit', 'cancel', 'expire', 'outcome', 'reverse')
const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 })

test('whatever is said twice, at once or in whatever order, the money is kept or given back exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (said) => {
      const person = await world.addPerson(500)
      const message = messageOf(person)
      const { exchange } = message
      const back = { exchange: randomUUIDv7(), of: exchange }
      let isCommitted = false
      for (const round of said) {
        await Promise.all(
          round.map(async (one) => {
            if (one === 'reserve') return say('reserve', message)
            if (one === 'reverse') return say('reverse', back)
            if (one !== 'expire') return say(one, { exchange })
            world.time.now = world.time.now.add({ minutes: MINUTES + 1 })
            return work()
          }),
        )
        const { state } = await say('outcome', { exchange })
        // The decision never changes.
        if (isCommitted) expect(state).toBe('COMMITTED')
        isCommitted ||= state === 'COMMITTED'
      }
      await work()
      const { state, reversal } = await say('outcome', { exchange })
      const isTaken = state === 'RESERVED' || (state === 'COMMITTED' && reversal === null)
      expect([await balanceOf(person), await owedTo(person)]).toEqual(isTaken ? [37_000, 20_000] : [50_000, 0])
    }),
    { numRuns: 25 },
  )
})

test('what a pool owes another province its bureau sees, and no other bureau', async () => {
  await say('reserve', messageOf(await world.addPerson(500)))
  const owed = await balances(world, auditor, { kind: 'PAYABLE_PROVINCE' })
  expect(Number(owed['payable:province:620900:51'])).toBeGreaterThan(0)
  expect(await balances(world, staff('620900'), { kind: 'PAYABLE_PROVINCE' })).toEqual(owed)
  expect(await balances(world, staff('620100'), { kind: 'PAYABLE_PROVINCE' })).toEqual({})
})

test('what was settled for another province is proven like all else', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
