import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, settle, settleWorld } from './settle-world.ts'
import type { SettleWorld, WorldPerson } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const PART = `id total inScope deductible pool account cash balance chargeBatch invoice visit begin end operator
  replaces { id replacedBy { id } reversedBy { id } } reverses { id replacedBy { id } }
  lines { serial quantity amount inScope firstSelfPayment traceCodes }`
const REFUND = `
  mutation ($requestId: ID!, $settlement: ID!, $input: RefundInput!) {
    refund(requestId: $requestId, settlement: $settlement, input: $input) {
      __typename
      ... on Refund { reversal { ${PART} } settlement { ${PART} } }
      ... on AlreadyReversed { reversal { id } }
      ... on AlreadySettled { settlement { id } }
      ... on Rejection { code retryable problems { path code } }
    }
  }`

interface Refunded {
  readonly __typename: string
  readonly code: string
  readonly reversal: { readonly id: string; readonly total: string }
  readonly settlement: { readonly id: string } | null
}

let requests = 0
const fresh = () => `refund-${(requests += 1)}`
const keys = () => ({ chargeBatch: `R${(requests += 1)}`, invoice: `RF${requests}` })
async function refund(settlement: string, input: object, requestId = fresh(), identity = hospital()) {
  return (await world.ask<{ refund: Refunded }>(identity, REFUND, { requestId, settlement, input })).refund
}

const rowsOf = async ({ insuredId }: WorldPerson) => {
  const { rows } = await world.admin.query(
    `select (select count(*)::int from settlement.settlement where insured_id = $1) as settlements,
       (select count(*)::int from settlement.request where insured_id = $1) as requests,
       (select coalesce(sum(balance), 0)::int from settlement.account where insured_id = $1) as balance,
       (select coalesce(jsonb_object_agg(name, amount), '{}') from settlement.counter where insured_id = $1) as counters,
       (select count(*)::int from settlement.bill where insured_id = $1) as bills`,
    [insuredId],
  )
  return rows[0]
}

let packages = 0
/** The code of a package nobody has paid for yet. */
const traceCode = () => `8100000000000${String((packages += 1)).padStart(7, '0')}`
const twoLines = (traceCodes = [traceCode(), traceCode()]) => [
  lineOf(),
  lineOf({ serial: '2', code: 'XB01', traceCodes }),
]

describe('a part is taken back', () => {
  test('the whole is reversed and the rest settled as on the first day, with the counters of now', async () => {
    const person = await world.addPerson(1000)
    const [returned, kept] = [traceCode(), traceCode()]
    const lines = twoLines([returned, kept])
    const settled = await settle(world, 'whole', billOf(person, { lines, total: '400.00' }))
    expect(settled).toMatchObject({ deductible: '100.00', pool: '196.00' })
    const between = await settle(world, 'between', billOf(person))
    expect(between).toMatchObject({ deductible: '0.00', pool: '140.00' })
    const input = { lines: [{ serial: '2', quantity: '4', traceCodes: [returned] }], ...keys() }
    const answer = await refund(settled.id, input, 'refund-part')
    // The whole had used the deductible, and what remains uses it again.
    expect(answer).toMatchObject({
      __typename: 'Refund',
      reversal: { total: '-400.00', pool: '-196.00', reverses: { id: settled.id } },
      settlement: {
        total: '320.00',
        inScope: '308.00',
        deductible: '100.00',
        pool: '145.60',
        chargeBatch: input.chargeBatch,
        invoice: input.invoice,
        begin: '2026-11-22T00:00:00Z',
        replaces: { id: settled.id, reversedBy: { id: answer.reversal.id } },
        lines: [
          { serial: '1', quantity: '10.0000', amount: '200.00' },
          { serial: '2', quantity: '6.0000', amount: '120.00', traceCodes: [kept] },
        ],
      },
    })
    expect(await rowsOf(person)).toMatchObject({ settlements: 4, bills: 2 })
    expect(await refund(settled.id, input, 'refund-part')).toEqual(answer)
    expect(await refund(settled.id, { ...input, ...keys() }, 'refund-part')).toMatchObject({
      __typename: 'RequestReused',
    })
    expect(await refund(settled.id, { ...input, ...keys() })).toMatchObject({
      __typename: 'AlreadyReversed',
      reversal: { id: answer.reversal.id },
    })
  })

  test('and again of the rest, until everything is back and nothing remains', async () => {
    const person = await world.addPerson(100)
    const before = await rowsOf(person)
    const settled = await settle(world, 'bit-by-bit', billOf(person, { lines: twoLines(), total: '400.00' }))
    const first = await refund(settled.id, { lines: [{ serial: '1', quantity: '10' }], ...keys() })
    expect(first).toMatchObject({ settlement: { total: '200.00', lines: [{ serial: '2' }] } })
    const second = await refund(first.settlement?.id ?? '', { lines: [{ serial: '2', quantity: '9.5' }], ...keys() })
    expect(second).toMatchObject({ settlement: { total: '10.00' } })
    const last = await refund(second.settlement?.id ?? '', { lines: [{ serial: '2', quantity: '0.5' }], ...keys() })
    expect(last).toMatchObject({ __typename: 'Refund', settlement: null, reversal: { total: '-10.00' } })
    const { balance, counters, bills } = await rowsOf(person)
    expect({ balance, bills }).toEqual({ balance: 10000, bills: before.bills })
    expect(Object.values(counters).every((amount) => amount === 0)).toBe(true)
  })

  test('a stay keeps its number of admission although a later one stands', async () => {
    const person = await world.addPerson()
    const charge = lineOf({ price: '200.00', quantity: '10', amount: '2000.00' })
    const stayOf = (visit: string) => billOf(person, { visit, careType: '21', lines: [charge], total: '2000.00' })
    const first = await settle(world, 'refund-stay-1', stayOf('R1'))
    await settle(world, 'refund-stay-2', stayOf('R2'))
    expect(await refund(first.id, { lines: [{ serial: '1', quantity: '1' }], ...keys() })).toMatchObject({
      settlement: { deductible: '800.00', total: '1800.00' },
    })
    const text = 'select visit, number from settlement.stay where insured_id = $1 order by number'
    expect((await world.admin.query(text, [person.insuredId])).rows).toEqual([
      { visit: 'R1', number: 1 },
      { visit: 'R2', number: 2 },
    ])
  })

  test('of what the bill itself had refunded nothing comes back twice', async () => {
    const person = await world.addPerson()
    const back = lineOf({ serial: 'b', quantity: '-4', amount: '-80.00', refundOf: '1' })
    const settled = await settle(world, 'refunded-before', billOf(person, { lines: [lineOf(), back], total: '120.00' }))
    expect(await refund(settled.id, { lines: [{ serial: '1', quantity: '7' }], ...keys() })).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'lines[0].quantity', code: 'TOO_MUCH' }],
    })
    expect(await refund(settled.id, { lines: [{ serial: '1', quantity: '2' }], ...keys() })).toMatchObject({
      settlement: { total: '80.00', lines: [{ serial: '1', quantity: '4.0000', amount: '80.00' }] },
    })
  })

  test('of one settlement by twenty at once one wins', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'refund-race', billOf(person))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refund(settled.id, { lines: [{ serial: '1', quantity: '3' }], ...keys() })),
    )
    expect(answers.filter((one) => one.__typename === 'Refund')).toHaveLength(1)
    expect(answers.filter((one) => one.__typename === 'AlreadyReversed')).toHaveLength(19)
    expect(await rowsOf(person)).toMatchObject({ settlements: 3, bills: 1 })
  })
})

describe('both halves or none', () => {
  test('a failure between them undoes the first, and the same request succeeds later', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'half', billOf(person))
    const before = await rowsOf(person)
    const input = { lines: [{ serial: '1', quantity: '3' }], ...keys() }
    await world.admin.query(
      `alter table settlement.bill add constraint injected check (charge_batch <> '${input.chargeBatch}')`,
    )
    await expect(refund(settled.id, input, 'refund-half')).rejects.toThrow('INTERNAL_SERVER_ERROR')
    expect(await rowsOf(person)).toEqual(before)
    await world.admin.query('alter table settlement.bill drop constraint injected')
    expect(await refund(settled.id, input, 'refund-half')).toMatchObject({ settlement: { total: '140.00' } })
  })

  test('cut off between them, neither is there, and the same request succeeds later', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'cut', billOf(person))
    const before = await rowsOf(person)
    const input = { lines: [{ serial: '1', quantity: '3' }], ...keys() }
    // The second half waits for the key of its bill, which somebody else is about to take.
    await world.admin.query('begin')
    await world.admin.query(
      `insert into settlement.bill (institution, visit, charge_batch, insured_id, settlement_id, begin_at, end_at,
         care_kind, care_type)
       select institution, visit, $2, insured_id, settlement_id, begin_at, end_at, care_kind, care_type
       from settlement.bill where insured_id = $1`,
      [person.insuredId, input.chargeBatch],
    )
    const cut = refund(settled.id, input, 'refund-cut').catch((error: unknown) => error)
    const waiting = async (): Promise<number | undefined> =>
      (await world.admin.query('select pid from pg_locks where not granted')).rows[0]?.pid
    await expect.poll(waiting, { timeout: 5000 }).toBeTypeOf('number')
    const pid = await waiting()
    await world.admin.query('select pg_terminate_backend($1)', [pid])
    await world.admin.query('rollback')
    expect(String(await cut)).toContain('INTERNAL_SERVER_ERROR')
    expect(await rowsOf(person)).toEqual(before)
    expect(await refund(settled.id, input, 'refund-cut')).toMatchObject({ settlement: { total: '140.00' } })
  })
})

describe('what is refused leaves everything as it was', () => {
  test('every fault is named by field', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'faulty', billOf(person, { lines: twoLines(), total: '400.00' }))
    const before = await rowsOf(person)
    const faults = async (input: object) => {
      const { problems } = (await refund(settled.id, { ...keys(), ...input })) as unknown as { problems: object[] }
      return problems
    }
    expect(await faults({ lines: [] })).toMatchObject([{ path: 'lines', code: 'REQUIRED' }])
    const line = { serial: '1', quantity: '1' }
    expect(
      await faults({ lines: [line, { serial: '1', quantity: '0' }, { serial: '', quantity: 'x' }] }),
    ).toMatchObject([
      { path: 'lines[1].serial', code: 'DUPLICATE' },
      { path: 'lines[1].quantity', code: 'NOT_POSITIVE' },
      { path: 'lines[2].serial', code: 'REQUIRED' },
      { path: 'lines[2].quantity', code: 'MALFORMED' },
    ])
    const unknown = { serial: '2', quantity: '11', traceCodes: [traceCode()] }
    expect(await faults({ lines: [{ serial: '9', quantity: '1' }, unknown] })).toMatchObject([
      { path: 'lines[0].serial', code: 'UNKNOWN_SERIAL' },
      { path: 'lines[1].quantity', code: 'TOO_MUCH' },
      { path: 'lines[1].traceCodes[0]', code: 'NOT_OF_CHARGE' },
    ])
    expect(await faults({ lines: [line], chargeBatch: 'B1' })).toMatchObject([{ path: 'chargeBatch', code: 'NOT_NEW' }])
    expect(await rowsOf(person)).toMatchObject({ ...before, requests: before.requests + 2 })
  })

  test('keys another bill holds are refused, naming that settlement', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'keyed', billOf(person))
    const bill = billOf(person)
    const holder = await settle(world, 'holder', bill)
    const input = { lines: [{ serial: '1', quantity: '1' }], ...keys(), invoice: bill.invoice }
    expect(await refund(settled.id, input)).toMatchObject({
      __typename: 'AlreadySettled',
      settlement: { id: holder.id },
      problems: [{ path: 'invoice' }],
    })
  })

  test('another institution’s settlement does not exist, and a reversal is not refunded', async () => {
    const settled = await settle(world, 'foreign', billOf(await world.addPerson()))
    const input = { lines: [{ serial: '1', quantity: '1' }], ...keys() }
    const foreign = await refund(settled.id, input, fresh(), hospital(OTHER_HOSPITAL))
    expect(foreign).toMatchObject({ __typename: 'NotFound', problems: [{ path: 'settlement' }] })
    const done = await refund(settled.id, { lines: [{ serial: '1', quantity: '10' }], ...keys() })
    expect(await refund(done.reversal.id, input)).toMatchObject({ code: 'REVERSAL_OF_REVERSAL' })
  })
})

test('in a closed benefit year the rest is decided on the counters of then, and they stay', async () => {
  const person = await world.addPerson(100)
  const settled = await settle(world, 'closed-whole', billOf(person, { lines: twoLines(), total: '400.00' }))
  const before = await rowsOf(person)
  await world.admin.query(`
    update settlement.closing_version set version = version + 1;
    insert into settlement.closed_period values ('YEAR', '620900', '310', '2026', 'staff:620900:test', now())`)
  expect(await refund(settled.id, { lines: [{ serial: '2', quantity: '10' }], ...keys() })).toMatchObject({
    settlement: { total: '200.00', deductible: '100.00', pool: '70.00' },
  })
  expect(await rowsOf(person)).toMatchObject({ counters: before.counters })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
