import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  ENTER_ACCOUNT,
  HOSPITAL,
  POOL,
  SECOND_CLERK,
  type ClearingWorld,
} from './clearing-world.ts'
import type { Data } from './world.ts'

// Where a hospital is paid is confirmed when it is new, and not first when its first month waits for the money.

let world: ClearingWorld
beforeAll(async () => {
  world = await clearingWorld()
})
afterAll(() => world.close())

const LIST = `query ($institution: String) { bankAccounts(institution: $institution) {
  ... on BankAccountConnection { edges { node { id confirmations { pool } confirmedBy } } } } }`
const listed = async (who: string): Promise<Data[]> =>
  (await world.as(who, LIST, { institution: HOSPITAL })).bankAccounts.edges.map(({ node }: Data) => node)

test('the account of a hospital without any statement is confirmed by the bureau it has an agreement with, one by one', async () => {
  const { rows } = await world.admin.query('select from settlement.monthly_statement where institution = $1', [
    HOSPITAL,
  ])
  expect(rows).toEqual([])
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, { input })
  expect(account).toMatchObject({ confirmations: [], confirmedBy: [] })
  const confirm = (who: string) => world.ask(who, CONFIRM_ACCOUNT, { account: account.id })

  expect(await confirm('clerk-110000')).toMatchObject({ code: 'NOT_FOUND' })
  expect(await listed('clerk-110000')).toEqual([])
  const first = await confirm(CLERK)
  expect(first).toMatchObject({ confirmations: [{ pool: POOL }], confirmedBy: [] })
  expect(first.confirmations[0].by).toContain(CLERK)
  expect(await confirm(CLERK)).toMatchObject({ code: 'CONFIRMED_ALREADY' })
  expect(await confirm(SECOND_CLERK)).toMatchObject({
    confirmations: [{ pool: POOL }, { pool: POOL }],
    confirmedBy: [POOL],
  })
  for (const who of [CLERK, HOSPITAL, 'auditor']) expect(await listed(who)).toMatchObject([{ confirmedBy: [POOL] }])
})
