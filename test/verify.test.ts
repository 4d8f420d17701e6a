import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { billOf, HOSPITAL, hospital, lineOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
let settled: { readonly id: string }
let reversal: string

beforeAll(async () => {
  world = await settleWorld()
  const person = await world.addPerson(300)
  const lines = [lineOf(), lineOf({ serial: '2', code: 'XB01' }), lineOf({ serial: '3', code: 'XC01' })]
  settled = await settle(world, 'one', billOf(person, { lines, total: '600.00' }))
  await settle(world, 'two', billOf(person))
  const stay = { careType: '21', begin: '2026-11-10T08:00:00+08:00' }
  await settle(world, 'three', billOf(person, stay))
  await settle(world, 'four', billOf(await world.addPerson(0), { useAccount: false }))
  await world.ask(hospital(), 'mutation { annul(requestId: "annul", target: "two") { __typename } }')
  await settle(world, 'five', billOf(person))
  const { rows } = await world.admin.query('select reversal_id from settlement.reversal')
  reversal = rows[0].reversal_id
})
afterAll(() => world.close())

const found = async () => (await verify(world.db, () => {})).mismatches

/** Changes the database behind the platform's back, and looks. Row rules do not stop whoever owns the server. */
async function afterChange(change: string) {
  await world.admin.query(change)
  return found()
}

test('what was settled and reversed by the platform agrees', async () => {
  const { settlements, mismatches } = await verify(world.db, () => {})
  expect(mismatches).toEqual([])
  expect(settlements).toBe(6)
})

describe('one fen in any money table is found, with its table and row', () => {
  const S = 'settlement.settlement'
  const cases: readonly [string, string, () => [table: string, row: string]][] = [
    ['account', 'update settlement.account set balance = balance + d', () => ['settlement.account', '']],
    [
      'counter',
      `update settlement.counter set amount = amount + d where name = 'outpatient-fund'`,
      () => ['settlement.counter', ''],
    ],
    [
      'ledger entry',
      `update settlement.ledger_entry set amount = amount + d where group_id = '$id' and account like 'fund:%'`,
      () => ['settlement.ledger_entry', settled.id],
    ],
    [
      'ledger entry, both sides',
      `update settlement.ledger_entry set amount = amount + case when account like 'fund:%' then d when account like 'payable:%' then -d else 0 end where group_id = '$id'`,
      () => ['settlement.ledger_entry', settled.id],
    ],
    [
      'settlement: from fund to person',
      `update settlement.settlement set hifp = hifp + d, fund_total = fund_total + d, cash = cash - d, personal = personal - d, detail_total = detail_total + d where id = '$id'`,
      () => [S, settled.id],
    ],
    [
      'settlement: deductible',
      `update settlement.settlement set deductible = deductible - d where id = '$id'`,
      () => [S, settled.id],
    ],
    [
      'settlement: balance',
      `update settlement.settlement set balance = balance + d where id = '$id'`,
      () => [S, settled.id],
    ],
    [
      'settlement: share of a fund',
      `update settlement.settlement set funds = jsonb_set(funds, '{0,4}', to_jsonb(((funds #>> '{0,4}')::bigint + d)::text)) where id = '$id'`,
      () => [S, settled.id],
    ],
    [
      'settlement: what was consumed',
      `update settlement.settlement set consumed = jsonb_set(consumed, '{outpatient-fund@2026}', to_jsonb(((consumed ->> 'outpatient-fund@2026')::bigint + d)::text)) where id = '$id'`,
      () => [S, settled.id],
    ],
    [
      'settlement: what it was decided on',
      `update settlement.settlement set input = jsonb_set(input, '{lines,0,3}', to_jsonb(((input #>> '{lines,0,3}')::bigint + d)::text)) where id = '$id'`,
      () => [S, settled.id],
    ],
    [
      'line',
      `update settlement.settlement_line set in_scope = in_scope + d, first_self_payment = first_self_payment - d where settlement_id = '$id' and number = 2`,
      () => ['settlement.settlement_line', `${settled.id} 2`],
    ],
    [
      'line: amount',
      `update settlement.settlement_line set amount = amount + d, self_paid = self_paid + d where settlement_id = '$id' and number = 3`,
      () => ['settlement.settlement_line', `${settled.id} 3`],
    ],
    [
      'reversal',
      `update settlement.settlement set cash = cash - d, account = account + d, detail_total = detail_total + d where id = '$reversal'`,
      () => [S, reversal],
    ],
    [
      'reversal: balance',
      `update settlement.settlement set balance = balance + d where id = '$reversal'`,
      () => [S, reversal],
    ],
  ]
  test.each(cases)('%s', async (_name, text, expected) => {
    const change = text.replace('$id', settled.id).replace('$reversal', reversal)
    const mismatches = await afterChange(change.replaceAll(/\bd\b/g, '1'))
    const undone = await afterChange(change.replaceAll(/\bd\b/g, '(-1)'))
    expect(undone).toEqual([])
    const [table, row] = expected()
    expect(mismatches).toContainEqual(expect.objectContaining({ table, row: expect.stringContaining(row) }))
  })
})

describe('rows that are missing are found', () => {
  const cases: readonly [string, string, string, string][] = [
    ['a request', 'request', `request_id = 'one'`, 'settlement.settlement'],
    ['a natural key', 'bill', `settlement_id = '$id'`, 'settlement.bill'],
    ['an invoice', 'invoice', `settlement_id = '$id'`, 'settlement.invoice'],
    ['a reversal', 'reversal', 'true', 'settlement.reversal'],
    ['a line', 'settlement_line', `settlement_id = '$id' and number = 1`, 'settlement.settlement_line'],
    ['entries', 'ledger_entry', `group_id = '$id'`, 'settlement.ledger_entry'],
    ['a stay', 'stay', 'true', 'settlement.stay'],
    ['an opening', 'opening', 'true', 'settlement.opening'],
    ['the guard of a person', 'person', 'true', 'settlement.person'],
  ]
  test.each(cases)('%s', async (_name, name, condition, table) => {
    const where = condition.replace('$id', settled.id)
    await world.admin.query(`create temp table kept as select * from settlement.${name} where ${where}`)
    const mismatches = await afterChange(`delete from settlement.${name} where ${where}`)
    expect(mismatches.map((one) => one.table)).toContain(table)
    expect(await afterChange(`insert into settlement.${name} select * from kept; drop table kept`)).toEqual([])
  })
})

describe('money and rows that come from nowhere are found', () => {
  const group = '01900000-0000-7000-8000-000000000001'
  const L = 'settlement.ledger_entry'
  const person = `(select insured_id from settlement.settlement where id = '$id')`
  const forged = `
    insert into settlement.ledger_entry values ('${group}', ${person}, 'opening:620900', -500);
    insert into settlement.ledger_entry values ('${group}', ${person}, 'personal:' || ${person} || ':CURRENT', 500);
    update settlement.account set balance = balance + 500 where insured_id = ${person}`
  const unforged = `
    delete from settlement.ledger_entry where group_id = '${group}';
    update settlement.account set balance = balance - 500 where insured_id = ${person}`
  const drop = `delete from settlement.ledger_entry where group_id = '${group}'`
  const cases: readonly [name: string, table: string, row: string, change: string, undo: string][] = [
    ['a forged opening', L, `${group} opening:620900`, forged, unforged],
    [
      'a pair of opening and fund',
      L,
      `${group} fund:620900:310:310101`,
      `insert into settlement.ledger_entry values ('${group}', ${person}, 'opening:620900', -500),
         ('${group}', ${person}, 'fund:620900:310:310101', 500)`,
      drop,
    ],
    [
      'an opening that says more than its entries',
      L,
      'opening:620900',
      `update settlement.opening set balance = balance + 1 where insured_id = ${person}`,
      `update settlement.opening set balance = balance - 1 where insured_id = ${person}`,
    ],
    [
      'an opening without an account',
      'settlement.opening',
      'HISTORY',
      `insert into settlement.opening values (${person}, 'HISTORY', '620900', 0, '${group}', now())`,
      `delete from settlement.opening where group_id = '${group}'`,
    ],
    [
      'an entry in the name of another person',
      L,
      '$id payable:institution:H62090000001',
      `update settlement.ledger_entry set insured_id = '${group}' where group_id = '$id' and account like 'payable:%'`,
      `update settlement.ledger_entry set insured_id = ${person} where insured_id = '${group}'`,
    ],
    [
      'a stay with another number',
      'settlement.stay',
      HOSPITAL,
      'update settlement.stay set number = number + 1',
      'update settlement.stay set number = number - 1',
    ],
  ]
  test.each(cases)('%s', async (_name, table, row, change, undo) => {
    const mismatches = await afterChange(change.replaceAll('$id', settled.id))
    expect(await afterChange(undo.replaceAll('$id', settled.id))).toEqual([])
    const named = expect.stringContaining(row.replace('$id', settled.id))
    expect(mismatches).toContainEqual(expect.objectContaining({ table, row: named }))
  })
})

describe('a malformed value is a finding, and hides no other', () => {
  const cases: readonly [name: string, row: string, change: string][] = [
    ['funds that are none', '$id', `funds = '[{}]'`],
    ['funds that are no list', '$id', `funds = '{}'`],
    ['funds that are null', '$id', `funds = 'null'`],
    ['consumed as a list', '$id', `consumed = '[]'`],
    ['consumed as null', '$id', `consumed = 'null'`],
    ['consumed that is no amount', '$id', `consumed = '{"a@b":"x"}'`],
    ['an empty input', '$id', `input = '{}'`],
    ['an input that is null', '$id', `input = 'null'`],
    ['a time that is none', '$id', `end_at = 'infinity'`],
    ['a birth date that is none', '$reversal', `birth_date = 'infinity'`],
  ]
  test.each(cases)('%s', async (_name, whose, change) => {
    const id = whose.replace('$id', settled.id).replace('$reversal', reversal)
    await world.admin.query(`create temp table kept as select * from settlement.settlement where id = '${id}'`)
    const mismatches = await afterChange(`
      update settlement.account set balance = balance + 1;
      update settlement.settlement set ${change} where id = '${id}'`)
    expect(mismatches).toContainEqual(expect.objectContaining({ table: 'settlement.settlement', row: id }))
    expect(mismatches.map((one) => one.table)).toContain('settlement.account')
    const restore = `
      update settlement.account set balance = balance - 1;
      delete from settlement.settlement where id = '${id}';
      insert into settlement.settlement select * from kept; drop table kept`
    expect(await afterChange(restore)).toEqual([])
  })

  test('a line that cannot be read', async () => {
    const where = `where settlement_id = '${settled.id}' and number = 1`
    const [line] = (await world.admin.query(`select time::text from settlement.settlement_line ${where}`)).rows
    const mismatches = await afterChange(`update settlement.settlement_line set time = 'infinity' ${where}`)
    expect(mismatches).toContainEqual(expect.objectContaining({ table: 'settlement.settlement_line', row: settled.id }))
    expect(await afterChange(`update settlement.settlement_line set time = '${line.time}' ${where}`)).toEqual([])
  })

  test('a ledger account of nobody', async () => {
    const mismatches = await afterChange(`
      insert into settlement.ledger_entry values ('${settled.id}', gen_random_uuid(), 'personal:zz:CURRENT', 1)`)
    expect(mismatches).toContainEqual(expect.objectContaining({ table: 'settlement.account', row: 'zz CURRENT' }))
    expect(await afterChange(`delete from settlement.ledger_entry where account = 'personal:zz:CURRENT'`)).toEqual([])
  })
})

describe('a policy that is not what was registered', () => {
  const OUTPATIENT = '620900-employee-outpatient'
  const setRatio = (from: string, to: string) => `
    update settlement.policy set body = replace(body::text, '"ratio": "${from}"', '"ratio": "${to}"')::jsonb
    where id = '${OUTPATIENT}';
    update settlement.policy_version set version = version + 1`
  const setLastDay = (day: string) => `update settlement.policy set valid_to = ${day} where id = '${OUTPATIENT}'`

  const ALARM = /620900-employee-outpatient \(2024-01-01\) in the database is not what was registered/

  test('is named, decides nothing, and stops the start', async () => {
    const mismatches = await afterChange(setRatio('0.70', '0.95'))
    expect(mismatches).toContainEqual(
      expect.objectContaining({ table: 'settlement.policy', row: `${OUTPATIENT} 2024-01-01` }),
    )
    const bill = billOf(await world.addPerson(0))
    await expect(settle(world, 'by-altered', bill)).rejects.toThrow('INTERNAL_SERVER_ERROR')
    expect(world.errors).toContainEqual(
      expect.objectContaining({ err: expect.objectContaining({ message: expect.stringMatching(ALARM) }) }),
    )
    await expect(world.open()).rejects.toThrow(ALARM)
    expect(await afterChange(setRatio('0.95', '0.70'))).toEqual([])
  })

  test('is found by its last day as well', async () => {
    expect((await afterChange(setLastDay(`'2026-01-01'`))).map((one) => one.table)).toContain('settlement.policy')
    expect(await afterChange(setLastDay('null'))).toEqual([])
  })
})

test.each(['version', 'valid_from'])('the platform itself cannot change the %s of a policy', async (column) => {
  const change = world.db.hot.unsafe(`update settlement.policy set ${column} = ${column}`)
  await expect(change).rejects.toThrow('permission denied')
})

test('the command names table and row and exits with 1', async () => {
  const program = join(import.meta.dirname, '..', 'verify.ts')
  const run = () =>
    promisify(execFile)(process.execPath, [program], { env: { ...process.env, DATABASE_URL: world.url } }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => error,
    )
  expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('6 settlements') })
  await world.admin.query('update settlement.account set balance = balance + 1')
  expect(await run()).toMatchObject({ code: 1, stdout: expect.stringContaining('✗ settlement.account') })
  await world.admin.query('update settlement.account set balance = balance - 1')
})
