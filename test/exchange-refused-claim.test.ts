import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLAIM, faultsOf, fresh, outpatientPapers, saveDraft, submit, withdraw } from './claim-asking.ts'
import { awayBillOf, NINGBO, POOL } from './exchange-runs.ts'
import { openProvinces, type Provinces } from './exchange-workload.ts'
import { FILE } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// A bill that home refuses at the window of another province is paid in full there. Later it is converted by the hospital, or it
// becomes a claim at home without being written down again; never both.

let provinces: Provinces
beforeAll(async () => {
  provinces = await openProvinces()
  const { home } = provinces
  home.letIn({ kind: 'staff', login: OTHER_CLERK, label: OTHER_CLERK, pool: '620100' })
})
afterAll(async () => {
  const { mismatches } = await verify(provinces.home.platform.databases.settlement, () => {})
  await provinces.close()
  expect(mismatches).toEqual([])
})

const [CLERK, OTHER_CLERK] = [`clerk-${POOL}`, 'refused-clerk-620100']
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) {
  __typename ... on Settlement { id total } ... on Rejection { code message { zh } problems { path code } } } }`
const REFUSED = `{ refusedBills(province: "33") { ... on RefusedBillConnection { edges { node { id insuredId province institutionCode institutionName
  level placePool visit careType begin end diagnoses invoice total code message { zh en } refusedAt
  lines { serial name code chargeType quantity amount } } } } } }`
const START = `mutation ($requestId: ID!, $refusedBill: ID!) {
  startClaimFromBill(requestId: $requestId, cause: NOT_FILED, refusedBill: $refusedBill) { ${CLAIM} ... on Claim {
    begin end visit careType place { institutionCode name division level designated } diagnoses lines { serial name amount } } } }`

const refusedBills = async (who: string): Promise<Data[]> =>
  (await provinces.home.as(who, REFUSED)).refusedBills.edges.map(({ node }: Data) => node)
const settle = async (input: object, requestId = fresh('refused')): Promise<Data> =>
  (await provinces.place.as(NINGBO, SETTLE, { requestId, input })).settle
const start = async ({ personNumber }: WorldPerson, refusedBill: string): Promise<Data> =>
  (await provinces.home.as(personNumber, START, { requestId: fresh('start'), refusedBill })).startClaimFromBill

const addPatient = (): Promise<WorldPerson> =>
  provinces.home.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
let invoices = 0
/** Outpatient care in Ningbo, for which nobody has filed. */
const careOf = (person: WorldPerson, change: object = {}) =>
  awayBillOf(person, { careType: '11', invoice: String(8_800_000_000 + (invoices += 1)), ...change })
type Care = ReturnType<typeof careOf> & { readonly invoice?: string }
/** The same care with its invoice of then, once there is a filing. */
const convertedOf = (care: Care) => ({
  ...care,
  invoice: String(8_900_000_000 + (invoices += 1)),
  converts: { invoice: care.invoice, paidAt: '2026-11-20T09:30:00+08:00', paid: '200.00' },
})
async function file({ personNumber }: WorldPerson): Promise<void> {
  const input = { type: 'LONG_TERM', destination: '330200', ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }
  const { fileTreatmentElsewhere } = await provinces.home.as(personNumber, FILE, { requestId: fresh('file'), input })
  expect(fileTreatmentElsewhere).toMatchObject({ __typename: 'Filing' })
}

/** What the person writes beside what is there: the invoice, and the papers. */
async function filledIn(person: WorldPerson, care: Care, change: object = {}): Promise<object> {
  const promised = ['REFERRAL', 'HOUSEHOLD_REGISTER'].map((kind) => ({ kind, promise: true }))
  const papers = [...(await outpatientPapers(provinces.home, person, POOL)), ...promised]
  const number = String(8_700_000_000 + (invoices += 1))
  return {
    cause: 'NOT_FILED',
    place: { institutionCode: NINGBO, name: '宁波示范医院', division: '330200', level: 'LEVEL_3', designated: true },
    careType: '11',
    begin: '2026-11-20',
    end: '2026-11-20',
    visit: care.visit,
    diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
    total: '200.00',
    invoices: [{ code: '33060124', number, issuedOn: '2026-11-20', amount: '200.00', checkCode: '1a2b3c' }],
    lines: [
      { serial: '1', name: 'x', chargeType: '09', price: '200', quantity: '1', amount: '200.00', time: '2026-11-20' },
    ],
    papers,
    ...change,
  }
}

test('a bill that home refuses is kept there once, for the person and the staff of the pool alone', async () => {
  const [person, other] = [await addPatient(), await addPatient()]
  const care = careOf(person)
  const requestId = fresh('kept')
  const { plan } = provinces
  plan.next = (type) => (type === 'reserve' ? 'TWICE' : 'PASS')
  const refused = await settle(care, requestId)
  plan.next = () => 'PASS'
  expect(refused).toMatchObject({ __typename: 'NotSettledDirectly', code: 'CROSS_AREA_NOT_STATED' })
  expect(await settle(care, requestId)).toEqual(refused)
  const kept = await refusedBills(person.personNumber)
  expect(kept).toMatchObject([
    {
      insuredId: person.insuredId,
      province: '33',
      institutionCode: NINGBO,
      institutionName: '宁波示范医院',
      level: 'LEVEL_3',
      placePool: '330200',
      visit: care.visit,
      careType: '11',
      diagnoses: care.diagnoses.map(({ name }: { name: string }) => name),
      invoice: care.invoice,
      total: '200.00',
      code: 'CROSS_AREA_NOT_STATED',
      message: { zh: refused.message.zh },
      lines: [{ serial: '1', amount: '200.00' }],
    },
  ])
  expect(await refusedBills(CLERK)).toEqual(kept)
  for (const nobody of [other.personNumber, OTHER_CLERK]) expect(await refusedBills(nobody)).toEqual([])
  // Sent again under another request it is refused again, and is still one bill.
  await settle(care)
  const again = await refusedBills(person.personNumber)
  expect(again.map(({ id: _id, ...one }) => one)).toEqual(kept.map(({ id: _id, ...one }) => one))
  const [{ id }] = again
  expect(faultsOf(await start(other, id))).toBe('NotFound NOT_FOUND: refusedBill NOT_FOUND')
}, 120_000)

test('a bill of nobody home knows, and one that never reached home, are kept by nobody', async () => {
  const person = await addPatient()
  expect(await settle(careOf({ ...person, identityNumber: '110101199003077758' }))).toMatchObject({
    code: 'CREDENTIAL_UNKNOWN',
  })
  provinces.way.to('http://127.0.0.1:9')
  await settle(careOf(person))
  provinces.way.to(provinces.home.address)
  expect(await refusedBills(person.personNumber)).toEqual([])
}, 120_000)

test('a refused bill becomes a claim with all that was sent, which no conversion pays once more', async () => {
  const person = await addPatient()
  const care = careOf(person)
  await settle(care)
  const [{ id }] = await refusedBills(person.personNumber)
  const draft = await start(person, id)
  expect(draft).toMatchObject({
    state: 'DRAFT',
    cause: 'NOT_FILED',
    total: '200.00',
    begin: '2026-11-20',
    end: '2026-11-20',
    visit: care.visit,
    careType: '11',
    place: {
      institutionCode: NINGBO,
      name: '宁波示范医院',
      division: '330200',
      level: 'LEVEL_3',
      designated: true,
    },
    lines: [{ serial: '1', amount: '200.00' }],
  })
  await file(person)
  // Whose bill it is stays in it, though the person leaves it away.
  const without = await filledIn(person, care, {
    visit: null,
    place: { name: '某医院', division: '330200', level: 'LEVEL_3', designated: true },
  })
  const saved = await saveDraft(provinces.home, person.personNumber, without, {
    claimId: draft.id,
    version: draft.version,
  })
  const claim = await submit(provinces.home, person.personNumber, saved)
  expect(claim, faultsOf(claim)).toMatchObject({ __typename: 'Claim', state: 'SUBMITTED' })
  expect(await refusedBills(person.personNumber)).toEqual([])
  expect(faultsOf(await start(person, id))).toBe('NotAllowed CLAIMED: refusedBill CLAIMED')

  const otherVisit = { visit: fresh('V'), chargeBatch: 'B1' }
  for (const late of [care, convertedOf(care), { ...convertedOf(care), ...otherVisit }])
    expect(await settle(late)).toMatchObject({ code: 'CLAIMED' })
  // What the claim lets go of is settled, and claimed no more.
  const { id: claimId } = claim
  const { version } = (await provinces.home.as(person.personNumber, VERSION, { id: claimId })).claim
  expect(await withdraw(provinces.home, person.personNumber, { id: claimId, version })).toMatchObject({
    state: 'WITHDRAWN',
  })
  expect(await refusedBills(person.personNumber)).toMatchObject([{ id }])
  expect(await settle(convertedOf(care))).toMatchObject({ __typename: 'Settlement', total: '200.00' })
  expect(await refusedBills(person.personNumber)).toEqual([])
}, 120_000)

const VERSION = 'query ($id: ID!) { claim(id: $id) { ... on Claim { version } } }'

test('a refused bill that was converted later is offered no more, and a draft of it is not submitted', async () => {
  const person = await addPatient()
  const care = careOf(person)
  await settle(care)
  const [{ id }] = await refusedBills(person.personNumber)
  const draft = await start(person, id)
  await file(person)
  // Under another visit number, so that its old invoice alone says that it is the same bill.
  const converted = { ...convertedOf(care), visit: fresh('V'), chargeBatch: 'B1' }
  expect(await settle(converted)).toMatchObject({ __typename: 'Settlement' })
  expect(await refusedBills(person.personNumber)).toEqual([])
  expect(await refusedBills(CLERK)).toEqual(expect.not.arrayContaining([expect.objectContaining({ id })]))
  expect(faultsOf(await start(person, id))).toBe('NotAllowed SETTLED: refusedBill SETTLED')
  const saved = await saveDraft(provinces.home, person.personNumber, await filledIn(person, care), {
    claimId: draft.id,
    version: draft.version,
  })
  expect(faultsOf(await submit(provinces.home, person.personNumber, saved))).toBe(
    'NotAllowed INVOICE_CONVERTED: visit INVOICE_CONVERTED',
  )
}, 120_000)

test('a conversion and the claim of one refused bill at once: one of both', async () => {
  for (let round = 0; round < 4; round += 1) {
    const person = await addPatient()
    const care = careOf(person)
    await settle(care)
    const [{ id }] = await refusedBills(person.personNumber)
    const draft = await start(person, id)
    const saved = await saveDraft(provinces.home, person.personNumber, await filledIn(person, care), {
      claimId: draft.id,
      version: draft.version,
    })
    await file(person)
    const answers = await Promise.all([submit(provinces.home, person.personNumber, saved), settle(convertedOf(care))])
    const done = answers.filter(({ __typename }) => __typename === 'Claim' || __typename === 'Settlement')
    expect(done, JSON.stringify(answers)).toHaveLength(1)
  }
}, 120_000)
