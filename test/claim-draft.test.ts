import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  faultsOf,
  fresh,
  outpatientClaim,
  outpatientPapers,
  saveDraft,
  SAVE_CLAIM,
  show,
  submit,
  withdraw,
} from './claim-asking.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

const POOL = '629900'
const CLERK = 'clerk-629900'
const ENROLMENT = { pool: POOL, insuranceType: '310', personType: '1103', beginOn: '2020-01-01' } as const
const CONTENT = `query ($id: ID!) { claim(id: $id) { ... on Claim { version careType total begin diagnoses note
  place { name division } invoices { number amount } lines { serial amount } papers { kind promise } } } }`
const LIST = `query ($state: ClaimState) { claims(state: $state) { ... on ClaimConnection { edges { node { id state } } } } }`

let world: World
let person: WorldPerson
let other: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({ enrolments: [ENROLMENT] })
  other = await world.addPerson({ enrolments: [ENROLMENT] })
}, 60_000)
afterAll(() => world.close())

const listed = async (who: string, state?: string): Promise<string[]> =>
  (await world.as(who, LIST, { state })).claims.edges.map(({ node }: Data) => node.id)

test('a draft is left and resumed: it holds what was written, whatever is still missing or wrong', async () => {
  const draft = await saveDraft(world, person.personNumber, {
    careType: '1',
    total: 'about 100',
    begin: 'last week',
    place: { name: '县医院' },
    invoices: [{ number: '1', issuedOn: '?', amount: '?' }],
  })
  expect(draft).toMatchObject({ __typename: 'Claim', state: 'DRAFT', version: 1 })
  const { claim } = await world.as(person.personNumber, CONTENT, { id: draft.id })
  expect(claim).toMatchObject({ careType: '1', begin: 'last week', total: null, place: { name: '县医院' } })
  expect(claim.invoices).toEqual([{ number: '1', amount: null }])
  const again = await saveDraft(
    world,
    person.personNumber,
    { careType: '11', note: '补充' },
    { claimId: draft.id, version: 1 },
  )
  expect(again).toMatchObject({ id: draft.id, version: 2, state: 'DRAFT' })
  const { claim: after } = await world.as(person.personNumber, CONTENT, { id: draft.id })
  expect(after).toMatchObject({ careType: '11', note: '补充', begin: null, invoices: [] })
})

test('two tabs save at once: the later one is shown the draft as it is, and writes over nothing', async () => {
  const draft = await saveDraft(world, person.personNumber, { note: '一' })
  const both = await Promise.all(
    ['二', '三'].map((note) => saveDraft(world, person.personNumber, { note }, { claimId: draft.id, version: 1 })),
  )
  expect(both.map(({ __typename }) => String(__typename)).toSorted()).toEqual(['Claim', 'ClaimChanged'])
  const late = both.find(({ __typename }) => __typename === 'ClaimChanged')
  expect(late?.claim).toMatchObject({ id: draft.id, version: 2 })
})

test('a draft over a draft names the version it was written on', async () => {
  const draft = await saveDraft(world, person.personNumber, {})
  expect(faultsOf(await saveDraft(world, person.personNumber, {}, { claimId: draft.id }))).toBe(
    'InvalidInput INVALID_INPUT: version REQUIRED',
  )
})

test('what could not be kept is refused at its field', async () => {
  const answer = await saveDraft(world, person.personNumber, {
    note: 'a'.repeat(501),
    diagnoses: [{ name: '610102198001011234' }, { name: '身份证 11010519491231002X' }],
    visit: '中文',
    lines: Array.from({ length: 501 }, (_, i) => ({
      serial: `${i}`,
      name: 'x',
      price: '1',
      quantity: '1',
      amount: '1',
      time: 'x',
    })),
  })
  expect(answer.__typename).toBe('InvalidInput')
  const paths = answer.problems.map(({ path }: Data) => path)
  expect(paths).toContain('input.note')
  expect(paths).toContain('input.diagnoses[1].name')
  expect(paths).toContain('input.visit')
  expect(paths).toContain('input.lines')
})

test('a draft is its person’s alone: others neither see, save, submit nor withdraw it', async () => {
  const draft = await saveDraft(world, person.personNumber, {})
  for (const who of [other.personNumber, CLERK]) {
    expect(faultsOf(await show(world, who, draft.id))).toBe('NotFound NOT_FOUND: id NOT_FOUND')
    expect(faultsOf(await saveDraft(world, who, {}, { claimId: draft.id, version: 1 }))).toBe(
      'NotFound NOT_FOUND: claimId NOT_FOUND',
    )
    expect(faultsOf(await submit(world, who, draft))).toBe('NotFound NOT_FOUND: claimId NOT_FOUND')
    expect(faultsOf(await withdraw(world, who, draft))).toBe('NotFound NOT_FOUND: claimId NOT_FOUND')
    expect(await listed(who)).not.toContain(draft.id)
  }
  expect(await listed(person.personNumber, 'DRAFT')).toContain(draft.id)
})

test('the window writes and submits for a person of its pool, who sees it', async () => {
  const papers = await outpatientPapers(world, other, POOL)
  const draft = await saveDraft(world, CLERK, outpatientClaim({ papers }), { insuredId: other.insuredId })
  expect(draft).toMatchObject({ state: 'DRAFT', channel: 'WINDOW' })
  expect(await submit(world, CLERK, draft)).toMatchObject({ state: 'SUBMITTED', channel: 'WINDOW' })
  expect(await listed(other.personNumber, 'SUBMITTED')).toContain(draft.id)
})

test('the window says whom it writes for, and writes for nobody of another pool', async () => {
  expect(faultsOf(await saveDraft(world, CLERK, {}))).toBe('InvalidInput INVALID_INPUT: insuredId REQUIRED')
  const answer = await saveDraft(world, 'clerk-620100', {}, { insuredId: person.insuredId })
  expect(faultsOf(answer)).toBe('NotFound NOT_FOUND: insuredId NOT_FOUND')
  expect(faultsOf(await saveDraft(world, person.personNumber, {}, { insuredId: other.insuredId }))).toBe(
    'NotFound NOT_FOUND: insuredId NOT_FOUND',
  )
})

test('a draft that is withdrawn is over', async () => {
  const draft = await saveDraft(world, person.personNumber, {})
  const withdrawn = await withdraw(world, person.personNumber, draft)
  expect(withdrawn).toMatchObject({ state: 'WITHDRAWN' })
  expect(faultsOf(await withdraw(world, person.personNumber, withdrawn))).toBe(
    'NotAllowed CLAIM_STATE: claimId CLAIM_STATE',
  )
})

test('twenty drafts are kept, and the same request opens one', async () => {
  const someone = await world.addPerson({ enrolments: [ENROLMENT] })
  const requestId = fresh('save')
  const save = () => world.as(someone.personNumber, SAVE_CLAIM, { requestId, input: {} })
  expect(await save()).toEqual(await save())
  for (let i = 1; i < 20; i += 1)
    expect(await saveDraft(world, someone.personNumber, {})).toMatchObject({ state: 'DRAFT' })
  expect(faultsOf(await saveDraft(world, someone.personNumber, {}))).toBe(
    'NotAllowed TOO_MANY_DRAFTS: input TOO_MANY_DRAFTS',
  )
})
