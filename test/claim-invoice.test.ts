import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultsOf, outpatientClaim, outpatientPapers, saveDraft, show, submit, withdraw } from './claim-asking.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// The same invoice or visit is never paid twice: neither by another claim, nor by a settlement, nor by a conversion.

const POOL = '629900'
const HOSPITAL = 'H62990000001'
const CLERK = 'clerk-629900'
const ENROLMENT = { pool: POOL, insuranceType: '310', personType: '1103', beginOn: '2020-01-01' } as const

let world: World
let person: WorldPerson
let other: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({ enrolments: [ENROLMENT] })
  other = await world.addPerson({ enrolments: [ENROLMENT] })
}, 60_000)
afterAll(() => world.close())

/** A claim of somebody that would be taken but for the change. */
async function claimOf(of: WorldPerson, change = {}): Promise<Data> {
  const papers = await outpatientPapers(world, of, POOL)
  return saveDraft(world, of.personNumber, outpatientClaim({ papers, change }))
}
const submitted = async (of: WorldPerson, change = {}) => submit(world, of.personNumber, await claimOf(of, change))

const invoice = (number: string, change = {}) => ({
  code: '62060124',
  number,
  issuedOn: '2026-11-20',
  amount: '120.00',
  checkCode: '1a2b3c',
  ...change,
})
const OF = (number: string, change = {}) => ({ invoices: [invoice(number, change)] })

/** What was paid on 18 November. */
const paid = (number: string) => OF(number, { amount: '20.00', issuedOn: '2026-11-18' })
const line = (change = {}) => ({
  serial: '1',
  name: '药',
  price: '12.00',
  quantity: '10',
  amount: '120.00',
  time: '2026-11-20',
  ...change,
})
describe('the same invoice', () => {
  test('is claimed by once; the person learns which claim has it, a stranger does not', async () => {
    const first = await submitted(person, OF('9000000001'))
    const again = await submitted(person, OF('9000000001'))
    expect(faultsOf(again)).toBe('NotAllowed INVOICE_CLAIMED: invoices[0].number INVOICE_CLAIMED')
    expect(again.message.zh).toContain(first.number)
    const stranger = await submitted(other, OF('9000000001'))
    expect(faultsOf(stranger)).toBe('NotAllowed INVOICE_CLAIMED: invoices[0].number INVOICE_CLAIMED')
    expect(stranger.message.zh).not.toContain(first.number)
  })

  test('of ten claims at once, one is submitted', async () => {
    const drafts: Data[] = []
    for (const of of [person, other, person, other, person, other])
      drafts.push([of, await claimOf(of, OF('9000000002'))])
    const answers = await Promise.all(drafts.map(([of, one]: Data) => submit(world, of.personNumber, one)))
    const states = answers.map(({ state, code }): string => state ?? code).toSorted()
    expect(states).toEqual([...Array<string>(5).fill('INVOICE_CLAIMED'), 'SUBMITTED'])
  })

  test('is free again once the claim is withdrawn', async () => {
    const first = await submitted(person, OF('9000000003'))
    await withdraw(world, person.personNumber, first)
    expect(await submitted(other, OF('9000000003'))).toMatchObject({ state: 'SUBMITTED' })
  })

  test('was settled where the care was given: it is not claimed', async () => {
    const settle = bill({ card: person.cardNumber, begin: '2026-11-21T08:00:00+08:00', invoice: '9000000004' })
    const { settle: settled } = await world.as(HOSPITAL, SETTLE, { requestId: 'settled-4', input: settle })
    expect(settled).toMatchObject({ __typename: 'Settlement' })
    expect(faultsOf(await submitted(other, OF('9000000004')))).toBe(
      'NotAllowed INVOICE_SETTLED: invoices[0].number INVOICE_SETTLED',
    )
  })

  test('was converted by the hospital into an insured one: it is not claimed', async () => {
    const converts = { invoice: '9000000005', paidAt: '2026-11-22T09:40:00+08:00', paid: '200.00' }
    const settle = bill({ card: person.cardNumber, converts })
    const { settle: settled } = await world.as(HOSPITAL, SETTLE, { requestId: 'converted-5', input: settle })
    expect(settled).toMatchObject({ __typename: 'Settlement' })
    expect(faultsOf(await submitted(other, OF('9000000005')))).toBe(
      'NotAllowed INVOICE_CONVERTED: invoices[0].number INVOICE_CONVERTED',
    )
  })
})

describe('the same care', () => {
  test('that was settled directly on the day is not claimed, nor in other letters; another visit that nobody knows waits for a reviewer', async () => {
    const settle = bill({ card: other.cardNumber, begin: '2026-11-18T08:00:00+08:00', visit: 'V-DAY' })
    await world.as(HOSPITAL, SETTLE, { requestId: 'same-day', input: settle })
    const that = {
      begin: '2026-11-18',
      end: '2026-11-18',
      total: '20.00',
      lines: [{ serial: '1', name: '挂号', price: '20', quantity: '1', amount: '20.00', time: '2026-11-18' }],
    }
    expect(faultsOf(await submitted(other, { ...that, ...paid('9000000011') }))).toBe(
      'NotAllowed SETTLED_DIRECTLY: begin SETTLED_DIRECTLY',
    )
    const visit = { visit: 'V-DAY', chargeBatch: 'B-X' }
    expect(faultsOf(await submitted(person, { ...that, ...paid('9000000012'), ...visit }))).toBe(
      'NotAllowed SETTLED_DIRECTLY: begin SETTLED_DIRECTLY',
    )
    const letters = { ...that, ...paid('9000000014'), visit: 'v-day', chargeBatch: 'B-Y' }
    expect(faultsOf(await submitted(other, letters))).toBe('NotAllowed SETTLED_DIRECTLY: begin SETTLED_DIRECTLY')
    const { id } = await submitted(other, { ...that, ...paid('9000000013'), visit: 'V-ANOTHER' })
    const seen = `query ($id: ID!) { claim(id: $id) { ... on Claim { state precheck { findings { rule } } } } }`
    expect((await world.as(CLERK, seen, { id })).claim).toMatchObject({
      state: 'SUBMITTED',
      precheck: { findings: expect.arrayContaining([{ rule: 'SETTLED_BESIDE' }]) },
    })
  })

  test('of one charge batch is claimed once', async () => {
    const visit = { visit: 'V-PAID', chargeBatch: 'B-PAID' }
    expect(await submitted(person, { ...OF('9000000021'), ...visit })).toMatchObject({ state: 'SUBMITTED' })
    expect(faultsOf(await submitted(other, { ...OF('9000000022'), ...visit }))).toBe(
      'NotAllowed VISIT_TAKEN: visit VISIT_TAKEN',
    )
  })
})

describe('what is wrong with amounts, days and invoices is named at once', () => {
  test.each<[string, object, string[]]>([
    ['lines that do not add up', { total: '121.00' }, ['total NOT_SUM_OF_LINES', 'total NOT_SUM_OF_INVOICES']],
    ['an invoice of less', OF('9000000031', { amount: '100.00' }), ['total NOT_SUM_OF_INVOICES']],
    ['a line that is not price times quantity', { lines: [line({ price: '11.00' })] }, ['lines[0].amount NOT_SQUARE']],
    [
      'a line twice',
      { lines: [line({ amount: '60.00', quantity: '5' }), line({ amount: '60.00', quantity: '5' })] },
      ['lines[1].serial DUPLICATE'],
    ],
    ['a line of another day', { lines: [line({ time: '2026-11-19' })] }, ['lines[0].time OUTSIDE_VISIT']],
    ['an invoice of another person', OF('9000000032', { payer: '别人' }), ['invoices[0].payer OTHER_PERSON']],
    ['an invoice of another length', OF('12345'), ['invoices[0].number INVOICE_FORM']],
    [
      'an invoice from before the care',
      OF('9000000033', { issuedOn: '2026-11-01' }),
      ['invoices[0].issuedOn BEFORE_CARE'],
    ],
    ['an invoice from tomorrow', OF('9000000034', { issuedOn: '2026-11-23' }), ['invoices[0].issuedOn IN_FUTURE']],
    [
      'an invoice twice',
      { invoices: [invoice('9000000035', { amount: '60.00' }), invoice('9000000035', { amount: '60.00' })] },
      ['invoices[1].number DUPLICATE'],
    ],
    [
      'no amounts',
      { total: 'x', lines: [line({ amount: '-1.00' })] },
      ['total MALFORMED', 'lines[0].amount MALFORMED'],
    ],
    [
      'care that ends before it begins',
      { begin: '2026-11-20', end: '2026-11-18' },
      ['end BEFORE_BEGIN', 'lines[0].time OUTSIDE_VISIT', 'lines[1].time OUTSIDE_VISIT'],
    ],
    [
      'nothing but a name',
      { cause: null, place: null, diagnoses: [], invoices: [], lines: [], total: null },
      [
        'place.name REQUIRED',
        'place.division REQUIRED',
        'cause REQUIRED',
        'diagnoses REQUIRED',
        'total REQUIRED',
        'lines REQUIRED',
        'invoices REQUIRED',
      ],
    ],
  ])('%s', async (_name, change, faults) => {
    const draft = await claimOf(person, change)
    const answer = await submit(world, person.personNumber, draft)
    expect(answer.__typename).toBe('InvalidInput')
    expect(answer.problems.map(({ path, code }: Data) => `${path} ${code}`).toSorted()).toEqual(faults.toSorted())
    for (const { message } of answer.problems) expect(message.zh).toMatch(/\p{Script=Han}/u)
    // Nothing is lost: the draft stands as it was.
    expect(await show(world, person.personNumber, draft.id)).toMatchObject({ state: 'DRAFT', version: 1 })
  })

  test('care outside of the window is not claimed, with the last day said', async () => {
    const long = { begin: '2025-11-01', end: '2025-11-02', lines: [line({ time: '2025-11-01' })] }
    const answer = await submitted(person, { ...long, ...OF('9000000041', { issuedOn: '2025-11-02' }) })
    expect(faultsOf(answer)).toBe('NotAllowed CONDITIONS_NOT_MET: end WINDOW')
    expect(answer.problems[0].message.zh).toContain('2026-11-02')
  })
})

test('a filing that is not the person’s is not found', async () => {
  const filing = '01890000-0000-7000-8000-0000000fffff'
  expect(faultsOf(await submitted(person, { ...OF('9000000061'), filing }))).toBe(
    'NotFound NOT_FOUND: filing NOT_FOUND',
  )
})

test('staff see a claim whose invoices are held, and the hospital nothing of it', async () => {
  // The others have drafts enough.
  const someone = await world.addPerson({ enrolments: [ENROLMENT] })
  const { id } = await submitted(someone, OF('9000000051'))
  expect(await show(world, CLERK, id)).toMatchObject({ state: 'SUBMITTED' })
  const answer = await world.gql(await world.token(HOSPITAL), `query ($id: ID!) { claim(id: $id) { __typename } }`, {
    id,
  })
  expect(JSON.stringify(answer)).not.toContain('"Claim"')
})
