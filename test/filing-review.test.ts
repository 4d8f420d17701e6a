import { followOverdue } from '@yibao/cross-province/commands/overdue'
import { loadRules } from '@yibao/cross-province/store/rules'
import { takeNotices } from '@yibao/insured/commands/message'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdf, upload } from './document-world.ts'
import { unused } from './story-steps.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { APPROVE_FILING, CANCEL_FILING, CERTIFY_FILING, FILE, FILING_QUEUE, REFUSE_FILING } from './world-queries.ts'
import { NOW, openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Filings of the pool for trying things out, 629900, whose staff look at work elsewhere, and whose retired persons the
// agency of the other place, here 620100, certifies first.

const [HOME, AWAY, AUDITOR] = ['clerk-629900', 'clerk-620100', 'auditor']
const LANZHOU = 'H62010000001'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const someone = (personType: string): Promise<WorldPerson> =>
  world.addPerson({
    birthDate: '1960-01-02',
    enrolments: [{ pool: '629900', insuranceType: '310', personType, beginOn: '2020-01-01' }],
  })

const WORKING = { type: 'LONG_TERM', ground: 'WORKING_ELSEWHERE', destination: '620100', evidence: 'PROMISE' }
const RETIRED = { ...WORKING, ground: 'RETIRED_ELSEWHERE' }

async function ask(who: string, query: string, variables: object): Promise<Data> {
  return Object.values(await world.as(who, query, { requestId: unused('filing'), ...variables }))[0]
}
const file = ({ personNumber }: WorldPerson, input: object): Promise<Data> => ask(personNumber, FILE, { input })

const FILING = `query ($id: ID!) { filing(id: $id) { ... on Filing { state dueOn effectiveFrom escalatedAt certifier
  cardRequestedAt history { action reason by { zh } } } } }`
const look = (who: string, id: string): Promise<Data> => ask(who, FILING, { id })
const actions = ({ history }: Data) => history.map(({ action }: Data) => action)
const queue = async (who: string, filter: object = {}): Promise<string[]> =>
  (await ask(who, FILING_QUEUE, { first: 100, ...filter })).edges.map(({ node }: Data) => node.id)

async function told({ personNumber }: WorldPerson): Promise<string[]> {
  const { keys: secrets, platform, time } = world
  await takeNotices({ db: platform.databases.insured, secrets, clock: () => time.now, carriers: {} }, undefined)
  const query = '{ messages(first: 100) { ... on MessageConnection { edges { node { template } } } } }'
  const { messages } = await world.as(personNumber, query)
  return messages.edges.map(({ node }: Data) => node.template).toReversed()
}

const overdue = () =>
  followOverdue({ db: world.platform.databases.crossProvince, rules: loadRules(), clock: () => world.time.now })

async function on<T>(day: string, work: () => Promise<T>): Promise<T> {
  world.time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`)
  return work().finally(() => (world.time.now = Temporal.Instant.from(NOW)))
}

const settleAway = ({ cardNumber: card }: WorldPerson, change: object = {}, at = LANZHOU): Promise<Data> =>
  ask(at, SETTLE, {
    input: bill({
      card,
      careType: '21',
      begin: '2026-11-21T09:00:00+08:00',
      end: '2026-11-22T09:00:00+08:00',
      lines: [{ code: CLASS_A, price: 100, quantity: 100, time: '2026-11-21T10:00:00+08:00' }],
      ...change,
    }),
  })

describe('a filing the home pool reviews', () => {
  test('counts once staff of that pool approve it, and not before', async () => {
    const [early, me] = [await someone('1101'), await someone('1101')]
    expect(await file(early, WORKING)).toMatchObject({ state: 'UNDER_REVIEW', dueOn: '2026-11-24', certifier: null })
    // As if not filed: 20 points less.
    expect(await settleAway(early)).toMatchObject({ fundTotal: '6545.00' })

    const { id: filingId } = await file(me, WORKING)
    expect(await ask(AWAY, APPROVE_FILING, { filingId })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await ask(HOME, APPROVE_FILING, { filingId })).toMatchObject({ state: 'EFFECTIVE' })
    expect(await ask(HOME, APPROVE_FILING, { filingId })).toMatchObject({ code: 'FILING_STAGE' })
    expect(await settleAway(me)).toMatchObject({ fundTotal: '8415.00' })
    expect(await told(me)).toEqual(['filing.filed', 'filing.confirmed'])
    expect((await look(me.personNumber, filingId)).history).toEqual([
      { action: 'FILED', reason: null, by: { zh: '本人' } },
      { action: 'CONFIRMED', reason: null, by: { zh: '统筹区 629900 经办机构' } },
    ])
  })

  test('is refused with a reason the person reads, and may be filed again', async () => {
    const me = await someone('1101')
    const { id: filingId } = await file(me, WORKING)
    expect(await ask(HOME, REFUSE_FILING, { filingId, reason: ' ' })).toMatchObject({
      problems: [{ path: 'reason', code: 'LENGTH' }],
    })
    expect(await ask(HOME, REFUSE_FILING, { filingId, reason: '工作单位信息不符' })).toMatchObject({ state: 'REFUSED' })
    expect((await look(me.personNumber, filingId)).history[1]).toMatchObject({
      action: 'REFUSED',
      reason: '工作单位信息不符',
    })
    expect(await told(me)).toEqual(['filing.filed', 'filing.refused'])
    expect(await file(me, WORKING)).toMatchObject({ state: 'UNDER_REVIEW' })
  })

  test('cannot be filed twice, and can be withdrawn before it is decided', async () => {
    const me = await someone('1101')
    const { id: filingId } = await file(me, WORKING)
    expect(await file(me, WORKING)).toMatchObject({ code: 'FILING_OVERLAPS', problems: [{ path: 'destination' }] })
    expect(await ask(me.personNumber, CANCEL_FILING, { filingId })).toMatchObject({ state: 'WITHDRAWN' })
    expect(await ask(HOME, APPROVE_FILING, { filingId })).toMatchObject({ code: 'FILING_STAGE' })
    expect(await file(me, WORKING)).toMatchObject({ state: 'UNDER_REVIEW' })
  })

  test('stands in the queue of its pool, the most urgent first, in pages', async () => {
    const me = await someone('1101')
    const { id: later } = await on('2026-11-25', () => file(me, WORKING))
    const { id: sooner } = await on('2026-11-23', async () => file(await someone('1101'), WORKING))
    const mine = await queue(HOME, { stage: 'UNDER_REVIEW' })
    expect(mine.indexOf(sooner)).toBeLessThan(mine.indexOf(later))
    expect(await queue(AWAY)).not.toContain(later)
    const paged: string[] = []
    for (let after: string | null = null; ;) {
      const page: Data = await ask(HOME, FILING_QUEUE, { first: 2, after, stage: 'UNDER_REVIEW' })
      paged.push(...page.edges.map(({ node }: Data) => node.id))
      after = page.pageInfo.endCursor
      if (!page.pageInfo.hasNextPage) break
    }
    expect(paged).toEqual(mine)
    expect(await ask(HOME, FILING_QUEUE, { after: 'x' })).toMatchObject({ problems: [{ path: 'after' }] })
  })

  test('is approved by rule when it is overdue, where the pool says so', async () => {
    const me = await someone('1101')
    const { id } = await file(me, WORKING)
    await on('2026-11-24', overdue)
    expect(await look(me.personNumber, id)).toMatchObject({ state: 'UNDER_REVIEW' })
    await on('2026-11-25', overdue)
    await on('2026-11-25', async () => {
      expect(await look(me.personNumber, id)).toMatchObject({ state: 'EFFECTIVE', dueOn: null })
    })
    expect((await look(me.personNumber, id)).history[1].by).toEqual({ zh: '系统按规则' })
    expect(await told(me)).toContain('filing.confirmed')
  })
})

describe('a filing the agency of the other place certifies', () => {
  test('goes to that agency, then to home, then a networked card is asked for', async () => {
    const me = await someone('1201')
    const filing = await file(me, RETIRED)
    expect(filing).toMatchObject({ state: 'AWAITING_CERTIFICATION', dueOn: '2026-11-27', certifier: '620100' })
    const filingId = filing.id
    expect(await queue(AWAY, { stage: 'AWAITING_CERTIFICATION' })).toContain(filingId)
    expect(await ask(HOME, APPROVE_FILING, { filingId })).toMatchObject({ code: 'FILING_STAGE' })
    expect(await ask(HOME, CERTIFY_FILING, { filingId, certified: true })).toMatchObject({ code: 'NOT_FOUND' })

    expect(await ask(AWAY, CERTIFY_FILING, { filingId, certified: true })).toMatchObject({ state: 'UNDER_REVIEW' })
    expect(await ask(AWAY, APPROVE_FILING, { filingId })).toMatchObject({ code: 'NOT_FOUND' })
    const approved = await ask(HOME, APPROVE_FILING, { filingId })
    expect(approved).toMatchObject({ state: 'EFFECTIVE', cardRequestedAt: expect.any(String) })
    expect(actions(await look(AUDITOR, filingId))).toEqual(['FILED', 'CERTIFIED', 'CONFIRMED', 'CARD_REQUESTED'])
    expect(await told(me)).toEqual(['filing.filed', 'filing.certified', 'filing.confirmed', 'filing.card-requested'])
  })

  test('is refused when that agency does not certify, which it has to give a reason for', async () => {
    const { id: filingId } = await file(await someone('1201'), RETIRED)
    expect(await ask(AWAY, CERTIFY_FILING, { filingId, certified: false })).toMatchObject({
      problems: [{ path: 'reason' }],
    })
    const no = { filingId, certified: false, reason: '未在本地居住' }
    expect(await ask(AWAY, CERTIFY_FILING, no)).toMatchObject({ state: 'REFUSED' })
  })

  test('is brought up when nobody certifies in time, and home may then decide without', async () => {
    const me = await someone('1201')
    const { id: filingId } = await file(me, RETIRED)
    await on('2026-11-28', overdue)
    expect(await queue(HOME, { escalated: true })).toContain(filingId)
    expect(await queue(HOME, { escalated: false })).not.toContain(filingId)
    expect(actions(await look(me.personNumber, filingId))).toEqual(['FILED', 'ESCALATED'])
    await on('2026-11-28', overdue)
    expect(actions(await look(me.personNumber, filingId))).toHaveLength(2)
    expect(await ask(HOME, APPROVE_FILING, { filingId })).toMatchObject({ state: 'EFFECTIVE' })
  })
})

const paper = (who: WorldPerson) =>
  upload(world, who.personNumber, pdf(who.personNumber), { purpose: 'FILING', pool: '629900' })

test('a paper is the person’s own document, and is kept once a filing rests on it', async () => {
  const [me, other] = [await someone('1101'), await someone('1101')]
  const rest = { ...WORKING, ground: 'RESIDENT_ELSEWHERE', evidence: 'RESIDENCE_CERTIFICATE' }
  const theirs = { ...rest, documents: [(await paper(other)).id] }
  expect(await file(me, theirs)).toMatchObject({ problems: [{ path: 'documents[0]', code: 'NOT_FOUND' }] })
  const { id } = await paper(me)
  expect(await file(me, { ...rest, documents: [id] })).toMatchObject({ state: 'EFFECTIVE' })
  const withdraw =
    'mutation ($requestId: ID!, $id: ID!) { withdrawDocument(requestId: $requestId, id: $id) { __typename } }'
  expect(await ask(me.personNumber, withdraw, { id })).toMatchObject({ __typename: 'NotAllowed' })
})

test('a filing is not cancelled while the person is in hospital there', async () => {
  const me = await someone('1101')
  const { id: filingId } = await file(me, { type: 'OTHER_TEMPORARY', destination: '620100' })
  const open =
    'mutation ($requestId: ID!, $input: OpenVisitInput!) { openVisit(requestId: $requestId, input: $input) { __typename } }'
  const visit = unused('stay')
  const input = {
    visit,
    credential: { kind: 'SOCIAL_SECURITY_CARD', value: me.cardNumber },
    operator: { code: 'OP1', terminal: 'COUNTER' },
    careType: '21',
    begin: '2026-11-22T09:00:00+08:00',
    diagnoses: [{ code: 'J18.900', name: '肺炎' }],
  }
  expect(await ask(LANZHOU, open, { input })).toMatchObject({ __typename: 'Visit' })
  expect(await ask(me.personNumber, CANCEL_FILING, { filingId })).toMatchObject({ code: 'STAY_OPEN' })
  const cancelVisit =
    'mutation ($requestId: ID!, $visit: String!) { cancelVisit(requestId: $requestId, visit: $visit) { __typename } }'
  expect(await ask(LANZHOU, cancelVisit, { visit })).toMatchObject({ __typename: 'Visit' })
  expect(await ask(me.personNumber, CANCEL_FILING, { filingId })).toMatchObject({ __typename: 'Filing' })
})

test('where the rules bar care at home while filed, nothing is settled there until the filing has ended', async () => {
  const me = await someone('1101')
  const { id: filingId } = await file(me, { type: 'OTHER_TEMPORARY', destination: '620100' })
  await world.admin.query(`update cross_province.filing set home_use = 'NOT_WHILE_FILED' where filing_id = $1`, [
    filingId,
  ])
  const atHome = (change: object = {}) => settleAway(me, { careType: '11', ...change }, 'H62990000001')
  const today = {
    begin: '2026-11-22T09:00:00+08:00',
    lines: [{ code: CLASS_A, price: 100, time: '2026-11-22T09:00:00+08:00' }],
  }
  expect(await atHome(today)).toMatchObject({ code: 'LOCAL_USE_WHILE_FILED' })
  await ask(me.personNumber, CANCEL_FILING, { filingId })
  expect(await atHome(today)).toMatchObject({ code: 'LOCAL_USE_WHILE_FILED' })
  const tomorrow = {
    begin: '2026-11-23T09:00:00+08:00',
    end: '2026-11-23T09:30:00+08:00',
    lines: [{ code: CLASS_A, price: 100, time: '2026-11-23T09:10:00+08:00' }],
  }
  await on('2026-11-23', async () => expect(await atHome(tomorrow)).toMatchObject({ __typename: 'Settlement' }))
})
