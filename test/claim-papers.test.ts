import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  faultsOf,
  fresh,
  outpatientClaim,
  outpatientPapers,
  saveDraft,
  show,
  submit,
  uploadPaper,
  withdraw,
} from './claim-asking.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

const POOL = '629900'
const ENROLMENT = { pool: POOL, insuranceType: '310', personType: '1103', beginOn: '2020-01-01' } as const
const CHECKLIST = `query ($id: ID!) { claim(id: $id) { ... on Claim { checklist { kind need isGiven } } } }`

let world: World
let person: WorldPerson
let other: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({ enrolments: [ENROLMENT] })
  other = await world.addPerson({ enrolments: [ENROLMENT] })
}, 60_000)
afterAll(() => world.close())

const draftOf = async (of: WorldPerson, papers: readonly object[], change = {}): Promise<Data> =>
  saveDraft(world, of.personNumber, outpatientClaim({ papers, change }))
const paper = async (kind: string, of = person, more = {}) => ({
  kind,
  document: await uploadPaper(world, of, { pool: POOL, ...more }),
})

test('papers that are missing are named before submitting and by submitting, all at once', async () => {
  const draft = await draftOf(person, [await paper('INVOICE')], { emergency: true })
  const { claim } = await world.as(person.personNumber, CHECKLIST, { id: draft.id })
  const missing = claim.checklist.filter(({ isGiven }: Data) => !isGiven).map(({ kind }: Data) => kind)
  expect(missing.toSorted()).toEqual(['BANK_ACCOUNT', 'EMERGENCY_CERTIFICATE', 'ITEMISED_LIST', 'PRESCRIPTION'])
  expect(faultsOf(await submit(world, person.personNumber, draft))).toBe(
    'NotAllowed PAPERS_MISSING: papers ITEMISED_LIST, papers PRESCRIPTION, papers EMERGENCY_CERTIFICATE',
  )
  expect(await show(world, person.personNumber, draft.id)).toMatchObject({ state: 'DRAFT' })
})

test('a promise stands for a paper where the rules let it, and nowhere else', async () => {
  const given = await outpatientPapers(world, person, POOL)
  const injury = { careType: '19', trauma: true }
  const promised = [...given, await paper('DIAGNOSIS'), { kind: 'ACCIDENT', promise: true }]
  expect(await submit(world, person.personNumber, await draftOf(person, promised, injury))).toMatchObject({
    state: 'SUBMITTED',
    kind: 'TRAUMA',
  })
  const instead = [{ kind: 'INVOICE', promise: true }, await paper('ITEMISED_LIST'), await paper('PRESCRIPTION')]
  expect(faultsOf(await submit(world, person.personNumber, await draftOf(person, instead)))).toBe(
    'NotAllowed PAPERS_MISSING: papers INVOICE',
  )
})

test('the same picture twice is refused: in one claim, in another of the person, in that of somebody else', async () => {
  const text = fresh('picture')
  const twice = [
    await paper('INVOICE', person, { text }),
    await paper('ITEMISED_LIST', person, { text }),
    await paper('PRESCRIPTION'),
  ]
  expect(faultsOf(await submit(world, person.personNumber, await draftOf(person, twice)))).toBe(
    'InvalidInput INVALID_INPUT: papers[1].document DOCUMENT_TWICE',
  )
  const whole = async (of: WorldPerson) => [
    await paper('INVOICE', of, { text }),
    await paper('ITEMISED_LIST', of),
    await paper('PRESCRIPTION', of),
  ]
  const first = await submit(world, person.personNumber, await draftOf(person, await whole(person)))
  expect(first).toMatchObject({ state: 'SUBMITTED' })
  for (const of of [person, other]) {
    expect(faultsOf(await submit(world, of.personNumber, await draftOf(of, await whole(of))))).toBe(
      'InvalidInput INVALID_INPUT: papers[0].document DOCUMENT_TWICE',
    )
  }
  await withdraw(world, person.personNumber, first)
  expect(await submit(world, other.personNumber, await draftOf(other, await whole(other)))).toMatchObject({
    state: 'SUBMITTED',
  })
})

test('one document is one paper', async () => {
  const one = await paper('INVOICE')
  const papers = [one, { ...one, kind: 'ITEMISED_LIST' }, await paper('PRESCRIPTION')]
  expect(faultsOf(await submit(world, person.personNumber, await draftOf(person, papers)))).toBe(
    'InvalidInput INVALID_INPUT: papers[1].document DOCUMENT_TWICE',
  )
})

test('papers of somebody else, out of the sight of the pool, or of nobody are not taken', async () => {
  const papers = [
    await paper('INVOICE', other),
    await paper('ITEMISED_LIST', person, { pool: '620100' }),
    { kind: 'PRESCRIPTION', document: '01890000-0000-7000-8000-0000000fffff' },
  ]
  expect(faultsOf(await submit(world, person.personNumber, await draftOf(person, papers)))).toBe(
    'InvalidInput INVALID_INPUT: papers[0].document NOT_FOUND, papers[1].document OTHER_POOL, papers[2].document NOT_FOUND',
  )
})

test('a paper of a claim is withdrawn by nobody', async () => {
  const papers = await outpatientPapers(world, person, POOL)
  await submit(world, person.personNumber, await draftOf(person, papers))
  const [{ document }] = papers as [Data]
  const { withdrawDocument } = await world.as(
    person.personNumber,
    `mutation ($r: ID!, $id: ID!) { withdrawDocument(requestId: $r, id: $id) { __typename ... on Rejection { code } } }`,
    { r: fresh('withdraw'), id: document },
  )
  expect(withdrawDocument.__typename).toBe('NotAllowed')
})
