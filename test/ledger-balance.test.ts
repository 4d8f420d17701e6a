import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { balances, FUND, lineOn, LIST, one, plain, total } from './ledger-world.ts'
import {
  auditor,
  AWAY_HOSPITAL,
  billOf,
  HOSPITAL,
  hospital,
  OTHER_HOSPITAL,
  personOf,
  settle,
  settleWorld,
  staff,
  type Settled,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

// What an account holds, now and as of any moment, and to whom it is told.

let world: SettleWorld
let person: WorldPerson
let other: WorldPerson
let first: Settled
let second: Settled
/** Before anything, between the two bills of the person, and after all. */
const moments: Record<'before' | 'between' | 'after', string> = { before: '', between: '', after: '' }

const ON_20TH = {
  begin: '2026-11-20T08:00:00+08:00',
  end: '2026-11-20T09:30:00+08:00',
  lines: [lineOn('2026-11-20')],
}

beforeAll(async () => {
  world = await settleWorld()
  const tick = (time: string) => {
    world.time.now = Temporal.Instant.from(time)
  }
  moments.before = '2026-11-20T09:00:00+08:00'
  tick('2026-11-20T10:00:00+08:00')
  person = await world.addPerson(300)
  other = await world.addPerson(300)
  tick('2026-11-20T23:59:59.999+08:00')
  first = await settle(world, 'first', billOf(person, ON_20TH))
  moments.between = world.time.now.toString()
  tick('2026-11-21T00:00:00+08:00')
  second = await settle(world, 'second', billOf(person, ON_20TH))
  tick('2026-11-22T10:00:00+08:00')
  await settle(world, 'other', billOf(other), hospital(OTHER_HOSPITAL))
  moments.after = world.time.now.toString()
})
afterAll(() => world.close())

const current = (of: WorldPerson) => `personal:${of.insuredId}:CURRENT`
const owed = (code: string) => `payable:institution:${code}`
const minus = (...yuan: string[]) => (yuan.reduce((sum, next) => sum - Number(next) * 100, 0) / 100).toFixed(2)

describe.each(['before anything was folded', 'after it was folded'])('%s', (when) => {
  beforeAll(async () => {
    if (when.startsWith('after')) await foldEntries(world.db)
  })

  test('the auditor sees every account, and all of them add up to zero, now and as of any moment', async () => {
    const all = await balances(world)
    expect(all).toEqual(await plain(world))
    expect(Object.keys(all)).toEqual(Object.keys(await plain(world)))
    expect(Object.keys(all)).toHaveLength(6)
    for (const at of [undefined, ...Object.values(moments)]) {
      const then = await balances(world, auditor, { at })
      expect(then).toEqual(await plain(world, at))
      expect(total(then)).toBe(0n)
    }
    expect(await balances(world, auditor, { at: moments.before })).toEqual({})
  })

  test('an account holds what it held at the last millisecond of a day, and the next day what came after', async () => {
    const { pool, account } = first
    expect(await one(world, auditor, FUND, moments.between)).toMatchObject({ balance: minus(pool) })
    expect(await one(world, auditor, FUND, '2026-11-20T23:59:59.998+08:00')).toMatchObject({ balance: '0.00' })
    expect(await one(world, auditor, FUND, '2026-11-21T00:00:00+08:00')).toMatchObject({
      balance: minus(pool, second.pool),
    })
    expect(await one(world, auditor, current(person), moments.between)).toMatchObject({
      balance: minus(account, '-300'),
    })
  })

  test('the bureau sees its funds and what its pool owes, nobody’s personal account', async () => {
    expect(Object.keys(await balances(world, staff()))).toEqual([
      FUND,
      'opening:620900',
      owed(HOSPITAL),
      owed(OTHER_HOSPITAL),
    ])
    expect(await balances(world, staff('620100'))).toEqual({})
    for (const account of [current(person), 'fund:620100:310:310100', 'nothing', owed('H00000000000')]) {
      expect(await one(world, staff(), account), account).toMatchObject({ code: 'NOT_FOUND' })
    }
    expect(await one(world, staff('620100'), FUND)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await one(world, staff('620100'), owed(HOSPITAL))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await one(world, staff(), FUND)).toMatchObject({
      kind: 'FUND',
      pool: '620900',
      insuranceType: '310',
      fundPayType: '310100',
    })
  })

  test('an institution sees what it is owed, and nothing else', async () => {
    expect(Object.keys(await balances(world, hospital()))).toEqual([owed(HOSPITAL)])
    expect((await balances(world, hospital()))[owed(HOSPITAL)]).toBe((await plain(world))[owed(HOSPITAL)])
    expect(await one(world, hospital(AWAY_HOSPITAL), owed(AWAY_HOSPITAL))).toMatchObject({ balance: '0.00' })
    for (const account of [owed(OTHER_HOSPITAL), FUND, current(person)]) {
      expect(await one(world, hospital(), account), account).toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  test('a person sees their own account, and nobody else’s', async () => {
    const me = personOf(person.insuredId)
    expect(await balances(world, me)).toEqual({ [current(person)]: (await plain(world))[current(person)] })
    expect(await one(world, me, current(person))).toMatchObject({
      kind: 'PERSONAL',
      purse: 'CURRENT',
      insured: { id: person.insuredId },
    })
    expect(await one(world, me, `payable:person:${person.insuredId}`)).toMatchObject({ balance: '0.00' })
    for (const account of [current(other), owed(HOSPITAL), FUND]) {
      expect(await one(world, me, account), account).toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  test('the list is narrowed by kind and by how the name begins', async () => {
    expect(Object.keys(await balances(world, auditor, { kind: 'FUND' }))).toEqual([FUND])
    expect(Object.keys(await balances(world, auditor, { kind: 'PERSONAL' }))).toHaveLength(2)
    expect(Object.keys(await balances(world, auditor, { prefix: 'payable:institution:H6209' }))).toHaveLength(2)
    expect(await balances(world, auditor, { kind: 'FUND', prefix: 'payable:' })).toEqual({})
    expect(Object.keys(await balances(world, staff(), { kind: 'PERSONAL' }))).toEqual([])
  })
})

test('what was read of a person’s account stands in the log', async () => {
  const { rows } = await world.admin.query(
    `select role, operation from settlement.access_log where subject = $1 and operation like 'ledger%' group by 1, 2 order by 1, 2`,
    [person.insuredId],
  )
  expect(rows).toEqual([
    { role: 'auditor', operation: 'ledgerAccounts' },
    { role: 'auditor', operation: 'ledgerBalance' },
    { role: 'person', operation: 'ledgerAccounts' },
    { role: 'person', operation: 'ledgerBalance' },
  ])
})

test('every fault of a question is named', async () => {
  const strange = { prefix: '\u0000', at: 'yesterday', after: 'zz', first: 10 }
  expect(await world.ask(auditor, LIST, strange)).toMatchObject({
    ledgerAccounts: {
      code: 'INVALID_INPUT',
      problems: [{ path: 'after' }, { path: 'prefix' }, { path: 'at' }],
    },
  })
  expect(await one(world, auditor, '', '2026-13-01')).toMatchObject({ problems: [{ path: 'account' }, { path: 'at' }] })
  expect(await one(world, auditor, 'payable:institution:\ud800')).toMatchObject({ code: 'INVALID_INPUT' })
})
