import { afterAll, beforeAll, expect, test } from 'vitest'
import { outpatientClaim } from './claim-asking.ts'
import { CARD, ENTER_ACCOUNT } from './claim-payment-world.ts'
import { CLERK, claimReviewWorld, codes, SECOND, STRANGER, type ClaimReviewWorld } from './claim-review-world.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// A reviewer asks for something to be put right, not only for papers: a line, the number of an invoice, the account.

const SHOW = `query ($id: ID!) { claim(id: $id) { ... on Claim { total lines { serial amount } invoices { number amount } careType } } }`
const SETTLED = `query ($id: ID!) { claim(id: $id) { ... on Claim { settlement { end } } } }`
const HOSPITAL = 'H62990000001'

let world: ClaimReviewWorld
let person: WorldPerson
let sequence = 0
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

const line = (serial: string, amount: string) => ({
  serial,
  name: '甲类药品',
  code: CLASS_A,
  chargeType: '09',
  price: amount,
  quantity: '1',
  amount,
  time: '2026-11-20',
})
const invoice = (number: string, amount: string) => ({
  code: '62060124',
  number,
  issuedOn: '2026-11-20',
  amount,
  checkCode: '1a2b3c',
})
const number = (): string => String(7_000_000_000 + (sequence += 1))
/** What is claimed: two lines that come to the total. */
const written = (amounts: readonly [string, string], total: string, invoiceNumber = number()): Data => {
  const { papers: _none, ...rest } = outpatientClaim({ papers: [] })
  const lines = amounts.map((amount, i) => line(String(i + 1), amount))
  return { ...rest, total, lines, invoices: [invoice(invoiceNumber, total)] }
}

/** A claim the clerk has accepted and reviewed, and returned with what is to be put right. */
async function returned(content: Data, corrections: readonly string[]): Promise<Data> {
  person = await world.addPatient()
  const accepted = await world.accepted(person, { change: content })
  const lines = ['1', '2'].map((serial) => ({ serial, outcome: 'DENIED', reason: '金额与票据不符' }))
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, { lines })
  return world.step(CLERK, 'returnClaim', reviewed, { papers: [], corrections, words: '请核对第二行的金额' })
}
const supply = (claim: Data, input: object | null, more: object = {}) =>
  world.step(person.personNumber, 'supplyClaim', claim, { papers: [], input, ...more })
const contentOf = async ({ id }: Data): Promise<Data> => (await world.as(person.personNumber, SHOW, { id })).claim

test('a line and the invoice it stands on are put right, what was said of them is gone, and what stood there before stays', async () => {
  const wrong = written(['700.00', '500.00'], '1200.00')
  const claim = await returned(wrong, ['LINES', 'INVOICES'])
  expect(claim.returned).toMatchObject({ papers: [], corrections: ['INVOICES', 'LINES'] })
  const right = written(['700.00', '800.00'], '1500.00')
  const supplied = await supply(claim, right, { note: '第二行应为 800 元' })
  expect(supplied).toMatchObject({ state: 'SUBMITTED' })
  expect(await world.look(CLERK, claim.id)).toMatchObject({ assignee: CLERK, lineReviews: [{ serial: '1' }] })
  expect(await contentOf(claim)).toMatchObject({
    total: '1500.00',
    lines: [
      { serial: '1', amount: '700.00' },
      { serial: '2', amount: '800.00' },
    ],
    invoices: [{ number: right.invoices[0].number }],
  })
  const step = supplied.history.at(-1)
  expect(step).toMatchObject({ kind: 'SUPPLIED', words: { zh: '第二行应为 800 元' } })
  expect(step.changed.toSorted()).toEqual(['invoices', 'lines', 'total'])
  expect(JSON.parse(step.before)).toMatchObject({ total: '1200.00', invoices: [{ number: wrong.invoices[0].number }] })

  // It holds the invoice that stands there now, and the one that was wrong is free again.
  const other = await world.addPatient()
  expect(
    codes(await world.claimed(other, { change: written(['1.00', '2.00'], '3.00', right.invoices[0].number) })),
  ).toMatch(/^INVOICE_CLAIMED/)
  expect(
    await world.claimed(other, { change: written(['1.00', '2.00'], '3.00', wrong.invoices[0].number) }),
  ).toMatchObject({ __typename: 'Claim' })

  const accepted = await world.step(CLERK, 'acceptClaim', supplied)
  const lines = ['1', '2'].map((serial) => ({ serial, outcome: 'APPROVED' }))
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, { lines })
  const decided = await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', settlement: { total: '1500.00' } })
})

test('a wrong number of the invoice, day and place are put right at once, and the care is settled then and there', async () => {
  const wrong = written(['700.00', '500.00'], '1200.00')
  const claim = await returned(wrong, ['PLACE', 'CARE', 'INVOICES'])
  expect(claim.returned).toMatchObject({ corrections: ['PLACE', 'CARE', 'INVOICES'] })
  const day = { begin: '2026-11-18', end: '2026-11-18' }
  const [first] = written(['700.00', '500.00'], '1200.00').invoices
  const right = {
    ...wrong,
    ...day,
    place: { name: '某县医院', division: '629900', designated: true },
    invoices: [{ ...first, issuedOn: day.begin }],
    lines: wrong.lines.map((one: object) => ({ ...one, time: day.begin })),
  }
  const supplied = await supply(claim, right)
  expect(supplied, codes(supplied)).toMatchObject({ state: 'SUBMITTED' })
  expect(supplied.history.at(-1).changed.toSorted()).toEqual(['begin', 'end', 'invoices', 'lines', 'place'])
  // It holds the invoice that is right.
  const other = await world.addPatient()
  const same = written(['1.00', '2.00'], '3.00', first.number)
  expect(codes(await world.claimed(other, { change: same }))).toMatch(/^INVOICE_CLAIMED/)
  const confirmed = { designated: true, level: 'LEVEL_2', words: '国家医保服务平台可查' }
  const found = await world.step(CLERK, 'confirmClaimPlace', supplied, confirmed)
  const accepted = await world.step(CLERK, 'acceptClaim', found)
  const decided = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', settlement: { total: '1200.00' } })
  const settled = (await world.as(CLERK, SETTLED, { id: claim.id })).claim.settlement
  expect(settled.end).toMatch(/^2026-11-18/)
})

test('what is put right is checked as it was when it was submitted, all at once and at its fields, and nothing of it is kept', async () => {
  const content = written(['700.00', '500.00'], '1200.00')
  const claim = await returned(content, ['LINES'])
  const wrong = { ...content, total: '1300.00', diagnoses: [] }
  expect(codes(await supply(claim, wrong))).toBe(
    'INVALID_INPUT; input.diagnoses REQUIRED; input.total NOT_SUM_OF_LINES; input.total NOT_SUM_OF_INVOICES',
  )
  expect(codes(await supply(claim, { ...content, careType: '41' }))).toMatch(/^CONDITIONS_NOT_MET; careType CARE_TYPE/)
  // Care that was an emergency asks for its certificate.
  expect(codes(await supply(claim, { ...content, emergency: true }))).toBe(
    'PAPERS_MISSING; papers EMERGENCY_CERTIFICATE',
  )
  const papers = [{ kind: 'EMERGENCY_CERTIFICATE', document: await world.paper(person) }]
  expect(codes(await supply(claim, { ...content, papers }))).toBe('INVALID_INPUT; input.papers NOT_APPLICABLE')
  expect(codes(await supply(claim, { ...content, insuranceType: '390' }))).toBe(
    'INVALID_INPUT; input.insuranceType NOT_APPLICABLE',
  )
  expect(await world.look(CLERK, claim.id)).toMatchObject({
    state: 'RETURNED',
    version: claim.version,
    lineReviews: [{ serial: '1' }, { serial: '2' }],
  })
  expect(await contentOf(claim)).toMatchObject({ total: '1200.00' })
  expect(await supply(claim, { ...content, emergency: true }, { papers })).toMatchObject({ state: 'SUBMITTED' })
})

test('care that was settled directly meanwhile, or an invoice of another claim, is not what a claim is put right to', async () => {
  const content = written(['700.00', '500.00'], '1200.00')
  const claim = await returned(content, ['CARE', 'INVOICES'])
  const input = bill({ card: person.cardNumber, begin: '2026-11-19T09:00:00+08:00' })
  const { settle } = await world.as(HOSPITAL, SETTLE, { requestId: number(), input })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  const lines = content.lines.map((one: Data) => ({ ...one, time: '2026-11-19' }))
  const day = { begin: '2026-11-19', end: '2026-11-19', lines }
  expect(codes(await supply(claim, { ...content, ...day }))).toMatch(/^SETTLED_DIRECTLY/)
  const taken = number()
  await world.claimed(await world.addPatient(), { change: written(['1.00', '2.00'], '3.00', taken) })
  expect(codes(await supply(claim, { ...content, invoices: [invoice(taken, '1200.00')] }))).toMatch(/^INVOICE_CLAIMED/)
  // What it held it holds.
  const again = { change: written(['1.00', '2.00'], '3.00', content.invoices[0].number) }
  expect(codes(await world.claimed(await world.addPatient(), again))).toMatch(/^INVOICE_CLAIMED/)
})

test('the last day to claim is that of the submission, however long a claim waits to be put right', async () => {
  world.on('2027-11-19')
  person = await world.addPatient()
  const content = written(['700.00', '500.00'], '1200.00')
  const accepted = await world.accepted(person, { change: content })
  const ask = { papers: [], corrections: ['LINES'], words: '请核对明细' }
  const claim = await world.step(CLERK, 'returnClaim', accepted, ask)
  world.on('2027-11-24')
  expect(codes(await world.claimed(person, { change: written(['1.00', '2.00'], '3.00') }))).toMatch(/WINDOW/)
  const { invoices } = content
  const right = { ...content, lines: [line('1', '600.00'), line('2', '600.00')], invoices }
  expect(await supply(claim, right)).toMatchObject({ state: 'SUBMITTED' })
  world.now()
})

test('an invoice that was issued anew after the submission is put right to, and none of a day to come', async () => {
  const content = written(['700.00', '500.00'], '1200.00')
  const claim = await returned(content, ['INVOICES'])
  world.on('2026-11-26')
  const anew = (issuedOn: string) => ({ ...content, invoices: [{ ...invoice(number(), '1200.00'), issuedOn }] })
  expect(codes(await supply(claim, anew('2026-11-27')))).toBe('INVALID_INPUT; input.invoices[0].issuedOn IN_FUTURE')
  const supplied = await supply(claim, anew('2026-11-25'))
  expect(supplied, codes(supplied)).toMatchObject({ state: 'SUBMITTED' })
  // Neither does it stand in the way once an appeal against the decision is upheld.
  const accepted = await world.step(CLERK, 'acceptClaim', supplied)
  const why = { outcome: 'REJECT', legalGround: '《社会保险法》第三十条', words: '应由第三人负担' }
  const rejected = await world.step(CLERK, 'proposeClaimDecision', accepted, why)
  const appealed = await world.step(person.personNumber, 'appealClaim', rejected, { words: '未获第三人赔偿' })
  const upheld = await world.step(SECOND, 'decideClaimAppeal', appealed, { upheld: true, answer: '理由成立' })
  expect(upheld, codes(upheld)).toMatchObject({ state: 'ACCEPTED' })
  world.now()
})

test('an account is put right while the claim is returned, and nobody else puts anything right', async () => {
  const content = written(['700.00', '500.00'], '1200.00')
  const claim = await returned(content, ['ACCOUNT'])
  const input = { claim: claim.id, holder: '故事人物', number: CARD, bankName: '中国工商银行张掖支行' }
  const { enterClaimAccount: entered } = await world.as(person.personNumber, ENTER_ACCOUNT, {
    requestId: number(),
    input,
  })
  expect(entered).toMatchObject({ state: 'RETURNED', account: { fits: true } })
  const stranger = await world.addPatient()
  for (const who of [stranger.personNumber, STRANGER]) {
    const tried = await world.step(who, 'supplyClaim', entered, { papers: [], input: content })
    expect(codes(tried)).toBe('NOT_FOUND; claimId NOT_FOUND')
  }
  expect(await supply(entered, null)).toMatchObject({ state: 'SUBMITTED' })
  // Once it is with the reviewer again nothing of it changes.
  const now = await world.look(person.personNumber, claim.id)
  expect(codes(await supply(now, content))).toMatch(/^CLAIM_STATE/)
})
