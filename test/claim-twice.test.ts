import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verify } from '@yibao/settlement/commands/verify'
import { faultsOf, fresh, outpatientClaim, outpatientPapers, saveDraft, submit, withdraw } from './claim-asking.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// The same care is never paid twice: not by two claims, nor by a claim and a direct settlement or a conversion, in whichever
// order and however close together they come.

const POOL = '629900'
const HOSPITAL = 'H62990000001'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  const { mismatches } = await verify(world.platform.databases.settlement, () => {})
  await world.close()
  expect(mismatches).toEqual([])
})

const addPatient = (): Promise<WorldPerson> =>
  world.addPerson({ enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }] })

interface Care {
  readonly visit: string
  readonly chargeBatch: string
  readonly invoice: string
}
let sequence = 0
const newCare = (): Care => {
  sequence += 1
  return { visit: `T${sequence}`, chargeBatch: `B${sequence}`, invoice: String(7_000_000_000 + sequence) }
}

/** A draft of a claim of that care, of which the institution knows visit and invoice. */
async function drafted(person: WorldPerson, care: Partial<Care>, change: object = {}): Promise<Data> {
  const papers = await outpatientPapers(world, person, POOL)
  const own = outpatientClaim({ papers })
  const number = care.invoice === undefined ? {} : { invoices: [invoiceOf(care.invoice)] }
  const { visit = null, chargeBatch = null } = care
  return saveDraft(world, person.personNumber, { ...own, ...number, visit, chargeBatch, ...change })
}

const invoiceOf = (number: string) => ({
  code: '62060124',
  number,
  issuedOn: '2026-11-20',
  amount: '120.00',
  checkCode: '1a2b3c',
})

const LINE = { code: CLASS_A, price: 20, quantity: 6, doctor: 'D629900000001' }

/** The same care, or another visit of the person, settled directly at the hospital. */
const billed = ({ cardNumber }: WorldPerson, care: Care, change: object = {}) =>
  bill({ card: cardNumber, begin: '2026-11-20T08:00:00+08:00', ...care, lines: [LINE], ...change })

const settle = async (input: object): Promise<Data> =>
  (await world.as(HOSPITAL, SETTLE, { requestId: fresh('settle'), input })).settle

const PAID = { converts: { paidAt: '2026-11-20T09:00:00+08:00', paid: '120.00' } }
const convertsOf = ({ invoice }: Care) => ({ converts: { ...PAID.converts, invoice } })

const isRefused = ({ __typename }: Data): boolean => __typename !== 'Settlement' && __typename !== 'Claim'

/** How much care of these keys is held or paid: one settlement or one live claim at most. */
async function paidOnce({ visit, invoice }: Care): Promise<number> {
  const { rows } = await world.admin.query<{ count: number }>(
    `select (select count(distinct settlement_id) from (
       select settlement_id from settlement.bill where institution = $1 and visit = $2
       union all select settlement_id from settlement.invoice where institution = $1 and invoice = $3
       union all select settlement_id from settlement.conversion where institution = $1 and invoice = $3) held)::int as count`,
    [HOSPITAL, visit, invoice],
  )
  return rows[0]?.count ?? 0
}

const refusal = (path: string) => ({ code: 'CLAIMED', problems: [{ path, code: 'CLAIMED' }] })

test('what is claimed is not settled directly: not its batch, not another of its visit, not its invoice', async () => {
  const person = await addPatient()
  const care = newCare()
  const claim = await submit(world, person.personNumber, await drafted(person, care))
  expect(claim).toMatchObject({ __typename: 'Claim' })
  expect(await settle(billed(person, care))).toMatchObject(refusal('chargeBatch'))
  expect(await settle(billed(person, { ...newCare(), visit: care.visit }))).toMatchObject(refusal('visit'))
  const sameInvoice = await settle(billed(person, { ...newCare(), invoice: care.invoice }))
  expect(sameInvoice).toMatchObject(refusal('invoice'))
  expect(sameInvoice.message.zh).toContain(claim.number)
  expect(await settle(billed(person, newCare(), convertsOf(care)))).toMatchObject(refusal('converts.invoice'))
})

test('a claim that names a stranger’s visit or invoice does not keep the stranger from the counter, and is not paid', async () => {
  const [person, stranger] = [await addPatient(), await addPatient()]
  const care = newCare()
  const claim = await submit(world, person.personNumber, await drafted(person, care, { lines: [lineOn('2026-11-20')] }))
  expect(claim).toMatchObject({ __typename: 'Claim' })
  const settled = await settle(billed(stranger, care))
  expect(settled).toMatchObject({ __typename: 'Settlement' })
  expect(JSON.stringify(settled)).not.toContain(claim.number)
  const seen = `query ($id: ID!) { claim(id: $id) { ... on Claim { id version state history { kind } } } }`
  const told = (await world.as(person.personNumber, seen, { id: claim.id })).claim
  expect(told.history.map(({ kind }: Data) => kind)).toContain('GAVE_WAY')
  const propose = `mutation ($requestId: ID!, $claimId: ID!, $version: Int!) {
    proposeClaimDecision(requestId: $requestId, claimId: $claimId, version: $version, outcome: APPROVE) {
      ... on Claim { state owed history { kind } } ... on Rejection { code } } }`
  const asked = { requestId: fresh('propose'), claimId: told.id, version: told.version }
  const { proposeClaimDecision: back } = await world.as('clerk-629900', propose, asked)
  expect(back).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(back.history.at(-1)).toMatchObject({ kind: 'NOT_SETTLED' })
})

test('what was settled directly is not claimed, nor what was converted', async () => {
  const person = await addPatient()
  const care = newCare()
  expect(await settle(billed(person, care))).toMatchObject({ __typename: 'Settlement' })
  expect(isRefused(await submit(world, person.personNumber, await drafted(person, care)))).toBe(true)
  const other = await addPatient()
  const paid = newCare()
  expect(await settle(billed(other, newCare(), convertsOf(paid)))).toMatchObject({ __typename: 'Settlement' })
  const late = { begin: '2026-11-19', end: '2026-11-19' }
  const draft = await drafted(other, { invoice: paid.invoice }, { ...late, lines: [lineOn('2026-11-19')] })
  expect(isRefused(await submit(world, other.personNumber, draft))).toBe(true)
})

const lineOn = (time: string) => ({
  serial: '1',
  name: '阿莫西林胶囊',
  code: LINE.code,
  chargeType: '09',
  price: '20.00',
  quantity: '6',
  amount: '120.00',
  time,
})

test('a claim that is withdrawn lets go of what it held', async () => {
  const person = await addPatient()
  const care = newCare()
  const claim = await submit(world, person.personNumber, await drafted(person, care))
  expect(await settle(billed(person, care))).toMatchObject({ code: 'CLAIMED' })
  const { id, version } = await latest(person, claim.id)
  expect(await withdraw(world, person.personNumber, { id, version })).toMatchObject({ state: 'WITHDRAWN' })
  expect(await settle(billed(person, care))).toMatchObject({ __typename: 'Settlement' })
  expect(isRefused(await submit(world, person.personNumber, await drafted(person, care)))).toBe(true)
})

const latest = async ({ personNumber }: WorldPerson, id: string): Promise<Data> =>
  (await world.as(personNumber, 'query ($id: ID!) { claim(id: $id) { ... on Claim { id version state } } }', { id }))
    .claim

test('two claims of one invoice, by one person or two, at once: one is submitted', async () => {
  const [person, other] = [await addPatient(), await addPatient()]
  const care = newCare()
  const drafts = [await drafted(person, care), await drafted(person, care), await drafted(other, care)]
  const owners = [person, person, other]
  const answers = await Promise.all(drafts.map((draft, i) => submit(world, owners[i]?.personNumber ?? '', draft)))
  expect(answers.filter((one) => one.__typename === 'Claim')).toHaveLength(1)
  expect(await paidOnce(care)).toBe(1)
})

test('a claim and a direct settlement, or a conversion, of the same care at once: one of both', async () => {
  for (let i = 0; i < 6; i += 1) {
    const person = await addPatient()
    const care = newCare()
    const draft = await drafted(person, care)
    const direct = i % 2 === 0 ? billed(person, care) : billed(person, newCare(), convertsOf(care))
    const answers = await Promise.all([submit(world, person.personNumber, draft), settle(direct)])
    expect(
      answers.filter((one) => !isRefused(one)),
      JSON.stringify(answers),
    ).toHaveLength(1)
    expect(await paidOnce(care)).toBe(1)
  }
})

const CODE = '62060124'
const written = (number: string, change: object = {}) => ({ invoices: [{ ...invoiceOf(number), ...change }] })
const elsewhere = { place: { name: '某医院', division: '629900', level: 'LEVEL_2', designated: true } }
const unknown = { place: { institutionCode: 'H62990099999' } }

describe('one invoice, however it and the place are written,', () => {
  test('is not claimed once it was settled, though the claim does not name the hospital by its code', async () => {
    const [person, stranger] = [await addPatient(), await addPatient()]
    const [bare, whole] = [newCare(), newCare()]
    const other = { begin: '2026-11-18T08:00:00+08:00' }
    expect(await settle(billed(person, bare, other))).toMatchObject({ __typename: 'Settlement' })
    expect(await settle(billed(person, { ...whole, invoice: `${CODE}-${whole.invoice}` }, other))).toMatchObject({
      __typename: 'Settlement',
    })
    const taken = 'NotAllowed INVOICE_SETTLED: invoices[0].number INVOICE_SETTLED'
    for (const { invoice } of [bare, whole])
      expect(faultsOf(await submit(world, person.personNumber, await drafted(person, { invoice }, elsewhere)))).toBe(
        taken,
      )
    const { invoice } = whole
    expect(faultsOf(await submit(world, stranger.personNumber, await drafted(stranger, { invoice }, elsewhere)))).toBe(
      taken,
    )
    expect(
      faultsOf(await submit(world, stranger.personNumber, await drafted(stranger, { invoice }, unknown))),
    ).toContain('place.institutionCode UNKNOWN_CODE')
  })

  test('is not settled or converted while the person claims it, though the claim does not name the hospital', async () => {
    const person = await addPatient()
    const care = newCare()
    const draft = await drafted(person, { invoice: care.invoice }, elsewhere)
    expect(await submit(world, person.personNumber, draft)).toMatchObject({ __typename: 'Claim' })
    expect(await settle(billed(person, care))).toMatchObject(refusal('invoice'))
    for (const invoice of [`${CODE}-${care.invoice}`, `${CODE}${care.invoice}`]) {
      expect(await settle(billed(person, { ...newCare(), invoice }))).toMatchObject(refusal('invoice'))
      expect(await settle(billed(person, newCare(), convertsOf({ ...care, invoice })))).toMatchObject(
        refusal('converts.invoice'),
      )
    }
  })

  test('is claimed once with zeros before its number and without, and in whichever form', async () => {
    const person = await addPatient()
    const spellings: [object, object][] = [
      [{ number: '0123456789' }, { number: '123456789', checkCode: null }],
      [
        { code: '062002200011', number: '12345678', checkCode: null },
        { code: '', number: '06200220001112345678', checkCode: null },
      ],
    ]
    for (const [first, second] of spellings) {
      const claim = await submit(
        world,
        person.personNumber,
        await drafted(person, {}, { ...elsewhere, ...written('', first) }),
      )
      expect(claim).toMatchObject({ __typename: 'Claim' })
      const again = await drafted(person, {}, { ...elsewhere, ...written('', second) })
      expect(faultsOf(await submit(world, person.personNumber, again))).toBe(
        'NotAllowed INVOICE_CLAIMED: invoices[0].number INVOICE_CLAIMED',
      )
      const invoices = [first, second].map((one) => ({ ...invoiceOf(''), amount: '60.00', ...one }))
      const twice = await drafted(person, {}, { ...elsewhere, invoices })
      expect(faultsOf(await submit(world, person.personNumber, twice))).toContain('invoices[1].number DUPLICATE')
    }
  })
})
