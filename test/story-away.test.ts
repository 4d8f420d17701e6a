import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { pdf, upload } from './document-world.ts'
import { CANCEL_FILING, CHANGE_FILING, FILE } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Treatment in Ningbo (LEVEL_3) of persons insured elsewhere: each files what they file, and the home pool's policy
// says what that does to the split. The stay: 10,000 yuan, all of it in scope.

const NINGBO = 'H33020000001'
const STAY = {
  careType: '21',
  begin: '2026-11-10T09:00:00+08:00',
  end: '2026-11-20T10:00:00+08:00',
  lines: [{ code: CLASS_A, price: 100, quantity: 100, time: '2026-11-12T09:00:00+08:00' }],
}

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const employee = (pool: string): Promise<WorldPerson> =>
  world.addPerson({ enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }] })

async function file({ personNumber }: WorldPerson, given: Filing, requestId = 'file'): Promise<Data> {
  const input = given.type === 'REFERRAL' ? { ...given, documents: [await paperOf(personNumber)] } : given
  return (await world.as(personNumber, FILE, { requestId, input })).fileTreatmentElsewhere
}

type Filing = { readonly type: string } & Readonly<Record<string, unknown>>
const paperOf = async (personNumber: string): Promise<string> =>
  (await upload(world, personNumber, pdf(), { purpose: 'FILING', pool: personNumber.slice(0, 6) })).id

let requests = 0
async function settle({ cardNumber: card }: WorldPerson, change: object = {}, at = NINGBO): Promise<Data> {
  requests += 1
  return (await world.as(at, SETTLE, { requestId: `away-${requests}`, input: bill({ card, ...STAY, ...change }) }))
    .settle
}

const destination = '330200'
const LONG_TERM = { type: 'LONG_TERM', destination, ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }
const REFERRAL = {
  type: 'REFERRAL',
  destination,
  referral: { institution: 'H62990000001', number: '2026-117', issuedOn: '2026-11-05' },
}
const OTHER = { type: 'OTHER_TEMPORARY', destination }

describe('insured in the Gansu demonstration pool: at home 650 first, then 90 %', () => {
  const POOL = '629900'
  const home = { deductible: '650.00', fundTotal: '8415.00' }
  const points = { deductible: '650.00', fundTotal: '6545.00' }
  const table = { deductible: '650.00', fundTotal: '7947.50' }

  const cases: readonly [string, Filing | null, object, typeof home][] = [
    ['filed for the long term: as at home', LONG_TERM, {}, home],
    ['referred: a table of its own, 85 %', REFERRAL, {}, table],
    ['filed as otherwise away: 20 points less', OTHER, {}, points],
    ['not filed: 20 points less', null, {}, points],
    ['not filed, an emergency: as if referred', null, { emergency: true }, table],
    ['filed as otherwise away, an emergency: as if referred', OTHER, { emergency: true }, table],
    ['filed for another city only: as not filed', { ...OTHER, destination: '330100' }, {}, points],
  ]
  test.each(cases)('%s', async (_name, filing, change, { deductible, fundTotal }) => {
    const person = await employee(POOL)
    if (filing !== null) expect(await file(person, filing)).toMatchObject({ state: 'EFFECTIVE', pool: POOL })
    expect(await settle(person, change)).toMatchObject({
      __typename: 'Settlement',
      insuredPool: POOL,
      inScope: '10000.00',
      firstSelfPayment: '0.00',
      deductible,
      fundTotal,
    })
  })

  test('the explanation names the rule for treatment elsewhere, and its source', async () => {
    const query = `query ($id: ID!) { settlement(id: $id) { ... on Settlement {
      explanation { crossArea { rule text { zh en } source { document { zh } reliability } } }
    } } }`
    const person = await employee(POOL)
    await file(person, OTHER)
    const { settlement } = await world.as(NINGBO, query, { id: (await settle(person)).id })
    expect(settlement.explanation.crossArea).toMatchObject({
      rule: expect.stringMatching(/\S/),
      text: { zh: expect.stringMatching(/[一-鿿]/), en: expect.stringMatching(/[a-z]/) },
      source: { reliability: 'A' },
    })
  })

  test('filed after the stay began but before it is settled, it counts for the whole stay', async () => {
    const person = await employee(POOL)
    await file(person, { ...LONG_TERM, beginOn: '2026-11-22' })
    expect(await settle(person)).toMatchObject({ fundTotal: home.fundTotal })
  })

  test('cancelled, it still counts for a stay that had begun, and no more for one that begins later', async () => {
    const person = await employee(POOL)
    const { id } = await file(person, LONG_TERM)
    const { cancelFiling } = await world.as(person.personNumber, CANCEL_FILING, { requestId: 'cancel', filingId: id })
    expect(cancelFiling).toMatchObject({ __typename: 'Filing', cancelledFrom: '2026-11-23' })
    expect(await settle(person)).toMatchObject({ fundTotal: home.fundTotal })
    const before = world.time.now
    world.time.now = Temporal.Instant.from('2026-12-01T10:00:00+08:00')
    const later = {
      begin: '2026-11-23T09:00:00+08:00',
      end: '2026-11-30T10:00:00+08:00',
      lines: [{ code: CLASS_A, price: 100, quantity: 100, time: '2026-11-24T09:00:00+08:00' }],
    }
    expect(await settle(person, later)).toMatchObject({ fundTotal: points.fundTotal })
    world.time.now = before
  })

  test('at home a filing changes nothing', async () => {
    const person = await employee(POOL)
    await file(person, OTHER)
    expect(await settle(person, {}, 'H62990000001')).toMatchObject({ deductible: '650.00', fundTotal: '8415.00' })
  })
})

describe('insured in Hangzhou: 10 % are paid first elsewhere in the province, 20 % outside of it', () => {
  const POOL = '330100'

  test('filed for Ningbo: 10 % first, then 800 and 82 %', async () => {
    const person = await employee(POOL)
    await file(person, OTHER)
    expect(await settle(person)).toMatchObject({
      total: '10000.00',
      firstSelfPayment: '1000.00',
      crossArea: '1000.00',
      inScope: '9000.00',
      deductible: '800.00',
      fundTotal: '6724.00',
    })
  })

  test('filed for Lanzhou: 20 % first', async () => {
    const person = await employee(POOL)
    await file(person, { ...OTHER, destination: '620100' })
    expect(await settle(person, {}, 'H62010000001')).toMatchObject({
      crossArea: '2000.00',
      inScope: '8000.00',
      fundTotal: '5904.00',
    })
  })

  test('an emergency counts as filed', async () => {
    const person = await employee(POOL)
    expect(await settle(person, { emergency: true })).toMatchObject({ crossArea: '1000.00', fundTotal: '6724.00' })
  })

  test('not filed, of which its notice says nothing: refused, and nothing is guessed', async () => {
    expect(await settle(await employee(POOL))).toMatchObject({ __typename: 'NotSettledDirectly', retryable: false })
  })
})

test('Jiayuguan lets nobody change a long-term filing within six months', async () => {
  const person = await employee('620200')
  const filing = await file(person, LONG_TERM)
  expect(filing).toMatchObject({ __typename: 'Filing', state: 'EFFECTIVE', destination: '3302' })
  const { cancelFiling } = await world.as(person.personNumber, CANCEL_FILING, { requestId: 'c', filingId: filing.id })
  expect(cancelFiling).toMatchObject({ __typename: 'NotAllowed', code: 'CHANGE_TOO_EARLY' })
  const moved = { ...LONG_TERM, destination: '110000' }
  const change = { requestId: 'move', filingId: filing.id, input: moved }
  const { changeFiling } = await world.as(person.personNumber, CHANGE_FILING, change)
  expect(changeFiling).toMatchObject({ __typename: 'NotAllowed', code: 'CHANGE_TOO_EARLY' })
})

test('what is filed wrongly is refused with every fault at its field', async () => {
  const person = await employee('629900')
  const faults = async (input: Filing, requestId: string) => {
    const { problems } = await file(person, input, requestId)
    return problems.map(({ path, code }: Data) => `${path} ${code}`)
  }
  expect(await faults({ type: 'LONG_TERM', destination: '330000' }, 'f1')).toEqual([
    'ground MISSING',
    'destination DESTINATION_TOO_WIDE',
    'evidence MISSING',
  ])
  expect(await faults({ ...OTHER, destination: '629900' }, 'f2')).toEqual(['destination DESTINATION_IS_HOME'])
  expect(await faults({ ...OTHER, beginOn: '2026-11-01' }, 'f3')).toEqual(['beginOn DATE_IN_PAST'])
  expect(await faults({ ...REFERRAL, referral: { ...REFERRAL.referral, institution: NINGBO } }, 'f4')).toEqual([
    'referral.institution REFERRER_NOT_DESIGNATED',
  ])
})
