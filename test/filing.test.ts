import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity } from '@yibao/schema/identity'
import { COMMUNITY_CENTRE, COUNTY_HOSPITAL, filingWorld, type FilingWorld } from './filing-world.ts'
import { newPerson, personOf } from './insured-world.ts'

let world: FilingWorld
beforeAll(async () => {
  world = await filingWorld()
})
afterAll(() => world.close())

const FILING = `__typename ... on Filing { id type ground pool destination beginOn endOn state evidence homeUse rules effectiveFrom cancelledFrom replacedBy kind documents replaces extensions history { action reason by { zh } } referral { institution } insured { id } }
  ... on Rejection { code problems { path code } }`
const FILE = `mutation ($requestId: ID!, $input: FileTreatmentElsewhereInput!) { fileTreatmentElsewhere(requestId: $requestId, input: $input) { ${FILING} } }`
const CHANGE = `mutation ($requestId: ID!, $filingId: ID!, $input: FileTreatmentElsewhereInput!) { changeFiling(requestId: $requestId, filingId: $filingId, input: $input) { ${FILING} } }`
const EXTEND = `mutation ($requestId: ID!, $filingId: ID!, $endOn: Date!) { extendFiling(requestId: $requestId, filingId: $filingId, endOn: $endOn) { ${FILING} } }`
const CANCEL = `mutation ($requestId: ID!, $filingId: ID!) { cancelFiling(requestId: $requestId, filingId: $filingId) { ${FILING} } }`
const ONE = `query ($id: ID!) { filing(id: $id) { ${FILING} } }`

interface Answer {
  readonly __typename: string
  readonly id: string
  readonly code: string
  readonly state: string
  readonly problems: { path: string; code: string }[]
}
async function say(who: Identity | null, query: string, variables: object): Promise<Answer> {
  const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
  return Object.values(answer)[0]!
}
const file = (who: Identity, input: object, requestId = randomUUID()) => say(who, FILE, { input, requestId })

const LONG = { type: 'LONG_TERM', ground: 'RESIDENT_ELSEWHERE', destination: '310000', evidence: 'PROMISE' }
const OTHER = { type: 'OTHER_TEMPORARY', destination: '440300' }
const REFERRAL = {
  type: 'REFERRAL',
  destination: '610100',
  referral: { institution: COUNTY_HOSPITAL, number: '2026-7', issuedOn: '2026-11-20' },
}

/** Somebody who is insured in Jiayuguan. */
async function somebody(change: Parameters<typeof newPerson>[0] = {}) {
  const person = newPerson(change)
  await world.seed(person)
  return personOf(person.insuredId) as Extract<Identity, { kind: 'person' }>
}
const viewOf = async ({ insuredId }: { insuredId: string }) => {
  const { rows } = await world.db.orm.execute(sql`
    select filing_id, type, destination, begin_on::text, end_on::text, cancelled_from::text
    from cross_province.filing_v1 where insured_id = ${insuredId} order by filing_id`)
  return rows
}

async function at<T>(instant: string, work: () => Promise<T>): Promise<T> {
  const { now } = world.time
  world.time.now = Temporal.Instant.from(instant)
  return work().finally(() => (world.time.now = now))
}

describe('filing', () => {
  test('long-term, on a written promise, is in force at once and until changed', async () => {
    const me = await somebody()
    const filing = await file(me, LONG)
    expect(filing).toMatchObject({
      __typename: 'Filing',
      pool: '620200',
      destination: '31',
      state: 'EFFECTIVE',
      beginOn: '2026-11-22',
      endOn: null,
      effectiveFrom: '2026-11-22T02:00:00Z',
      rules: '620200@2023-11-17',
      homeUse: 'BOTH',
      insured: { id: me.insuredId },
    })
    expect(await viewOf(me)).toEqual([
      {
        filing_id: filing.id,
        type: 'LONG_TERM',
        destination: '31',
        begin_on: '2026-11-22',
        end_on: null,
        cancelled_from: null,
      },
    ])
  })

  test('a referral rests on the certificate of a hospital that may refer', async () => {
    const me = await somebody()
    const paper = { documents: [await world.paper(me.insuredId)] }
    expect(await file(me, { ...REFERRAL, ...paper })).toMatchObject({
      endOn: '2027-05-21',
      evidence: 'REFERRAL_CERTIFICATE',
      referral: { institution: COUNTY_HOSPITAL },
    })
    const by = (code: string) => ({ ...REFERRAL, ...paper, referral: { ...REFERRAL.referral, institution: code } })
    expect(await file(me, by(COMMUNITY_CENTRE))).toMatchObject({ code: 'REFERRER_LEVEL' })
    expect(await file(me, by('H11010000001'))).toMatchObject({ code: 'REFERRER_NOT_DESIGNATED' })
  })

  test('is by the rules of the pool the person is insured in', async () => {
    const enrolment = { pool: '440900', insuranceType: '390', personType: '1501', beginOn: '2026-01-01' }
    const me = await somebody({ enrolments: [enrolment] })
    expect(await file(me, { ...OTHER, destination: '620200' })).toMatchObject({
      pool: '440900',
      endOn: '2027-11-21',
      rules: '440900@2023-01-01',
    })
  })

  test('names every fault of the input at once and writes nothing', async () => {
    const me = await somebody()
    const input = {
      type: 'LONG_TERM',
      destination: '620000',
      beginOn: '2027-02-30',
      endOn: '2027-01-01',
      referral: REFERRAL.referral,
    }
    const { __typename, problems } = await file(me, input)
    expect(__typename).toBe('InvalidInput')
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'beginOn DATE_FORM',
      'endOn NOT_APPLICABLE',
      'ground MISSING',
      'destination DESTINATION_TOO_WIDE',
      'evidence MISSING',
      'referral NOT_APPLICABLE',
    ])
    expect(await viewOf(me)).toEqual([])
  })

  test('needs a basic insurance in force on the first day', async () => {
    const employee = { pool: '620200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }
    const past = await somebody({ enrolments: [{ ...employee, endOn: '2026-11-21' }] })
    const suspended = await somebody({ enrolments: [{ ...employee, status: '2' }] })
    for (const who of [past, suspended, personOf(randomUUID())]) {
      expect(await file(who, OTHER)).toMatchObject({ code: 'NOT_COVERED' })
    }
    const soon = await somebody({ enrolments: [{ ...employee, beginOn: '2026-12-01' }] })
    expect(await file(soon, { ...OTHER, beginOn: '2026-12-01' })).toMatchObject({ state: 'PENDING' })
  })

  test('at home is refused, and so is a ground for other people', async () => {
    const me = await somebody()
    expect(await file(me, { ...OTHER, destination: '620200' })).toMatchObject({ code: 'DESTINATION_IS_HOME' })
    expect(await file(me, { ...LONG, ground: 'RETIRED_ELSEWHERE' })).toMatchObject({ code: 'GROUND_NOT_OPEN' })
  })

  test('twice for overlapping periods is refused, naming the filing there', async () => {
    const me = await somebody()
    await file(me, OTHER)
    const again = await file(me, { ...OTHER, beginOn: '2026-12-01' })
    expect(again).toMatchObject({ code: 'FILING_OVERLAPS', problems: [{ path: 'destination' }] })
    expect(await viewOf(me)).toHaveLength(1)
  })

  test('of each of the six types is one command', async () => {
    const me = await somebody({
      enrolments: [{ pool: '110000', insuranceType: '310', personType: '1201', beginOn: '2020-01-01' }],
    })
    const documents = [await world.paper(me.insuredId)]
    const kinds: object[] = [
      { ...LONG, ground: 'RETIRED_ELSEWHERE', evidence: 'HOUSEHOLD_REGISTER', documents, destination: '620200' },
      { type: 'EMERGENCY', destination: '440100' },
      { ...OTHER },
    ]
    for (const input of kinds) expect(await file(me, input)).toMatchObject({ state: 'EFFECTIVE' })
    const worker = await somebody()
    expect(await file(worker, { ...LONG, ground: 'WORKING_ELSEWHERE' })).toMatchObject({ kind: 'WORKING_ELSEWHERE' })
    expect(await file(await somebody(), LONG)).toMatchObject({ kind: 'RESIDENT_ELSEWHERE' })
    expect(await viewOf(me)).toHaveLength(2)
  })

  test('rests on papers that are the person’s own and uploaded for it, which are then kept', async () => {
    const [me, other] = [await somebody(), await somebody()]
    const input = { ...LONG, evidence: 'RESIDENCE_CERTIFICATE' }
    const faults = async (documents: string[]) => (await file(me, { ...input, documents })).problems
    expect(await faults([])).toMatchObject([{ path: 'documents', code: 'MISSING' }])
    expect(await faults([await world.paper(other.insuredId)])).toMatchObject([
      { path: 'documents[0]', code: 'NOT_FOUND' },
    ])
    expect(await faults([await world.paper(me.insuredId, 'CLAIM')])).toMatchObject([{ path: 'documents[0]' }])
    const paper = await world.paper(me.insuredId)
    const filing = await file(me, { ...input, documents: [paper] })
    expect(filing).toMatchObject({ documents: [paper] })
    const { rows } = await world.db.orm.execute(
      sql`select used_by from insured.document_v1 where document_id = ${paper}`,
    )
    expect(rows).toEqual([{ used_by: `filing:${filing.id}` }])
  })

  test('that is changed is replaced, and both are kept with their history', async () => {
    const me = await somebody()
    const old = await file(me, OTHER)
    const input = { ...OTHER, beginOn: '2026-12-01' }
    const fresh = await say(me, CHANGE, { filingId: old.id, input })
    expect(fresh).toMatchObject({ replaces: old.id, history: [{ action: 'FILED' }, { action: 'CONFIRMED' }] })
    expect(await say(me, ONE, { id: old.id })).toMatchObject({
      history: [{ action: 'FILED' }, { action: 'CONFIRMED' }, { action: 'REPLACED' }],
      state: 'EFFECTIVE',
      cancelledFrom: '2026-12-01',
      replacedBy: fresh.id,
    })
    await at('2026-12-01T00:00:00+08:00', async () => {
      expect(await say(me, ONE, { id: old.id })).toMatchObject({ state: 'REPLACED' })
      expect(await say(me, ONE, { id: fresh.id })).toMatchObject({ state: 'EFFECTIVE' })
    })
  })

  test('that ends is extended from the day after, as often as the rules say', async () => {
    const me = await somebody()
    const first = await file(me, { ...OTHER, endOn: '2026-11-30' })
    const second = await say(me, EXTEND, { filingId: first.id, endOn: '2026-12-31' })
    expect(second).toMatchObject({ state: 'PENDING', beginOn: '2026-12-01', replaces: first.id, extensions: 1 })
    expect(await say(me, EXTEND, { filingId: first.id, endOn: '2026-12-31' })).toMatchObject({
      code: 'FILING_OVERLAPS',
    })
    const third = await say(me, EXTEND, { filingId: second.id, endOn: '2027-01-31' })
    expect(await say(me, EXTEND, { filingId: third.id, endOn: '2027-02-28' })).toMatchObject({
      code: 'TOO_MANY_EXTENSIONS',
    })
    expect(await viewOf(me)).toHaveLength(3)
  })

  test('is changed and extended also where the person is covered in two pools, without saying which again', async () => {
    const [first, second] = [
      { pool: '620200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' },
      { pool: '320500', insuranceType: '390', personType: '1501', beginOn: '2020-01-01' },
    ]
    const me = await somebody({ enrolments: [first, second] })
    const input = { ...OTHER, insuranceType: '390', endOn: '2026-11-30' }
    expect(await file(me, { ...input, insuranceType: null })).toMatchObject({ code: 'COVERAGE_AMBIGUOUS' })
    const { id: filingId } = await file(me, input)
    const later = await say(me, EXTEND, { filingId, endOn: '2026-12-31' })
    expect(later).toMatchObject({ pool: '320500', state: 'PENDING' })
    const moved = { ...OTHER, destination: '110000', beginOn: '2026-12-01' }
    expect(await say(me, CHANGE, { filingId: later.id, input: moved })).toMatchObject({ pool: '320500' })
  })

  test('cannot be changed into another type, nor when it is somebody else’s', async () => {
    const [me, other] = [await somebody(), await somebody()]
    const { id: filingId } = await file(me, OTHER)
    const input = { ...LONG, destination: OTHER.destination }
    expect((await say(me, CHANGE, { filingId, input })).problems).toMatchObject([{ path: 'input.type' }])
    expect(await say(other, CHANGE, { filingId, input: OTHER })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say(other, EXTEND, { filingId, endOn: '2027-05-21' })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('twice with one request is filed once, also at the same moment', async () => {
    const me = await somebody()
    const requestId = randomUUID()
    const answers = await Promise.all(Array.from({ length: 5 }, () => file(me, OTHER, requestId)))
    expect(new Set(answers.map((one) => one.id)).size).toBe(1)
    expect(await viewOf(me)).toHaveLength(1)
    expect(await file(me, LONG, requestId)).toMatchObject({ code: 'REQUEST_REUSED' })
  })

  test('six at once for one place are filed once; six places at once leave five', async () => {
    const me = await somebody()
    await Promise.all(Array.from({ length: 6 }, () => file(me, OTHER)))
    const { rows } = await world.db.orm.execute(sql`
      select from cross_province.filing where insured_id = ${me.insuredId} and cancelled_from is null`)
    expect(rows).toHaveLength(1)

    const other = await somebody()
    const places = ['110000', '120000', '500000', '440100', '440300', '330100']
    const answers = await Promise.all(places.map((destination) => file(other, { ...OTHER, destination })))
    expect(answers.map((one) => one.code ?? one.__typename).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'Filing'),
      'TOO_MANY_PLACES',
    ])
  })
})

describe('cancelling', () => {
  test('takes effect the next day and happens once', async () => {
    const me = await somebody()
    const { id: filingId } = await file(me, OTHER)
    expect(await say(me, CANCEL, { filingId })).toMatchObject({ state: 'EFFECTIVE', cancelledFrom: '2026-11-23' })
    expect(await say(me, CANCEL, { filingId })).toMatchObject({ code: 'FILING_CANCELLED' })
    await at('2026-11-23T00:00:00+08:00', async () => {
      expect(await say(me, ONE, { id: filingId })).toMatchObject({ state: 'CANCELLED' })
      expect(await file(me, OTHER)).toMatchObject({ state: 'EFFECTIVE' })
    })
  })

  test('a long-term filing waits as long as the home pool says', async () => {
    const me = await somebody()
    const { id: filingId } = await file(me, LONG)
    expect(await say(me, CANCEL, { filingId })).toMatchObject({ code: 'CHANGE_TOO_EARLY' })
    await at('2027-05-22T09:00:00+08:00', async () => {
      expect(await say(me, CANCEL, { filingId })).toMatchObject({ cancelledFrom: '2027-05-23' })
    })
  })
})
