import { expect } from 'vitest'
import {
  APPEAL,
  BATCH,
  clearingOf,
  CONFIRM_ACCOUNT,
  DECIDE,
  DECIDE_DEPOSIT,
  DECIDE_RETURN,
  DEDUCT,
  difference,
  ENTER_ACCOUNT,
  IMPORT_DIFFERENCES,
  IMPORT_RESULT,
  onStatement,
  resultOf,
  RETURNS,
  SCORE,
  uploadPaper,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data, World } from './world.ts'

interface Parties {
  readonly institution: string
  readonly clerk: string
  readonly pool: string
}

/** A month of a hospital from declaration to payment, with all that can happen on the way. Told in January. */
export async function tellClearing(world: World, { institution, clerk, pool }: Parties): Promise<void> {
  const clearing = clearingOf(world)
  const now = world.time.now
  const patient = await clearing.addPatient(0, pool)
  const settle = await clearing.settle(patient, [{ code: CLASS_A, price: 2400 }], {}, institution)
  expect(Number(settle.fundTotal)).toBeGreaterThan(10)
  await clearing.reconcile(institution)
  clearing.at('2027-01-05T09:00:00+08:00')
  const { statements } = await clearing.declare('2026-11', institution)
  const own: Data[] = statements.filter((one: Data) => one.pool === pool)
  expect(own.length).toBeGreaterThan(0)
  for (const statement of own) await check(statement)
  const account = await clearing.ask(institution, ENTER_ACCOUNT, {
    input: { holder: '示范户', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' },
  })
  const second = `second-${pool}`
  world.letIn({ kind: 'staff', login: second, label: '复核 second clerk', pool })
  for (const name of [clerk, second]) await clearing.ask(name, CONFIRM_ACCOUNT, { account: account.id })
  expect(await clearing.ask(clerk, SCORE, { input: { institution, year: '2026', score: '92' } })).toMatchObject({
    __typename: 'DepositRelease',
  })
  const rest = { institution, year: '2026', release: true, reason: '整改完成', sourceNumber: '考核〔2027〕1号' }
  expect(await clearing.ask(clerk, DECIDE_DEPOSIT, { input: rest })).toMatchObject({ decisions: [{ state: 'OPEN' }] })
  await pay()
  const [back] = (await clearing.ask(clerk, RETURNS, { decided: false })).edges
  const returned = { id: back.node.id, confirmed: true, reason: '银行已出具退款凭证' }
  expect(await clearing.ask(clerk, DECIDE_RETURN, { input: returned })).toMatchObject({ state: 'CONFIRMED' })
  await pay()
  world.time.now = now

  /** Pays all there is; the bank says it was paid, and gives it back. */
  async function pay(): Promise<void> {
    const batch = await clearing.ask(clerk, BATCH, { input: {} })
    for (const answer of [
      ['PAID', 'B1', ''],
      ['REJECTED', 'B2', '账户已销户'],
    ]) {
      const file = resultOf(batch.number, [['1', institution, batch.amount, ...answer]])
      const paid = answer[0] === 'PAID' ? 1 : 0
      expect(await clearing.ask(clerk, IMPORT_RESULT, { batch: batch.id, file })).toMatchObject({ paid })
    }
  }

  async function check(statement: Data): Promise<void> {
    const of = { statement: statement.id }
    await clearing.ask(clerk, onStatement('startCheck'), of)
    const items = await clearing.items(statement.id, institution, 100)
    const [item] = items.filter((one) => one.settlement.id === settle.id)
    const words = '重复收费'
    const deducting = { ...of, settlement: settle.id, amount: '1.00', reason: 'OVERCHARGED', words }
    const deduction = item === undefined ? null : await clearing.ask(clerk, DEDUCT, { input: deducting })
    await clearing.ask(clerk, onStatement('finishCheck'), of)
    if (deduction !== null) {
      const document = await uploadPaper(world, institution, { pool, purpose: 'CLEARING_PAPER' })
      await clearing.ask(institution, APPEAL, { input: { deduction: deduction.id, words: '并非重复', document } })
      const decision = { deduction: deduction.id, upheld: false, answer: '维持' }
      expect(await clearing.ask(clerk, DECIDE, { input: decision })).toMatchObject({ appeal: { state: 'REJECTED' } })
      const { insuranceType, clearingType } = statement
      const entry = difference({
        institution,
        insuranceType,
        clearingType,
        amount: '12.00',
        document: await uploadPaper(world, clerk, { pool, purpose: 'CLEARING_PAPER' }),
      })
      expect(await clearing.ask(clerk, IMPORT_DIFFERENCES, { entries: [entry] })).toMatchObject({
        ids: [expect.any(String)],
      })
    }
    const confirmed = await clearing.ask(institution, onStatement('confirmStatement'), of)
    expect(['CONFIRMED', 'PAID']).toContain(confirmed.state)
  }
}

const ACCOUNT = '622202020091827364'

/** A hospital says where it is paid, rightly and wrongly; answers the number. */
export async function tellBankAccount(world: Pick<World, 'as'>, hospital: string): Promise<string> {
  const input = { holder: '示范户', number: ACCOUNT, bankName: '示范银行', bankCode: '105821000018' }
  for (const change of [{}, { bankCode: '1' }, { holder: '' }, { holder: '=1' }]) {
    const variables = { requestId: `account-${JSON.stringify(change).length}`, input: { ...input, ...change } }
    const { enterBankAccount } = await world.as(hospital, ENTER_ACCOUNT, variables)
    const wrong = Object.keys(change).length > 0
    expect(enterBankAccount.__typename).toBe(wrong ? 'InvalidInput' : 'BankAccount')
  }
  return ACCOUNT
}
