import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

test('the same request again gets the same ids and amounts, also from a process that never saw it', async () => {
  const person = await world.addPerson(100)
  const bill = billOf(person, {
    lines: [lineOf(), lineOf({ serial: '2', code: 'XB01' }), lineOf({ serial: '3', code: 'XC01' })],
    total: '600.00',
  })
  const first = await settle(world, 'again', bill)
  await settle(world, 'in-between', billOf(person))
  const restarted = await world.open()
  expect(await settle(world, 'again', bill)).toEqual(first)
  expect(await settle(restarted, 'again', bill)).toEqual(first)
  await restarted.close()
})

test('fields in another order are the same request', async () => {
  const person = await world.addPerson(100)
  const bill = billOf(person)
  const first = await settle(world, 'order', bill)
  expect(await settle(world, 'order', Object.fromEntries(Object.entries(bill).toReversed()))).toEqual(first)
})

test('a request that differs only in form is the same request', async () => {
  const person = await world.addPerson(100)
  const bill = billOf(person)
  const first = await settle(world, 'form', bill)
  const form = {
    ...bill,
    total: '200.0',
    insuranceType: '',
    emergency: false,
    trauma: null,
    begin: '2026-11-22T00:00:00.000Z',
    operator: { code: 'op1', name: '', terminal: 'COUNTER' },
    lines: [lineOf({ price: '20', quantity: '10.0000', prescription: '', approval: 'NOT_NEEDED', traceCodes: [] })],
  }
  expect(await settle(world, 'form', form)).toEqual(first)
  const other = { ...form, lines: [lineOf({ prescription: 'R1' })] }
  expect(await settle(world, 'form', other)).toMatchObject({ __typename: 'RequestReused' })
})

test('an empty optional field was left out', async () => {
  const person = await world.addPerson(100)
  const lines = [lineOf({ prescription: '', refundOf: '' })]
  const change = { invoice: '', institution: '', insuranceType: '', lines }
  expect(await settle(world, 'empty-1', billOf(person, change))).toMatchObject({ __typename: 'Settlement' })
  expect(await settle(world, 'empty-2', billOf(person, change))).toMatchObject({ __typename: 'Settlement' })
})

test('a request id that another operation used names that operation', async () => {
  const person = await world.addPerson(100)
  const ANNUL = 'mutation ($id: ID!) { annul(requestId: $id, target: "nothing-here") { __typename } }'
  await world.ask(hospital(), ANNUL, { id: 'annul-used-it' })
  const answer = await settle(world, 'annul-used-it', billOf(person))
  expect(answer).toMatchObject({ __typename: 'RequestReused' })
  expect(JSON.stringify(answer)).toContain('annul request')
})

test('a request id with another input is refused and names the field', async () => {
  const person = await world.addPerson(100)
  await settle(world, 'reused', billOf(person))
  expect(await settle(world, 'reused', billOf(person))).toMatchObject({
    __typename: 'RequestReused',
    code: 'REQUEST_REUSED',
    problems: [{ path: 'requestId' }],
  })
})

test('a refusal stays: the same request gets it again although the reason has gone', async () => {
  const person = await world.addPerson(100, { enrolments: [] })
  const bill = billOf(person)
  const refused = await settle(world, 'refused', bill)
  expect(refused).toMatchObject({ __typename: 'NotCovered', reason: 'NOT_ENROLLED' })
  await world.admin.query(
    `insert into insured.enrolment values ($1, gen_random_uuid(), '620900', '310', '1101', false, '1', '2020-01-01',
       null, null, now())`,
    [person.insuredId],
  )
  expect(await settle(world, 'refused', bill)).toEqual(refused)
  expect(await settle(world, 'refused-new', bill)).toMatchObject({ __typename: 'Settlement' })
})

test('what was refused as invalid stays refused when the clock would allow it', async () => {
  const person = await world.addPerson(100)
  const bill = billOf(person, { end: '2026-11-22T11:00:00+08:00' })
  const refused = await settle(world, 'early', bill)
  expect(refused).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: 'end', code: 'IN_FUTURE' }] })
  const before = world.time.now
  world.time.now = Temporal.Instant.from('2026-11-22T12:00:00+08:00')
  expect(await settle(world, 'early', bill)).toEqual(refused)
  expect(await settle(world, 'on-time', bill)).toMatchObject({ __typename: 'Settlement' })
  world.time.now = before
})

test('request ids of two institutions have nothing to do with each other', async () => {
  const person = await world.addPerson(100)
  const one = await settle(world, 'shared-id', billOf(person))
  const other = await settle(world, 'shared-id', billOf(person), hospital(OTHER_HOSPITAL))
  expect([one.__typename, other.__typename]).toEqual(['Settlement', 'Settlement'])
  expect(one.id).not.toBe(other.id)
})

test('a request that is refused writes its request row and nothing else', async () => {
  const person = await world.addPerson(100)
  await settle(world, 'only-a-row', billOf(person, { total: '1.00' }))
  const tables = ['settlement', 'counter', 'bill', 'invoice', 'stay']
  for (const table of tables) {
    const { rows } = await world.admin.query(`select 1 from settlement.${table} where insured_id = $1`, [
      person.insuredId,
    ])
    expect(rows).toEqual([])
  }
  const { rows } = await world.admin.query(`select outcome from settlement.request where request_id = 'only-a-row'`)
  expect(rows).toEqual([{ outcome: 'REFUSED' }])
})

test('neither the credential nor the identity number stands anywhere in the schema', async () => {
  const person = await world.addPerson(100)
  await settle(world, 'secret', billOf(person))
  await settle(world, 'secret-refused', billOf(person, { total: '1.00' }))
  const { rows } = await world.admin.query(
    `select count(*)::int as n from settlement.request r where r::text like $1
     union all select count(*)::int from settlement.settlement s where s::text like $1`,
    [`%${person.identityNumber}%`],
  )
  expect(rows).toEqual([{ n: 0 }, { n: 0 }])
})
