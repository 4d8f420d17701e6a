import { afterAll, beforeAll, expect, test } from 'vitest'
import { fresh } from './claim-asking.ts'
import { CLERK, claimReviewWorld, codes, type ClaimReviewWorld } from './claim-review-world.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { FILE } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// Care that was settled directly is not paid by hand as well, whichever comes first; that it is another visit a reviewer says.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

/** What the hospital settles of a person on the day of the claims. */
async function settledBeside(
  { cardNumber: card }: WorldPerson,
  visit = fresh('V'),
  change: object = {},
): Promise<string> {
  const input = bill({ card, begin: '2026-11-20T08:00:00+08:00', visit, ...change })
  const { settle } = await world.as('H62990000001', SETTLE, { requestId: fresh('beside'), input })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  return settle.number
}
const propose = (claim: Data, more: object = {}) =>
  world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE', ...more })
const SAID = { words: '已核对门诊日志，系另一次就诊' }

test('settled directly after the claim was accepted, the claim goes back, until its reviewer says that it is another visit', async () => {
  const person = await world.addPatient()
  const claim = await world.accepted(person)
  await settledBeside(person)
  // Words that were said before anybody was told of it say nothing of it.
  const back = await propose(claim, SAID)
  expect(back).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(back.history.at(-1)).toMatchObject({ kind: 'NOT_SETTLED', words: { zh: expect.stringContaining('直接结算') } })
  expect(await propose(back)).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  const seen = await world.look(CLERK, claim.id)
  expect(await propose(seen, SAID)).toMatchObject({ state: 'APPROVED' })
})

test('words about one direct settlement say nothing of a second one: the reviewer is told of each, once', async () => {
  const person = await world.addPatient()
  const claim = await world.accepted(person)
  const first = await settledBeside(person)
  const back = await propose(claim, SAID)
  expect(back.history.at(-1)).toMatchObject({ kind: 'NOT_SETTLED', words: { zh: expect.stringContaining(first) } })
  const second = await settledBeside(person, fresh('V'), { lines: [{ code: CLASS_A, price: 41 }] })
  const again = await propose(back, SAID)
  expect(again).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(again.history.at(-1)).toMatchObject({ kind: 'NOT_SETTLED', words: { zh: expect.stringContaining(second) } })
  expect(await propose(again, SAID)).toMatchObject({ state: 'APPROVED' })
})

test('beside a direct settlement a visit nobody knows is looked at by a reviewer, however small, and passes by their words', async () => {
  const person = await world.addPatient()
  await settledBeside(person)
  const submitted = await world.claimed(person, {
    lines: [50],
    change: { visit: 'V-INVENTED', chargeBatch: 'B-INVENTED' },
  })
  expect(submitted).toMatchObject({ state: 'SUBMITTED' })
  const claim = await world.look(CLERK, submitted.id)
  expect(claim.precheck.notPlain).toContain('FINDINGS')
  expect(claim.precheck.findings).toContainEqual({ rule: 'SETTLED_BESIDE', lines: [], action: 'WARN' })
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const back = await propose(accepted)
  expect(back).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(await propose(back, SAID)).toMatchObject({ state: 'APPROVED' })
})

test('the visit that was settled is not claimed in other letters, with or without hyphens', async () => {
  const person = await world.addPatient()
  await settledBeside(person, 'V-LETTERS')
  for (const visit of ['v-letters', 'VLETTERS', 'v_letters']) {
    const change = { visit, chargeBatch: 'other' }
    expect(codes(await world.claimed(person, { change }))).toBe('SETTLED_DIRECTLY; begin SETTLED_DIRECTLY')
  }
})

const at = (named: string) => ({ place: { name: named, division: '629900', designated: true } })

test('a place without a code is seen beside a direct settlement of the day for the same total or of the same name', async () => {
  const [person, other] = [await world.addPatient(), await world.addPatient()]
  await settledBeside(person)
  const { total, name } = await settledOf(person)
  const yuan = Number(total)
  const cases: [string, WorldPerson, Data, boolean][] = [
    ['the same total', person, { lines: [yuan], change: at('某社区卫生站') }, true],
    ['the same name', person, { lines: [yuan + 1], change: at(name) }, true],
    ['neither', person, { lines: [yuan + 2], change: at('某社区卫生站') }, false],
    ['of another person', other, { lines: [yuan], change: at(name) }, false],
  ]
  for (const [which, who, claiming, isSeen] of cases) {
    const submitted = await world.claimed(who, claiming)
    expect(submitted, `${which} ${codes(submitted)}`).toMatchObject({ state: 'SUBMITTED' })
    const { precheck } = await world.look(CLERK, submitted.id)
    expect([which, precheck.findings.some(({ rule }: Data) => rule === 'SETTLED_BESIDE')]).toEqual([which, isSeen])
    if (!isSeen) continue
    const accepted = await world.step(CLERK, 'acceptClaim', submitted)
    const known = { designated: true, words: '国家医保服务平台可查' }
    const back = await propose(await world.step(CLERK, 'confirmClaimPlace', accepted, known))
    expect(back).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
    expect(back.history.at(-1)).toMatchObject({
      kind: 'NOT_SETTLED',
      words: { zh: expect.stringContaining('同日另有') },
    })
    expect(await propose(back, SAID)).toMatchObject({ state: 'APPROVED' })
  }
})

test('a code of another province hides no direct settlement of the day', async () => {
  const person = await world.addPatient()
  await settledBeside(person)
  const { total } = await settledOf(person)
  const filing = { requestId: fresh('file'), input: { type: 'OTHER_TEMPORARY', destination: '510100' } }
  expect((await world.as(person.personNumber, FILE, filing)).fileTreatmentElsewhere).toMatchObject({
    state: 'EFFECTIVE',
  })
  const papers = [...(await world.papers(person)), { kind: 'HOUSEHOLD_REGISTER', promise: true }]
  const change = {
    place: { institutionCode: 'H51010000099', name: '某医院', designated: true },
    cause: 'PAID_ELSEWHERE',
  }
  const submitted = await world.claimed(person, { lines: [Number(total)], papers, change })
  expect(submitted, codes(submitted)).toMatchObject({ state: 'SUBMITTED' })
  const { precheck } = await world.look(CLERK, submitted.id)
  expect(precheck.findings.map(({ rule }: Data) => rule)).toContain('SETTLED_BESIDE')
})

test('who was taken elsewhere on the day of discharge claims the other stay, and no day of the one that was settled', async () => {
  const person = await world.addPatient()
  const settled = bill({
    card: person.cardNumber,
    begin: '2026-11-10T08:00:00+08:00',
    end: '2026-11-18T09:00:00+08:00',
    careType: '21',
    lines: [{ code: CLASS_A, price: 900 }],
  })
  const { settle } = await world.as('H62990000001', SETTLE, { requestId: fresh('beside'), input: settled })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  const papers: object[] = ['HOUSEHOLD_REGISTER', 'REFERRAL'].map((kind) => ({ kind, promise: true }))
  for (const kind of ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD'])
    papers.push({ kind, document: await world.paper(person) })
  const elsewhere = { name: '上海示范医院', division: '310100', level: 'LEVEL_3', designated: true }
  const stay = (begin: string, place: object): Promise<Data> =>
    world.claimed(person, {
      lines: [901],
      papers,
      change: { careType: '21', cause: 'NOT_FILED', begin, end: '2026-11-20', place },
    })
  const refused = 'SETTLED_DIRECTLY; begin SETTLED_DIRECTLY'
  expect(codes(await stay('2026-11-17', elsewhere))).toBe(refused)
  // At the same place it may be the same stay.
  expect(codes(await stay('2026-11-18', { institutionCode: 'H62990000001' }))).toBe(refused)
  const submitted = await stay('2026-11-18', elsewhere)
  expect(submitted, codes(submitted)).toMatchObject({ state: 'SUBMITTED' })
  const known = { designated: true, level: 'LEVEL_3', words: '国家医保服务平台可查' }
  const accepted = await world.step(
    CLERK,
    'acceptClaim',
    await world.step(CLERK, 'confirmClaimPlace', submitted, known),
  )
  expect(await propose(accepted)).toMatchObject({ state: 'APPROVED' })
})

/** What was settled of a person, with the name of the hospital. */
async function settledOf({ insuredId }: WorldPerson): Promise<{ total: string; name: string }> {
  const { rows } = await world.admin.query<{ total: string; name: string }>(
    `select (s.total / 100)::text as total, (select max(d.name) from institutions.designation_v1 d where d.institution = s.institution) as name
     from settlement.settlement s where s.insured_id = $1`,
    [insuredId],
  )
  const [row] = rows
  if (row === undefined) throw new Error('nothing was settled')
  return row
}
