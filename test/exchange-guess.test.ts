import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { randomUUIDv7 } from 'node:crypto'
import { PROVINCE_UNKNOWN_MAX } from '@yibao/settlement/domain/unknown-credential'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LINE, PLACE } from './exchange-world.ts'
import { billOf, settleWorld, type SettleWorld, type WorldPerson } from './settle-world.ts'
import type { Data } from './world.ts'

// Home cannot see who is behind the platform of another province: what one may find out by trying is bounded for all of it.

let world: SettleWorld
let person: WorldPerson
beforeAll(async () => {
  world = await settleWorld()
  person = await world.addPerson(100)
})
afterAll(() => world.close())

const DAY = () => world.time.now.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString()
const nobody = (n: number) => artificialIdentity('620900', Temporal.PlainDate.from('1999-09-09'), n)

/** The answer to a trial or a reservation of a bill of an institution, for whoever shows a card. */
async function ask(type: 'trial' | 'reserve', institution: string, value?: string, province = '51'): Promise<Data> {
  const { credential, operator, ...rest } = billOf(person, { emergency: true })
  const bill = {
    ...rest,
    institution,
    credential: { kind: '02', value: value ?? credential.value },
    operator: { ...operator, terminal: '1' },
    confirmWithin: 10,
  }
  const message = { bill, place: { ...PLACE, pool: `${province}0100` }, lines: bill.lines.map(() => LINE) }
  const about = type === 'reserve' ? { exchange: randomUUIDv7() } : {}
  return (await world.internal(`exchange.${type}`, { province, message: { ...about, ...message } })) as Data
}
const setCount = (count: number) =>
  world.db.hot.unsafe(
    `insert into settlement.unknown_credential (institution, day, count) values ('province:51', $1::text::date, $2::int)
     on conflict (institution, day) do update set count = excluded.count`,
    [DAY(), count],
  )
const counts = () =>
  world.db.hot.unsafe<{ institution: string; count: number }>(
    'select institution, count from settlement.unknown_credential order by institution',
  )

test('numbers of nobody are counted for the whole province, whichever of its institutions they are said to come from', async () => {
  for (let n = 0; n < 3; n += 1)
    expect(await ask(n === 1 ? 'reserve' : 'trial', `H5101000000${n}`, nobody(n))).toMatchObject({
      rejection: { code: 'CREDENTIAL_UNKNOWN' },
    })
  expect(await counts()).toEqual([
    ...[0, 1, 2].map((n) => ({ institution: `H5101000000${n}`, count: 1 })),
    { institution: 'province:51', count: 3 },
  ])
})

test('beyond the limit of a province every number is answered alike, and other provinces go on', async () => {
  await setCount(PROVINCE_UNKNOWN_MAX - 1)
  expect(await ask('trial', 'H51010000003')).toMatchObject({ rejection: null })
  expect(await ask('trial', 'H51010000003', nobody(3))).toMatchObject({ rejection: { code: 'CREDENTIAL_UNKNOWN' } })
  for (const [type, institution] of [['trial', 'H51010000004'] as const, ['reserve', 'H51010000005'] as const])
    for (const value of [undefined, nobody(4)])
      expect(await ask(type, institution, value)).toMatchObject({
        rejection: { type: 'Busy', code: 'TOO_MANY_UNKNOWN_CREDENTIALS' },
      })
  expect(await ask('trial', 'H33020000001', undefined, '33')).toMatchObject({ rejection: null })
})

test('an institution that is none by its code, or lies elsewhere, is refused before anybody is looked up', async () => {
  const before = await counts()
  for (const institution of ['X51010000001', 'H5101x', 'H51', 'H51010000001 ', 'H33020000001'])
    expect(await ask('trial', institution, nobody(9))).toMatchObject({
      rejection: { code: 'INSTITUTION_ELSEWHERE', problems: [{ path: 'bill.institution' }] },
    })
  expect(await counts()).toEqual(before)
})
