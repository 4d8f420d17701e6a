import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, codes, kinds, POOL, SECOND } from './claim-review-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import { demoPerson, type Data, type WorldPerson } from './world.ts'

// A birth, injuries, and what those insured as residents claim, each from its conditions to the money.
//
// The policies of 629900 at a hospital of level 3. Maternity of employees: all that is in scope is paid. Injuries of employees
// without a stay: 200 yuan a year are the deductible, of the rest 55 % are paid. Stays of residents, injuries among them: 500 yuan are
// the deductible of a stay, of the rest 72 % are paid; of what is left, beyond 5000 yuan a year, or 2500 for whoever is assisted,
// serious-illness insurance pays 60 %, or 65 %, and medical assistance 80 % of the rest for those on minimum living allowance.
// Residents without a stay: 30 %.

const PAYABLE = `payable:claim:${POOL}`
const EMPLOYER = '91629900DEM000001P'
const STAY = { begin: '2026-11-02', end: '2026-11-09' }
const INPATIENT = ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD']

const ASSISTED = demoPerson(POOL, 'minimum living allowance')

let world: StoryClaimWorld
beforeAll(async () => {
  world = await storyClaimWorld()
}, 120_000)
afterAll(() => world.close())

const resident = (): Promise<WorldPerson> =>
  world.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '390', personType: '1501', beginOn: '2020-01-01' }],
  })

interface Case {
  readonly name: string
  readonly who: () => Promise<WorldPerson> | WorldPerson
  /** Their name, where they are of the demo. */
  readonly holder?: string
  readonly care: Parameters<typeof careOf>[0]
  readonly kind: string
  /** Uploaded one after the other; and promised instead. */
  readonly given: readonly string[]
  readonly promised?: readonly string[]
  readonly notAsked: readonly string[]
  readonly insurance: '310' | '390'
  readonly owed: string
  readonly cash: string
  /** What each payer pays. */
  readonly payers: readonly (readonly [payer: string, paid: string])[]
  /** Why nobody but a person accepts it. */
  readonly notPlain: readonly string[]
}

const CASES: readonly Case[] = [
  {
    // 8650.00 × 100 % = 8650.00.
    name: 'a birth of somebody employed, with the record of the birth',
    who: () => world.employee(EMPLOYER),
    care: { total: '8650.00', lines: ['6000.00', '2650.00'], ...STAY, careType: '52', birthType: 'CAESAREAN' },
    kind: 'MATERNITY',
    given: ['INVOICE', 'ITEMISED_LIST', 'DIAGNOSIS', 'BIRTH'],
    // A company certifies stays; a birth is none of its business.
    notAsked: ['EMPLOYER_CERTIFICATE', 'DISCHARGE_RECORD'],
    insurance: '310',
    owed: '8650.00',
    cash: '0.00',
    payers: [['basic', '8650.00']],
    notPlain: ['ABOVE_LIMIT'],
  },
  {
    // 486.35 × 100 % = 486.35.
    name: 'antenatal care, with a promise instead of a record of a birth that is still to come',
    who: () => world.employee(),
    care: { total: '486.35', careType: '51', birthType: 'ANTENATAL' },
    kind: 'MATERNITY',
    given: ['INVOICE', 'ITEMISED_LIST', 'DIAGNOSIS'],
    promised: ['BIRTH'],
    notAsked: ['EMPLOYER_CERTIFICATE', 'PRESCRIPTION'],
    insurance: '310',
    owed: '486.35',
    cash: '0.00',
    payers: [['basic', '486.35']],
    notPlain: ['PROMISE'],
  },
  {
    // 933.33 − 200.00 = 733.33; 733.33 × 55 % = 403.3315, rounded to 403.33; 933.33 − 403.33 = 530.00.
    name: 'an injury without a stay, with the promise that nobody else is liable',
    who: () => world.employee(),
    care: { total: '933.33', lines: ['700.00', '233.33'], careType: '19', trauma: true },
    kind: 'TRAUMA',
    given: ['INVOICE', 'ITEMISED_LIST', 'DIAGNOSIS'],
    promised: ['ACCIDENT'],
    notAsked: ['EMPLOYER_CERTIFICATE', 'PRESCRIPTION'],
    insurance: '310',
    owed: '403.33',
    cash: '530.00',
    payers: [['basic', '403.33']],
    notPlain: ['PROMISE', 'TRAUMA'],
  },
  {
    // (7450.00 − 500.00) × 72 % = 5004.00; what is left, 2446.00, is below 5000.00.
    name: 'a stay of a resident after an injury, with the record of the police',
    who: resident,
    care: { total: '7450.00', lines: ['5000.00', '2450.00'], ...STAY, careType: '22' },
    kind: 'TRAUMA',
    given: ['INVOICE', 'ITEMISED_LIST', 'DIAGNOSIS', 'ACCIDENT'],
    notAsked: ['EMPLOYER_CERTIFICATE'],
    insurance: '390',
    owed: '5004.00',
    cash: '2446.00',
    payers: [
      ['basic', '5004.00'],
      ['serious-illness', '0.00'],
    ],
    notPlain: ['ABOVE_LIMIT', 'TRAUMA'],
  },
  {
    // (10500.00 − 500.00) × 72 % = 7200.00, left 3300.00; (3300.00 − 2500.00) × 65 % = 520.00, left 2780.00; 2780.00 × 80 % = 2224.00,
    // left 556.00, which is below the 3000.00 further assistance begins at. In all 7200.00 + 520.00 + 2224.00 = 9944.00.
    name: 'a stay of a resident on minimum living allowance, paid by all who pay for them',
    who: () => ASSISTED,
    holder: ASSISTED.name,
    care: { total: '10500.00', lines: ['8000.00', '2500.00'], ...STAY, careType: '21' },
    kind: 'INPATIENT',
    given: INPATIENT,
    notAsked: ['EMPLOYER_CERTIFICATE'],
    insurance: '390',
    owed: '9944.00',
    cash: '556.00',
    payers: [
      ['basic', '7200.00'],
      ['serious-illness', '520.00'],
      ['assistance', '2224.00'],
      ['tilt', '0.00'],
    ],
    notPlain: ['ABOVE_LIMIT'],
  },
]

test.each(CASES)(
  '$name is claimed and paid, from its conditions to the money',
  async (one) => {
    const person = await one.who()
    const care = careOf({ cause: 'NO_CREDENTIAL', ...one.care })
    const before = await world.held(PAYABLE)

    // Nothing is uploaded yet.
    const conditions = await world.conditions(person, care)
    expect(conditions).toMatchObject({ isMet: true, insuranceType: one.insurance, kind: { code: one.kind } })
    expect(conditions.conditions.map(({ met }: Data) => met)).not.toContain(false)
    for (const { text, source } of conditions.conditions) {
      expect(text.zh).not.toBe('')
      expect(source.reliability).toMatch(/^(A|B|C|D|ASSUMED|OWN)$/)
    }
    const asked = conditions.papers.map(({ kind }: Data) => kind)
    expect(asked.toSorted()).toEqual([...one.given, ...(one.promised ?? []), 'IDENTITY', 'BANK_ACCOUNT'].toSorted())
    for (const kind of one.notAsked) expect(asked).not.toContain(kind)
    const estimate = await world.estimate(person, { input: care })
    expect(estimate).toMatchObject({ owed: one.owed, personal: one.cash })
    expect(estimate.payers.map(({ payer, paid }: Data) => [payer, paid])).toEqual(one.payers)

    // What is missing is named, and then is there.
    const [last] = one.promised ?? [one.given.at(-1)]
    const some = await world.papers(person, one.promised === undefined ? one.given.slice(0, -1) : one.given)
    const draft = await world.draft(person, { ...care, papers: some })
    expect(codes(await world.submit(person, draft))).toBe(`PAPERS_MISSING; papers ${last}`)
    const papers = [
      ...some,
      ...(await world.papers(person, one.promised === undefined ? [`${last}`] : [], one.promised)),
    ]
    const whole = await world.draft(person, { ...care, papers }, { claimId: draft.id, version: draft.version })
    const claim = await world.submit(person, whole)
    expect(claim).toMatchObject({ state: 'SUBMITTED', clock: { workingDays: 15, dueOn: '2026-12-11' } })
    expect(await world.look(CLERK, claim.id)).toMatchObject({ precheck: { notPlain: one.notPlain, refusal: null } })

    const decided = await decide(claim, one)
    expect(decided).toMatchObject({ state: 'APPROVED', owed: one.owed })
    expect(decided.settlement).toMatchObject({ total: one.care.total, fundTotal: one.owed, cash: one.cash })
    expect((await world.held(PAYABLE)) - before).toBe(BigInt(one.owed.replace('.', '')))
    expect(await world.decisionPaper(person, claim)).toMatchObject({
      outcome: 'APPROVE',
      total: one.care.total,
      owed: one.owed,
    })
    const { holder } = one
    const paid = await world.pay(person, decided, holder === undefined ? {} : { holder })
    expect(paid).toMatchObject({ state: 'PAID', paid: one.owed })
    expect(await world.held(PAYABLE)).toBe(before)
    expect(kinds(await world.look(person.personNumber, claim.id)).at(-1)).toBe('PAID')
    expect((await world.told(person.personNumber, claim)).at(-1)).toBe('claim.paid')
    await world.proven()
  },
  120_000,
)

/** Accepted and approved; a second pair of eyes sees what is more than 5000 yuan. */
async function decide(claim: Data, { care: { total } }: Case): Promise<Data> {
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const proposed = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  if (Number(total) <= 5000) return proposed
  expect(proposed).toMatchObject({ state: 'PROPOSED', owed: '0.00' })
  return world.step(SECOND, 'confirmClaimDecision', proposed)
}

test('an injury that a third party bears is told before any paper to be paid to nobody, and is not submitted', async () => {
  const person = await resident()
  const care = careOf({ total: '900.00', careType: '19', trauma: true, exclusions: ['THIRD_PARTY'] })
  const conditions = await world.conditions(person, care)
  expect(conditions.isMet).toBe(false)
  const [excluded] = conditions.conditions.filter(({ code }: Data) => code === 'EXCLUSIONS')
  expect(excluded).toMatchObject({ met: false, blocks: true, text: { zh: expect.stringContaining('第三人') } })
  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST', 'DIAGNOSIS', 'ACCIDENT'])
  const draft = await world.draft(person, { ...care, papers })
  expect(codes(await world.submit(person, draft))).toBe('CONDITIONS_NOT_MET; exclusions EXCLUSIONS')
}, 120_000)

test('plain care of a resident is accepted by rule, with what they have left of the year', async () => {
  const person = await resident()
  // 812.45 × 30 % = 243.735, rounded to 243.74; of the 4000.00 of the year 3187.55 are left, of which 30 % are 956.265.
  const care = careOf({ total: '812.45', lines: ['612.45', '200.00'] })
  expect(await world.conditions(person, care)).toMatchObject({ isMet: true, insuranceType: '390' })
  expect(await world.estimate(person, { input: care })).toMatchObject({ owed: '243.74', personal: '568.71' })
  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION'])
  const claim = await world.submit(person, await world.draft(person, { ...care, papers }))
  expect(claim).toMatchObject({ state: 'ACCEPTED', assignee: null })
  const decided = await world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '243.74', settlement: { cash: '568.71' } })
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '243.74' })
  // 4000.00 × 30 % = 1200.00 at most: 5000.00 more come to (4000.00 − 812.45) × 30 % = 956.265, rounded to 956.27.
  expect(await world.estimate(person, { input: careOf({ total: '5000.00' }) })).toMatchObject({ owed: '956.27' })
  await world.proven()
}, 120_000)
