import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mismatchesOf, withoutFold } from './behind-back.ts'
import { hospitalOf, reverseWorld, type ReverseWorld } from './reverse-world.ts'
import { CLASS_A } from './world-bill.ts'

let world: ReverseWorld
/** Ids of a reversal reckoned anew, of what it took back, of a refund’s reversal and rest, and of a correction. */
const id: Record<'anew' | 'original' | 'reversal' | 'rest' | 'correction', string> = {
  anew: '',
  original: '',
  reversal: '',
  rest: '',
  correction: '',
}

beforeAll(async () => {
  world = await reverseWorld()
  const [here, elsewhere] = [hospitalOf('RECOMPUTED', 1), hospitalOf('RECOMPUTED', 2)]
  const person = await world.addInsured('RECOMPUTED', 150)
  const a = await world.settle(here, person, 400)
  await world.settle(elsewhere, person, 300)
  id.original = a.id
  id.anew = (await world.reverse(here, a.id)).id
  const any = hospitalOf('ANY')
  const other = await world.addInsured('ANY', 150)
  const whole = await world.settle(any, other, [
    { code: CLASS_A, price: 100, quantity: 4 },
    { code: CLASS_A, price: 50, quantity: 2 },
  ])
  const refund = await world.refund(any, whole.id, { lines: [{ serial: '1', quantity: '1' }], chargeBatch: 'rest' })
  ;[id.reversal, id.rest] = [refund.reversal.id, refund.settlement.id]
  const declared = await world.settle(any, other, 80)
  await world.admin.query(`
    insert into settlement.closed_period values ('MONTH', '622991', '${any}', '2026-11', 'test', '2026-11-22T10:00+08');
    update settlement.closing_version set version = version + 1`)
  id.correction = (await world.reverse(any, declared.id)).id
})
afterAll(() => world.close())

const found = () => mismatchesOf(world)

/** Changes the database behind the platform's back, and looks. */
async function afterChange(change: string) {
  await world.admin.query(change)
  return found()
}

test('reversals reckoned anew, refunds and corrections agree', async () => {
  expect(await found()).toEqual([])
  const { rows } = await world.admin.query(
    `select count(*)::int as n from settlement.settlement where reverses is not null and input is not null`,
  )
  expect(rows).toEqual([{ n: 1 }])
})

const at = (which: keyof typeof id) => `where id = '$${which}'`
const inJson = (column: string, path: string) =>
  `${column} = jsonb_set(${column}, '{${path}}', to_jsonb(((${column} #>> '{${path}}')::bigint + d)::text))`

describe('one fen is found, with its table and row', () => {
  const S = 'settlement.settlement'
  const L = 'settlement.ledger_entry'
  const cases: readonly [name: string, table: string, row: keyof typeof id, change: string][] = [
    [
      'anew: from fund to person',
      S,
      'anew',
      `hifp = hifp + d, fund_total = fund_total + d, detail_total = detail_total + d, cash = cash - d, personal = personal - d`,
    ],
    ['anew: deductible', S, 'anew', 'deductible = deductible - d'],
    ['anew: balance', S, 'anew', 'balance = balance + d'],
    ['anew: share of a fund', S, 'anew', inJson('funds', '0,4')],
    ['anew: what was given back', S, 'anew', inJson('consumed', 'outpatient-fund@2026')],
    ['anew: the counters it was decided on', S, 'anew', inJson('input', 'counters,outpatient-fund@2026')],
    ['anew: what the account had given', S, 'anew', inJson('input', 'accounts,current')],
    ['anew: a line it was decided on', S, 'anew', inJson('input', 'lines,0,3')],
    ['a refund’s reversal', S, 'reversal', 'cash = cash - d, account = account + d, detail_total = detail_total + d'],
    ['a refund’s rest', S, 'rest', 'cash = cash - d, account = account + d, detail_total = detail_total + d'],
    ['a refund’s rest: counters', S, 'rest', inJson('consumed', 'outpatient-fund@2026')],
    ['a correction', S, 'correction', 'cash = cash - d, personal = personal - d, total = total - d'],
  ]
  const fill = (text: string, by: string) =>
    Object.entries(id).reduce(
      (filled, [name, one]) => filled.replaceAll(`$${name}`, one),
      text.replaceAll(/\bd\b/g, by),
    )

  test.each(cases)('%s', async (_name, table, row, change) => {
    const update = `alter table settlement.settlement drop constraint if exists total_is_its_four_parts;
      update settlement.settlement set ${change} ${at(row)}`
    const mismatches = await afterChange(fill(update, '1'))
    expect(await afterChange(fill(update, '(-1)'))).toEqual([])
    expect(mismatches).toContainEqual(expect.objectContaining({ table, row: expect.stringContaining(id[row]) }))
  })

  test('an entry of a reversal reckoned anew', async () => {
    const update = `update settlement.ledger_entry set amount = amount + case when account like 'fund:%' then d else -d end
      where group_id = '$anew' and (account like 'fund:%' or account like 'payable:%')`
    await withoutFold(world, async () => {
      const mismatches = await afterChange(fill(update, '1'))
      expect(await afterChange(fill(update, '(-1)'))).toEqual([])
      expect(mismatches).toContainEqual(
        expect.objectContaining({ table: L, row: expect.stringContaining(id.anew), what: 'not the mirror image' }),
      )
    })
  })

  test('a line of a refund’s rest', async () => {
    const update = `update settlement.settlement_line set in_scope = in_scope + d, first_self_payment = first_self_payment - d
      where settlement_id = '$rest' and number = 2`
    await world.admin.query(`alter table settlement.settlement_line
      drop constraint if exists parts_have_the_sign_of_the_quantity`)
    const mismatches = await afterChange(fill(update, '1'))
    expect(await afterChange(fill(update, '(-1)'))).toEqual([])
    expect(mismatches).toContainEqual(expect.objectContaining({ row: `${id.rest} 2` }))
  })
})

describe('links and marks that are wrong are found', () => {
  const cases: readonly [name: string, change: () => string, undo: () => string][] = [
    [
      'a rest that names another whole',
      () => `update settlement.settlement set replaces = '${id.anew}' where id = '${id.rest}'`,
      () => `update settlement.settlement s set replaces = v.settlement_id from settlement.reversal v
        where s.id = '${id.rest}' and v.replacement_id = s.id`,
    ],
    [
      'a reversal that has forgotten the rest',
      () => `update settlement.reversal set replacement_id = null where reversal_id = '${id.reversal}'`,
      () => `update settlement.reversal set replacement_id = '${id.rest}' where reversal_id = '${id.reversal}'`,
    ],
    [
      'a rest of another time than the whole',
      () => `update settlement.settlement set begin_at = begin_at - interval '1 minute' where id = '${id.rest}';
        update settlement.bill set begin_at = begin_at - interval '1 minute' where settlement_id = '${id.rest}'`,
      () => `update settlement.settlement set begin_at = begin_at + interval '1 minute' where id = '${id.rest}';
        update settlement.bill set begin_at = begin_at + interval '1 minute' where settlement_id = '${id.rest}'`,
    ],
    [
      'a correction of what was never closed',
      () => `update settlement.settlement set correction = true where id = '${id.anew}'`,
      () => `update settlement.settlement set correction = false where id = '${id.anew}'`,
    ],
    [
      'counters that were kept though the year goes on',
      () => `update settlement.settlement set keeps_counters = true where id = '${id.correction}'`,
      () => `update settlement.settlement set keeps_counters = false where id = '${id.correction}'`,
    ],
    [
      'a reversal without the settlement it takes back',
      () => `update settlement.settlement set reverses = '${id.rest}' where id = '${id.anew}'`,
      () => `update settlement.settlement set reverses = '${id.original}' where id = '${id.anew}'`,
    ],
  ]
  test.each(cases)('%s', async (_name, change, undo) => {
    expect(await afterChange(change())).not.toEqual([])
    expect(await afterChange(undo())).toEqual([])
  })
})
