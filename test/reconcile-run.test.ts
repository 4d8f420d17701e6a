import { randomUUIDv7 } from 'node:crypto'
import type { Identity } from '@yibao/schema/identity'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ACKNOWLEDGE,
  add,
  CANCEL,
  finish,
  found,
  lineOf,
  scopeOn,
  start,
  type Ask,
  type Data,
} from './reconcile-asking.ts'
import { reconcileWorld } from './reconcile-world.ts'
import { auditor, hospital, HOSPITAL, OTHER_HOSPITAL, personOf, settle, staff } from './settle-world.ts'

// What becomes of a run of reconciliation, what is done about what it found, and who sees it. Each test has a day of its own.

const { world, person, ask, known, billToday, compare, nextDay, settled, reversed, reconciled } = await reconcileWorld()
let today: string
afterAll(() => world.close())
beforeEach(() => {
  today = nextDay()
})

const asks =
  (who: Identity): Ask =>
  (query, variables) =>
    world.ask<Data>(who, query, variables)

const say = async (input: object, who = hospital()): Promise<Data> =>
  (await asks(who)(ACKNOWLEDGE, { requestId: randomUUIDv7(), input })).acknowledgeDifference

describe('a run', () => {
  test('is the only one of its days and types until it is over; the same request answers the same run', async () => {
    const run = await start(ask, scopeOn(today), `only-${today}`)
    expect(await start(ask, scopeOn(today), `only-${today}`)).toMatchObject({ id: run.id })
    const second = await start(ask, scopeOn(today))
    expect(second).toMatchObject({ __typename: 'NotAllowed', code: 'RECONCILIATION_RUNS' })
    expect(second.message.zh).toContain(run.id)
    expect(await start(ask, scopeOn(today, { clearingType: '21' }))).toMatchObject({ state: 'OPEN' })
    const { cancelReconciliation } = await ask(CANCEL, { requestId: `cancel-${today}`, run: run.id })
    expect(cancelReconciliation).toMatchObject({ state: 'FAILED', failure: { code: 'CANCELLED' }, result: null })
    expect(await start(ask, scopeOn(today))).toMatchObject({ state: 'OPEN' })
  })

  test('takes no lines once it is closed, is not closed while announced lines are missing, and is given up after a day', async () => {
    const one = await settled()
    const run = await start(ask, { ...scopeOn(today), count: 2 })
    await add(ask, run.id, [lineOf(one)], `batch-${today}`)
    expect(await finish(ask, run.id)).toMatchObject({ code: 'LINES_MISSING' })
    const again = await add(ask, run.id, [lineOf(one)], `batch-${today}`)
    expect(again).toMatchObject({ accepted: 1, reconciliation: { lines: 1 } })
    await add(ask, run.id, [lineOf(one, { settlement: 'X' })])
    expect(await finish(ask, run.id)).toMatchObject({ state: 'COMPARING' })
    expect(await add(ask, run.id, [lineOf(one)])).toMatchObject({ code: 'RECONCILIATION_STATE' })
    await compare(1)
    expect(await found(ask, run.id)).toMatchObject({ state: 'DIFFERENT' })
    expect(await finish(ask, run.id)).toMatchObject({ code: 'RECONCILIATION_STATE' })
    const idle = await start(ask, scopeOn(today))
    world.time.now = world.time.now.add({ hours: 25 })
    await compare()
    expect(await found(ask, idle.id)).toMatchObject({ state: 'FAILED', failure: { code: 'ABANDONED' } })
  })

  test('leaves none of the lines behind when it is over', async () => {
    const one = await settled()
    await reconciled([lineOf(one), lineOf(one)])
    const { rows } = await world.admin.query(
      'select run_id from settlement.reconciliation_line union all select run_id from settlement.reconciliation_claim',
    )
    const { rows: open } = await world.admin.query<{ id: string }>(
      `select id from settlement.reconciliation where state in ('OPEN', 'READING')`,
    )
    expect(rows.filter(({ run_id: id }) => !open.some((run) => run.id === id))).toEqual([])
  })

  test('repeated after everything was mended is balanced, and closes every difference of the one before', async () => {
    const [missing, standing] = [await settled(), await settled()]
    const first = await reconciled([
      lineOf(standing),
      lineOf(standing, { refund: true, total: '-200.00', fundTotal: '0', account: '0', cash: null }),
    ])
    expect(first.differences.map((one: Data) => one.suggestedAction)).toEqual(['REVERSE', 'ANNUL'])
    const [toReverse, toAnnul] = first.differences
    const input = { run: first.id, place: toAnnul.place, note: '漏记，正在处理' }
    const noted = (await ask(ACKNOWLEDGE, { requestId: `note-${today}`, input })).acknowledgeDifference
    expect(noted).toMatchObject({ place: 2, note: { note: '漏记，正在处理' }, resolvedBy: null })
    const back = await reversed(standing)
    expect(toReverse.settlementNumber).toBe(standing.number)
    const annul = `mutation ($target: ID!) { annul(requestId: "annul-${today}", target: $target) { __typename
      ... on Annulment { settlement { reversedBy { id } } } } }`
    const { annul: annulled } = await ask(annul, { target: toAnnul.requestId })
    const taken = await known(annulled.settlement.reversedBy.id)
    const second = await reconciled([missing, taken, standing, back].map((one) => lineOf(one)))
    expect(second).toMatchObject({ state: 'BALANCED', matched: 4 })
    const { differences, supersededBy } = await found(ask, first.id)
    expect(supersededBy).toBe(second.id)
    expect(differences.map((one: Data) => one.resolvedBy)).toEqual([second.id, second.id])
    expect(differences[1].note).toEqual({ note: '漏记，正在处理' })
  })

  test('a note is for one’s own differences, in one’s own words, without identity numbers', async () => {
    const run = await reconciled([lineOf(await settled(), { settlement: 'X' })])
    const note = { run: run.id, place: 1, note: 'x' }
    expect(await say({ ...note, place: 99 })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say({ ...note, run: 'x' })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say(note, hospital(OTHER_HOSPITAL))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await say({ ...note, note: '本人 11010519491231002X' })).toMatchObject({
      problems: [{ path: 'input.note', code: 'IDENTITY_IN_TEXT' }],
    })
  })
})

describe('who may see a run', () => {
  const LIST = `query ($institution: String) { reconciliations(institution: $institution, first: 100) {
    ... on ReconciliationConnection { edges { node { id institution { code } } } } } }`
  const listed = async (who: Identity, institution: string | null = null): Promise<string[]> => {
    const { reconciliations } = await world.ask<Data>(who, LIST, { institution })
    return reconciliations.edges.map(({ node }: Data) => node.id)
  }
  test('the institution, the bureau that clears it and auditors; nobody else knows there is one', async () => {
    const run = await reconciled([lineOf(await settled(), { settlement: 'X' })])
    for (const who of [hospital(), staff(), auditor]) {
      expect(await found(asks(who), run.id)).toMatchObject({ id: run.id, differenceCount: 2 })
      expect(await listed(who)).toContain(run.id)
    }
    for (const who of [hospital(OTHER_HOSPITAL), staff('620100')]) {
      expect(await found(asks(who), run.id)).toMatchObject({ code: 'NOT_FOUND' })
      expect(await listed(who)).not.toContain(run.id)
    }
    expect(await listed(hospital(OTHER_HOSPITAL), HOSPITAL)).toEqual([])
    expect(await listed(auditor, OTHER_HOSPITAL)).toEqual([])
    await expect(found(asks(personOf(person.insuredId)), run.id)).rejects.toThrow('FORBIDDEN')
    const foreign = asks(hospital(OTHER_HOSPITAL))
    expect(await add(foreign, run.id, [lineOf(await settled())])).toMatchObject({ code: 'NOT_FOUND' })
    expect(await finish(foreign, run.id)).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('reading differences is reading about persons, and the log says so; only those shown are in it', async () => {
    const other = await world.addPerson(0)
    await settled()
    await settle(world, `other-${today}`, billToday(other))
    const run = await reconciled([])
    expect(run.differenceCount).toBe(2)
    await world.admin.query('delete from settlement.access_log')
    await found(asks(auditor), run.id, { first: 1 }).then(({ differences }) => expect(differences).toHaveLength(2))
    const { rows } = await world.admin.query<{ subject: string }>(
      `select distinct subject from settlement.access_log where operation = 'reconciliation' and role = 'auditor'`,
    )
    expect(rows.map(({ subject }) => subject).toSorted()).toEqual([person.insuredId, other.insuredId].toSorted())
    await world.admin.query('delete from settlement.access_log')
    await ask(`{ reconciliation(id: "${run.id}") { ... on Reconciliation { differenceCount causes { count } } } }`)
    const { rows: none } = await world.admin.query(
      `select from settlement.access_log where operation = 'reconciliation'`,
    )
    expect(none).toEqual([])
  })
})
