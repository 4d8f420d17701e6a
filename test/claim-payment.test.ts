import { createHash, randomUUID } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BANK,
  BATCH,
  CARD,
  claimPaymentWorld,
  clerk,
  FIND_BATCH,
  POOL,
  type ClaimPaymentWorld,
} from './claim-payment-world.ts'
import { expectPutAway, movingIn } from './put-away.ts'
import { personOf, type WorldPerson } from './settle-world.ts'

// A claim on its way from the settlement to the account of the person.

let world: ClaimPaymentWorld
let person: WorldPerson
let claim: string
beforeAll(async () => {
  world = await claimPaymentWorld()
  person = await world.addPerson()
  claim = await world.owed(person)
})
afterAll(() => world.close())

const proven = async () => expect((await verify(world.db, () => {})).mismatches).toEqual([])

test('what was approved is owed, has its time to be paid, and the person is asked where to', async () => {
  expect(await world.claim(claim, personOf(person.insuredId))).toMatchObject({
    state: 'APPROVED',
    owed: '70.00',
    paid: '0.00',
    account: null,
    payments: [],
  })
  expect(await world.held(`payable:claim:${POOL}`)).toBe(7000n)
  expect(await movingIn(world.db, '2026-11')).toEqual({ CLAIM: 1 })
  // It stands still until somebody has said where to.
  expect(await world.clock(claim)).toMatchObject([{ paused: true, stopped: false }])
  expect(await world.told(claim)).toContain('claim.account-needed')
})

test('without an account that can be paid to nothing is paid, and it is said of which claim', async () => {
  expect(await world.batch()).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  expect(await world.batch([claim])).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  const many = Array.from({ length: 501 }, () => randomUUID())
  expect(await world.batch(many)).toMatchObject({ code: 'TOO_MANY' })
  for (const named of [randomUUID(), 'x']) expect(await world.batch([named])).toMatchObject({ code: 'NOT_PAYABLE' })
})

test('a batch pays each claim in one transfer, by the same file a bank reads for institutions', async () => {
  expect(await world.enter(person, claim)).toMatchObject({ account: { number: 1, fits: true, relation: 'SELF' } })
  expect(await world.clock(claim)).toMatchObject([{ paused: false, stopped: false }])
  const batch = await world.batch()
  const { number } = await world.claim(claim)
  expect(batch).toMatchObject({
    number: `${POOL}20261122L001`,
    rows: 1,
    amount: '70.00',
    isDone: false,
    payments: { edges: [{ node: { number: 1, amount: '70.00', state: 'SENT', claim: { id: claim } } }] },
  })
  const lines = batch.file.split('\r\n')
  expect(lines[0]).toBe('kind,row,institution,holder,account,bank,bank_code,amount,reference')
  expect(lines[1]).toBe(`D,1,${number},"甲样本",${CARD},"${BANK}",,70.00,${batch.number}-1`)
  const digest = createHash('sha256')
    .update(`${lines.slice(0, 2).join('\r\n')}\r\n`)
    .digest('hex')
  expect(lines[2]).toBe(`T,1,${POOL},,${batch.number},2026-11-22,,70.00,${digest}`)

  expect(await world.claim(claim)).toMatchObject({ state: 'PAYING', owed: '70.00', paid: '0.00' })
  expect(await world.held(`payable:claim:${POOL}`)).toBe(0n)
  expect(await world.held(`transit:${POOL}`)).toBe(7000n)
  expect(await world.batch()).toMatchObject({ code: 'NOTHING_TO_PAY' })
  expect(await world.batch([claim])).toMatchObject({ code: 'NOT_PAYABLE' })
  await proven()
})

test('the bank’s answer is taken row by row and once; what is about another claim or amount moves nothing', async () => {
  const [listed] = await world.batches(false)
  const batch = await world.as(clerk(), FIND_BATCH, { id: listed['id'] })
  const { number } = await world.claim(claim)
  expect(
    await world.answer(batch, [
      ['1', number, '70.01', 'PAID', 'B0', ''],
      ['1', 'another', '70.00', 'PAID', 'B0', ''],
      ['2', number, '70.00', 'PAID', 'B0', ''],
      ['1', number, '70.00', 'REJECTED', 'B0', ''],
    ]),
  ).toMatchObject({
    paid: 0,
    rejected: 0,
    problems: [{ code: 'OTHER_AMOUNT' }, { code: 'OTHER_CLAIM' }, { code: 'UNKNOWN_ROW' }, { code: 'NO_REASON' }],
  })
  expect(await world.claim(claim)).toMatchObject({ state: 'PAYING' })
  const paid = [['1', number, '70.00', 'PAID', 'B2026-1', '']] as const
  expect(await world.answer(batch, paid)).toMatchObject({ paid: 1, rejected: 0, repeated: 0, problems: [] })
  expect(await world.answer(batch, paid)).toMatchObject({ paid: 0, rejected: 0, repeated: 1 })
  expect(await world.answer({ ...batch, number: `${POOL}20261122L009` }, paid)).toMatchObject({
    problems: [{ path: 'file', code: 'OTHER_BATCH' }],
  })
  expect(await world.claim(claim, personOf(person.insuredId))).toMatchObject({
    state: 'PAID',
    owed: '70.00',
    paid: '70.00',
    paidAt: expect.any(String),
    payments: [{ state: 'PAID', amount: '70.00', account: 1, bankReference: 'B2026-1' }],
  })
  expect(await world.held(`transit:${POOL}`)).toBe(0n)
  expect(await world.held(`bank:${POOL}`)).toBe(7000n)
  expect(await movingIn(world.db, '2026-11')).toEqual({})
  expect(await world.clock(claim)).toMatchObject([{ stopped: true }])
  expect(await world.told(claim)).toEqual(expect.arrayContaining(['claim.paying', 'claim.paid']))
  expect((await world.batches(true)).map((one) => one['id'])).toEqual([batch.id])
  await proven()
})

test('the same request makes one batch, and of two that are made at once each claim stands in one', async () => {
  const others = await Promise.all([1, 2, 3].map(() => world.addPerson()))
  const claims: string[] = []
  for (const one of others) {
    const id = await world.owed(one)
    await world.enter(one, id)
    claims.push(id)
  }
  const requestId = randomUUID()
  const same = await Promise.all(
    [1, 2].map(() => world.as(clerk(), BATCH, { requestId, input: { claims: [claims[0]] } })),
  )
  expect(new Set(same.map((one) => one.id)).size).toBe(1)
  const both = await Promise.all([world.batch(), world.batch([claims[2] ?? '', claims[1] ?? ''])])
  const made = both.filter((one) => one.__typename === 'ClaimPaymentBatch')
  expect(made.reduce((all, one) => all + Number(one['rows']), 0)).toBe(2)
  const { rows } = await world.admin.query(
    `select claim_id from settlement.claim_payment_row where claim_id = any ($1) group by 1 having count(*) <> 1`,
    [claims],
  )
  expect(rows).toEqual([])
  await proven()
})

test('as many claims without an account as a batch takes keep no other out of it', async () => {
  const waiting = await world.owed(await world.addPerson())
  const { rows } = await world.admin.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'settlement' and table_name = 'claim' and is_generated = 'NEVER'`,
  )
  const names = rows.map(({ name }) => name)
  const copied: Record<string, string> = {
    id: 'gen_random_uuid()',
    number: `'WAITING-' || i`,
    decided_at: `decided_at - interval '1 day'`,
  }
  await world.admin.query(
    `insert into settlement.claim (${names.join(', ')}) select ${names.map((name) => copied[name] ?? name).join(', ')}
     from settlement.claim, generate_series(1, 500) i where id = $1`,
    [waiting],
  )
  const other = await world.addPerson()
  const of = await world.owed(other)
  await world.enter(other, of)
  expect(await world.batch()).toMatchObject({ rows: 1, payments: { edges: [{ node: { claim: { id: of } } }] } })
  // With nothing else there, it is said that accounts are missing.
  expect(await world.batch()).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  await world.admin.query(`delete from settlement.claim where number like 'WAITING-%'`)
})

test('what is changed behind the platform’s back is found', async () => {
  for (const change of [
    `update settlement.claim set paid = paid + 1 where id = '${claim}'`,
    `update settlement.claim set state = 'PAYMENT_RETURNED' where id = '${claim}'`,
    `update settlement.claim_payment_row set amount = amount + 1 where claim_id = '${claim}'`,
    `update settlement.claim_payment_row set state = 'RETURNED' where claim_id = '${claim}'`,
  ]) {
    await world.admin.query(change)
    expect((await verify(world.db, () => {})).mismatches.length, change).toBeGreaterThan(0)
    await world.admin.query(undo(change))
  }
  await proven()
  await expectPutAway(world.db, '2026-11')
})

/** What puts a change back. */
function undo(change: string): string {
  if (change.includes('+ 1')) return change.replace('+ 1', '- 1')
  return change.includes('PAYMENT_RETURNED')
    ? change.replace('PAYMENT_RETURNED', 'PAID')
    : change.replace('RETURNED', 'PAID')
}
