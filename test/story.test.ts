import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { openAccounts } from '@yibao/settlement/seed'
import { fenOf } from '@yibao/schema/money'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { visitToken } from './voucher-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import {
  AGREEMENTS,
  ANNUL,
  BY_CREDENTIAL,
  ENROL,
  INSURED,
  ME,
  OUTCOME,
  REGISTER,
  RESUME,
  SETTLEMENT_OF,
  SETTLEMENTS,
  SUSPEND,
  TRIAL,
} from './world-queries.ts'
import { openWorld, type Data, type World } from './world.ts'

// One person from registration to the annulment of a bill, as everybody concerned lives it. The tests follow each other.

const [HOSPITAL, OTHER] = ['H62990000001', 'H62010000001']
const [CLERK, OTHER_CLERK] = ['clerk-629900', 'clerk-620100']
const IDENTITY = artificialIdentity('629900', Temporal.PlainDate.from('1979-04-12'), 312)

let world: World
const person = { insuredId: '', personNumber: '' }
const settled: Data[] = []
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const settle = async (requestId: string, input: object, name = HOSPITAL): Promise<Data> =>
  (await world.as(name, SETTLE, { requestId, input })).settle
const byCard = { credential: { kind: 'IDENTITY_CARD', value: IDENTITY } }

test('the bureau registers a person and enrols them; another bureau cannot, and does not see them', async () => {
  const input = { name: '安然', sex: 'FEMALE', birthDate: '1979-04-12', identityNumber: IDENTITY }
  const { registerPerson } = await world.as(CLERK, REGISTER, { requestId: 'register', input })
  expect(registerPerson).toMatchObject({
    __typename: 'Insured',
    name: '安然',
    identityMasked: `6${'*'.repeat(17)}`,
  })
  Object.assign(person, { insuredId: registerPerson.id, personNumber: registerPerson.personNumber })
  const enrolment = { insuredId: person.insuredId, insuranceType: '310', personType: '1101', beginOn: '2024-01-01' }
  const enrol = async (clerk: string, requestId: string, pool: string) =>
    (await world.as(clerk, ENROL, { requestId, input: { ...enrolment, pool } })).enrol
  expect(await enrol(OTHER_CLERK, 'enrol', '620100')).toMatchObject({ __typename: 'NotFound' })
  expect(await enrol(CLERK, 'enrol-elsewhere', '620100')).toMatchObject({ __typename: 'NotAllowed' })
  expect(await enrol(CLERK, 'enrol', '629900')).toMatchObject({ __typename: 'Enrolment', status: 'NORMAL' })
  expect(await enrol(CLERK, 'enrol-twice', '629900')).toMatchObject({ code: 'ENROLMENT_OVERLAP' })
  expect(await world.as(CLERK, INSURED, { id: person.insuredId })).toMatchObject({ insured: { name: '安然' } })
  expect(await world.as(OTHER_CLERK, INSURED, { id: person.insuredId })).toMatchObject({
    insured: { __typename: 'NotFound' },
  })
  await openAccounts(
    world.platform.databases.settlement,
    [{ insuredId: person.insuredId, pool: '629900', kind: 'CURRENT', balance: fenOf(500_00n) }],
    world.time.now,
  )
  world.letIn({ kind: 'person', login: person.personNumber, label: '安然', insuredId: person.insuredId })
})

test('a hospital sees the person once the card was shown, for that day', async () => {
  const { insuredId: id } = person
  expect(await world.as(HOSPITAL, INSURED, { id })).toMatchObject({ insured: { __typename: 'NotFound' } })
  const { insuredByCredential } = await world.as(HOSPITAL, BY_CREDENTIAL, byCard)
  expect(insuredByCredential).toMatchObject({ id, name: '安然', enrolments: [{ pool: '629900', status: 'NORMAL' }] })
  expect(insuredByCredential.identityMasked).not.toContain(IDENTITY.slice(1))
  expect(await world.as(HOSPITAL, INSURED, { id })).toMatchObject({ insured: { id } })
  expect(await world.as(OTHER, INSURED, { id })).toMatchObject({ insured: { __typename: 'NotFound' } })
  const today = world.time.now
  world.time.now = today.add({ hours: 24 })
  expect(await world.as(HOSPITAL, INSURED, { id })).toMatchObject({ insured: { __typename: 'NotFound' } })
  world.time.now = today
})

test('a trial says what settling will give and writes nothing; settling gives just that', async () => {
  const input = bill(byCard)
  const { trial } = await world.as(HOSPITAL, TRIAL, { input })
  // 200 in scope are all within the deductible of the year, and the account pays them.
  expect(trial).toEqual({
    __typename: 'Trial',
    total: '200.00',
    inScope: '200.00',
    deductible: '200.00',
    pool: '0.00',
    fundTotal: '0.00',
    personal: '200.00',
    account: '200.00',
    cash: '0.00',
    balance: '300.00',
  })
  const { rows } = await world.admin.query('select 1 from settlement.settlement where insured_id = $1', [
    person.insuredId,
  ])
  expect(rows).toEqual([])
  const { __typename, ...amounts } = trial
  const first = await settle('first', input)
  expect(first).toMatchObject({ __typename: 'Settlement', ...amounts })
  expect(await settle('first', input)).toEqual(first)
  settled.push(first)
})

test('an e-voucher that the hospital decoded settles as well, until the visit is over', async () => {
  const credential = await visitToken(world, { person: person.personNumber, at: HOSPITAL })
  // The deductible is used up: 55 % of 200.
  const second = await settle('second', bill({ credential }))
  expect(second).toMatchObject({ deductible: '0.00', fundTotal: '110.00', account: '90.00', balance: '210.00' })
  settled.push(second, await settle('third', bill({ ...byCard, useAccount: false })))
  expect(settled[2]).toMatchObject({ fundTotal: '110.00', account: '0.00', cash: '90.00', balance: '210.00' })
  const before = world.time.now
  world.time.now = before.add({ hours: 24 })
  expect(await settle('late-voucher', bill({ credential }))).toMatchObject({ code: 'CREDENTIAL_EXPIRED' })
  world.time.now = before
})

test('the hospital finds its settlements again, one by one and page by page, the latest first', async () => {
  const [first] = settled
  for (const id of [first.id, first.number]) {
    const { settlement } = await world.as(HOSPITAL, SETTLEMENT_OF, { id })
    expect(settlement).toMatchObject({ id: first.id, total: '200.00', lines: [{ serial: '1', inScope: '200.00' }] })
  }
  const ids: string[] = []
  let after: string | null = null
  do {
    const { settlements }: Data = await world.as(HOSPITAL, SETTLEMENTS, { first: 2, after })
    ids.push(...settlements.edges.map(({ node }: Data) => node.id))
    after = settlements.pageInfo.hasNextPage ? settlements.pageInfo.endCursor : null
  } while (after !== null)
  expect(ids).toEqual(settled.map((one) => one.id).toReversed())
  const empty = { edges: [], pageInfo: { hasNextPage: false } }
  expect(await world.as(HOSPITAL, SETTLEMENTS, { to: '2026-11-21' })).toMatchObject({ settlements: empty })
  expect(await world.as(HOSPITAL, SETTLEMENTS, { from: '2026-11-23' })).toMatchObject({ settlements: empty })
  const { settlements } = await world.as(HOSPITAL, SETTLEMENTS, { from: '2026-11-22', to: '2026-11-22' })
  expect(settlements.edges).toHaveLength(3)
  const odd = await world.as(HOSPITAL, SETTLEMENTS, { after: 'no cursor' })
  expect(odd).toMatchObject({ settlements: { __typename: 'InvalidInput', problems: [{ path: 'after' }] } })
})

test('the outcome of a request is there for whoever sent it', async () => {
  const [first] = settled
  expect(await world.as(HOSPITAL, OUTCOME, { requestId: 'first' })).toMatchObject({
    outcome: { state: 'COMMITTED', settlement: { id: first.id }, reversal: null, rejection: null },
  })
  expect(await world.as(HOSPITAL, OUTCOME, { requestId: 'late-voucher' })).toMatchObject({
    outcome: { state: 'REFUSED', settlement: null, rejection: { code: 'CREDENTIAL_EXPIRED' } },
  })
  expect(await world.as(HOSPITAL, OUTCOME, { requestId: 'never' })).toMatchObject({ outcome: { state: 'UNKNOWN' } })
})

test('another hospital sees nothing of all this', async () => {
  const [first] = settled
  expect(await world.as(OTHER, SETTLEMENTS)).toMatchObject({ settlements: { edges: [] } })
  for (const id of [first.id, first.number]) {
    expect(await world.as(OTHER, SETTLEMENT_OF, { id })).toMatchObject({ settlement: { __typename: 'NotFound' } })
  }
  expect(await world.as(OTHER, OUTCOME, { requestId: 'first' })).toMatchObject({ outcome: { state: 'UNKNOWN' } })
})

test('the person sees their settlements, the account, what was used up, and who has looked at them', async () => {
  const { me } = await world.as(person.personNumber, ME)
  expect(me).toMatchObject({
    id: person.insuredId,
    account: { balance: '210.00', current: '210.00', history: '0.00' },
    enrolments: [{ pool: '629900', status: 'NORMAL' }],
  })
  expect(me.settlements.edges.map(({ node }: Data) => node.id)).toEqual(settled.map((one) => one.id).toReversed())
  expect(me.accumulators).toContainEqual({ name: 'outpatient-deductible', period: '2026', amount: '200.00' })
  const seen = me.accessLog.edges.map(({ node }: Data) => `${node.role} ${node.organisation} ${node.operation}`)
  expect(seen).toContain(`institution ${HOSPITAL} insuredByCredential`)
  expect(seen).toContain('staff 629900 insured')
  expect(seen.filter((one: string) => one.includes(OTHER) || one.includes('620100'))).toEqual([])
})

test('an auditor reads everything, masked, and it is written down; the whole number is not for them', async () => {
  const { settlements } = await world.as('auditor', SETTLEMENTS)
  expect(settlements.edges.map(({ node }: Data) => node.id)).toEqual(settled.map((one) => one.id).toReversed())
  for (const { node } of settlements.edges) expect(node.identityMasked).toMatch(/^6\*{17}$/)
  const whole = `{ insured(id: "${person.insuredId}") { ... on Insured { identityNumber(purpose: SUPERVISION) } } }`
  const refused = await world.gql(await world.token('auditor'), whole)
  expect(refused).toMatchObject({ status: 403, errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  await world.as(CLERK, whole)
  await world.as('auditor', INSURED, { id: person.insuredId })
  const { me } = await world.as(person.personNumber, ME)
  const seen = me.accessLog.edges.map(({ node }: Data) => `${node.role} ${node.operation} ${node.purpose}`)
  expect(seen).toContain('staff identityNumber SUPERVISION')
  expect(seen).toContain('auditor insured null')
})

test('a suspension stops the hospital at once, its end lets it go on', async () => {
  const { institution } = await world.as(CLERK, AGREEMENTS, { code: HOSPITAL })
  const input = { agreement: institution.agreements[0].id, reason: '超量开药', legalGround: '条例第十五条' }
  expect(await world.as(OTHER_CLERK, SUSPEND, { requestId: 'suspend', input })).toMatchObject({
    suspend: { __typename: 'NotFound' },
  })
  expect(await world.as(CLERK, SUSPEND, { requestId: 'suspend', input })).toMatchObject({
    suspend: { status: 'SUSPENDED' },
  })
  const stopped = bill(byCard)
  const refusal = {
    __typename: 'NotSettledDirectly',
    code: 'INSTITUTION_SUSPENDED',
    problems: [{ path: 'institution' }],
  }
  expect(await settle('stopped', stopped)).toMatchObject(refusal)
  expect(await world.as(HOSPITAL, TRIAL, { input: stopped })).toMatchObject({ trial: refusal })
  expect(await world.as(CLERK, RESUME, { requestId: 'resume', input })).toMatchObject({ resume: { status: 'ACTIVE' } })
  expect(await settle('going-on', stopped)).toMatchObject({ __typename: 'Settlement', fundTotal: '110.00' })
})

test('a bill sent by mistake is taken back, and everything is as it was', async () => {
  const { annul } = await world.as(HOSPITAL, ANNUL, { requestId: 'annul', target: 'going-on' })
  expect(annul).toMatchObject({ reversal: { total: '-200.00', pool: '-110.00', account: '-90.00', cash: '0.00' } })
  expect(await world.as(HOSPITAL, OUTCOME, { requestId: 'going-on' })).toMatchObject({
    outcome: { state: 'ANNULLED', reversal: { id: annul.reversal.id } },
  })
  const { me } = await world.as(person.personNumber, ME)
  expect(me.account.balance).toBe('210.00')
  expect(me.settlements.edges).toHaveLength(5)
})
