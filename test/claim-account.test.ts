import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BANK,
  CARD,
  cardOf,
  claimPaymentWorld,
  clerk,
  ENTER_ACCOUNT,
  PASS_ACCOUNT,
  type ClaimPaymentWorld,
} from './claim-payment-world.ts'
import { auditor, hospital, personOf, type WorldPerson } from './settle-world.ts'

// Where a claim is paid to: who may say so, what is checked, and who sees what of it.

let world: ClaimPaymentWorld
let person: WorldPerson
let claim: string
beforeAll(async () => {
  world = await claimPaymentWorld()
  person = await world.addPerson()
  claim = await world.owed(person)
})
afterAll(() => world.close())

const input = (change: object = {}) => ({ claim, holder: '甲样本', number: CARD, bankName: BANK, ...change })

test('an account that fails its check is refused, naming the field, in both languages, and nothing is kept of it', async () => {
  const wrongDigit = CARD.slice(0, -1) + String((Number(CARD.at(-1)) + 1) % 10)
  const faults: readonly (readonly [object, string])[] = [
    [{ number: wrongDigit }, 'input.number CHECK_DIGIT'],
    [{ number: '62' }, 'input.number MALFORMED'],
    [{ holder: '乙样本' }, 'input.holder OTHER_HOLDER'],
    [{ holder: '=1' }, 'input.holder FORMULA'],
    [{ bankCode: '1' }, 'input.bankCode MALFORMED'],
    [{ bankName: '' }, 'input.bankName REQUIRED'],
  ]
  for (const [change, expected] of faults) {
    const answer = await world.enter(person, claim, change)
    expect(answer['problems'].map((one: { path: string; code: string }) => `${one.path} ${one.code}`)).toContain(
      expected,
    )
    expect(answer['message']).toEqual({ zh: expect.any(String), en: expect.any(String) })
  }
  expect(await world.claim(claim)).toMatchObject({ account: null })
})

test('only the person of a claim, or staff of its pool, say where it is paid; to others it does not exist', async () => {
  const stranger = await world.addPerson()
  const asked = { input: input() }
  for (const identity of [personOf(stranger.insuredId), clerk('clerk', '620100')])
    expect(await world.as(identity, ENTER_ACCOUNT, asked)).toMatchObject({ code: 'NOT_FOUND' })
  for (const identity of [hospital(), auditor])
    await expect(world.ask(identity, ENTER_ACCOUNT, { requestId: randomUUID(), ...asked })).rejects.toThrow('FORBIDDEN')
  await expect(world.ask(null, ENTER_ACCOUNT, { requestId: randomUUID(), ...asked })).rejects.toThrow('UNAUTHENTICATED')
  for (const identity of [hospital(), auditor, personOf(person.insuredId)])
    await expect(world.ask(identity, PASS_ACCOUNT, { requestId: randomUUID(), claim, account: 1 })).rejects.toThrow(
      'FORBIDDEN',
    )
  for (const of of [randomUUID(), 'x']) expect(await world.enter(person, of)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.claim(claim)).toMatchObject({ account: null })
})

test('the number is kept encrypted; what is shown of it is its end, and no row, history or request holds it', async () => {
  expect(await world.enter(person, claim)).toMatchObject({
    account: { masked: `***************${CARD.slice(-4)}`, fits: true },
    history: expect.arrayContaining([expect.objectContaining({ kind: 'ACCOUNT_ENTERED' })]),
  })
  for (const table of ['claim_account', 'claim', 'claim_event', 'request', 'outbox']) {
    const { rows } = await world.admin.query(`select t::text as row from settlement.${table} t`)
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(CARD)
  }
})

test('the same request answers the same, and another number under it is another request', async () => {
  const requestId = randomUUID()
  const asked = (number: string) =>
    world.as(personOf(person.insuredId), ENTER_ACCOUNT, { requestId, input: input({ number }) })
  const first = await asked(CARD)
  expect(await asked(CARD)).toMatchObject({ account: { number: first['account'].number } })
  expect(await asked(cardOf('622202', 19, '99'))).toMatchObject({ code: 'REQUEST_REUSED' })
})

test('the account of a guardian, or a number of no card, is paid to once another one of the staff has looked at it', async () => {
  const child = await world.addPerson()
  const of = await world.owed(child)
  const entered = await world.as(clerk('window'), ENTER_ACCOUNT, {
    input: { ...input({ holder: '丙样本', guardian: true }), claim: of },
  })
  expect(entered).toMatchObject({ account: { relation: 'GUARDIAN', fits: false } })
  expect(await world.told(of, 'staff')).toContain('claim.account-to-check')
  expect(await world.batch([of])).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  const pass = (subject: string, pool?: string) =>
    world.as(clerk(subject, pool), PASS_ACCOUNT, { claim: of, account: 1 })
  expect(await pass('window')).toMatchObject({ code: 'SECOND_PERSON' })
  expect(await pass('clerk', '620100')).toMatchObject({ code: 'NOT_FOUND' })
  expect(await pass('clerk')).toMatchObject({ account: { fits: true } })
  expect(await pass('clerk')).toMatchObject({ code: 'ACCOUNT_FITS' })
  expect(await world.batch([of])).toMatchObject({ rows: 1 })
})

test('another account that staff enter in the place of the person’s is paid to once a second one has looked at it, and the person is told', async () => {
  const someone = await world.addPerson()
  const of = await world.owed(someone)
  await world.enter(someone, of)
  const other = { ...input({ number: cardOf('622202', 19, '77') }), claim: of }
  expect(await world.as(clerk('window'), ENTER_ACCOUNT, { input: other })).toMatchObject({ account: { fits: false } })
  expect(await world.told(of)).toContain('claim.account-entered')
  expect(await world.told(of, 'staff')).toContain('claim.account-to-check')
  expect(await world.batch([of])).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  const pass = (subject: string) => world.as(clerk(subject), PASS_ACCOUNT, { claim: of, account: 2 })
  expect(await pass('window')).toMatchObject({ code: 'SECOND_PERSON' })
  expect(await pass('clerk')).toMatchObject({ account: { fits: true } })
  expect(await world.batch([of])).toMatchObject({ rows: 1 })
})

test('an account that is entered after another was looked at is not passed by that look', async () => {
  const child = await world.addPerson()
  const of = await world.owed(child)
  const guardian = { holder: '丙样本', guardian: true }
  await world.enter(child, of, guardian)
  const { account: seen } = await world.claim(of, clerk('second'))
  const other = { ...input({ holder: '丁样本', number: cardOf('622202', 19, '78'), guardian: true }), claim: of }
  expect(await world.as(clerk('window'), ENTER_ACCOUNT, { input: other })).toMatchObject({ account: { number: 2 } })

  const pass = (account: number) => world.as(clerk('second'), PASS_ACCOUNT, { claim: of, account })
  expect(await pass(seen.number)).toMatchObject({
    __typename: 'ClaimChanged',
    claim: { account: { number: 2, holder: '丁样本' } },
  })
  expect(await world.claim(of)).toMatchObject({ account: { number: 2, fits: false } })
  expect(await world.batch([of])).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  expect(await pass(2)).toMatchObject({ account: { number: 2, fits: true } })
})

test('once a claim is with the bank or paid, its account stands', async () => {
  const other = await world.addPerson()
  const of = await world.owed(other)
  await world.enter(other, of)
  const batch = await world.batch([of])
  expect(await world.enter(other, of)).toMatchObject({ code: 'CLAIM_STATE' })
  const { number } = await world.claim(of)
  await world.answer(batch, [['1', number, batch['amount'], 'PAID', 'B', '']])
  expect(await world.enter(other, of)).toMatchObject({ code: 'CLAIM_STATE' })
})

test('files and answers of the bank, returns and what is owed back are the bureau’s; a person reads of their own claim alone', async () => {
  const batches = '{ claimPaymentBatches { ... on ClaimPaymentBatchConnection { edges { node { number } } } } }'
  const file = '{ claimPaymentBatches { ... on ClaimPaymentBatchConnection { edges { node { file } } } } }'
  for (const identity of [hospital(), personOf(person.insuredId)])
    for (const query of [batches, '{ claimPaymentReturns { __typename } }', '{ claimRecoveries { __typename } }'])
      await expect(world.ask(identity, query), query).rejects.toThrow('FORBIDDEN')
  await expect(world.ask(auditor, file)).rejects.toThrow('FORBIDDEN')
  expect(await world.batches(null, clerk('clerk', '620100'))).toEqual([])
  expect((await world.batches(null, clerk())).length).toBeGreaterThan(0)
  const stranger = await world.addPerson()
  expect(await world.claim(claim, personOf(stranger.insuredId))).toMatchObject({ code: 'NOT_FOUND' })
})
