import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOME_POOL, NINGBO, openAwayWorld, type AwayWorld } from './away-world.ts'
import { DECODE, SHOW } from './two-provinces.ts'
import { bill, SETTLE } from './world-bill.ts'
import { VOUCHER } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// The whole way of a patient from another province with nothing but a phone: shown, decoded, asked, settled.

let away: AwayWorld
beforeAll(async () => {
  away = await openAwayWorld()
})
afterAll(async () => {
  await away.close()
})

async function token({ personNumber }: WorldPerson, purpose: string): Promise<string> {
  const { issueVoucher } = await away.home.as(personNumber, VOUCHER, { requestId: randomUUID() })
  const shown = { requestId: randomUUID(), code: issueVoucher.code, purpose, insuredPool: HOME_POOL }
  return (await away.place.as(NINGBO, DECODE, shown)).decodeVoucher.token
}

async function settle(value: string): Promise<Data> {
  const input = { ...bill({}), credential: { kind: 'E_VOUCHER', value }, insuredPool: HOME_POOL }
  return (await away.place.as(NINGBO, SETTLE, { requestId: randomUUID(), input })).settle
}

test('a code of another province is decoded at the window, says who is there, and its token pays the bill', async () => {
  const person = await away.filedPerson()
  const value = await token(person, 'REGISTRATION')
  const credential = { kind: 'E_VOUCHER', value }
  const { insuredByCredential: told } = await away.place.as(NINGBO, SHOW, { credential, insuredPool: HOME_POOL })
  expect(told).toMatchObject({ id: person.insuredId, isFiled: true, enrolments: [{ standing: { state: 'IN_FORCE' } }] })
  expect(await settle(value)).toMatchObject({ __typename: 'Settlement', total: '200.00', insuredPool: HOME_POOL })
})

test('a token that was decoded for an admission pays no outpatient care, there as here', async () => {
  const value = await token(await away.filedPerson(), 'ADMISSION')
  expect(await settle(value)).toMatchObject({ __typename: 'NotAllowed', code: expect.stringMatching(/PURPOSE/) })
})
