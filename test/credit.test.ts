import { randomUUIDv7 } from 'node:crypto'
import { fenOf } from '@yibao/schema/money'
import { creditAccount } from '@yibao/settlement/commands/credit-account'
import { verify } from '@yibao/settlement/commands/verify'
import { createContext, createServices } from '@yibao/settlement/context'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const context = () => {
  const { db, secrets, time } = world
  return createContext(createServices({ db, secrets, clock: () => time.now, ids: randomUUIDv7 }), null, 'credit')
}
const creditOf = (insuredId: string, yuan: number, eventId: string = randomUUIDv7()) =>
  ({ eventId, insuredId, kind: 'CURRENT', pool: '620900', amount: fenOf(BigInt(yuan) * 100n) }) as const
const balanceOf = async (insuredId: string): Promise<number> => {
  const { rows } = await world.admin.query('select balance::int as fen from settlement.account where insured_id = $1', [
    insuredId,
  ])
  return rows[0].fen / 100
}

test('one contribution is credited once, however many processes do it at once, and opens the account', async () => {
  const { insuredId } = await world.addPerson()
  const credit = creditOf(insuredId, 85)
  await Promise.all(Array.from({ length: 20 }, () => creditAccount(context(), credit)))
  expect(await balanceOf(insuredId)).toBe(85)
})

test('credits and bills of one person at once lose nothing, and everything can be proven', async () => {
  const person = await world.addPerson(100)
  const [answers] = await Promise.all([
    Promise.all(Array.from({ length: 10 }, (_, i) => settle(world, `with-credits-${i}`, billOf(person)))),
    Promise.all(Array.from({ length: 10 }, () => creditAccount(context(), creditOf(person.insuredId, 30)))),
  ])
  const paid = answers.reduce((sum, one) => sum + Number(one.account), 0)
  expect(await balanceOf(person.insuredId)).toBe(100 + 300 - paid)
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
