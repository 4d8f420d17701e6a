import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity } from '@yibao/schema/identity'
import { WAYS } from './both-ways.ts'
import { filingWorld, type FilingWorld } from './filing-world.ts'
import { auditor, institution, newPerson, personOf, staff } from './insured-world.ts'

const FILE = `mutation ($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) { __typename ... on Filing { id } ... on Rejection { code } } }`
const CANCEL = `mutation ($requestId: ID!, $filingId: ID!) {
  cancelFiling(requestId: $requestId, filingId: $filingId) { __typename ... on Rejection { code } } }`
const ONE = `query ($id: ID!) { filing(id: $id) { __typename ... on Filing { id } ... on Rejection { code } } }`
const OTHER = { type: 'OTHER_TEMPORARY', destination: '440300' }

interface Answer {
  readonly __typename: string
  readonly id: string
  readonly code: string
}

describe.each(WAYS)('%s', (way) => {
  let world: FilingWorld
  beforeAll(async () => {
    world = await filingWorld(way)
  })
  afterAll(() => world.close())

  async function say(who: Identity | null, query: string, variables: object): Promise<Answer> {
    const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
    return Object.values(answer)[0]!
  }
  const file = (who: Identity, input: object) => say(who, FILE, { input })
  async function somebody(change: Parameters<typeof newPerson>[0] = {}) {
    const person = newPerson(change)
    await world.seed(person)
    return personOf(person.insuredId) as Extract<Identity, { kind: 'person' }>
  }

  test('filing is for the person only', async () => {
    for (const who of [staff(), institution(), auditor, personOf(randomUUID(), [])]) {
      await expect(file(who, OTHER)).rejects.toThrow('FORBIDDEN')
    }
    await expect(say(null, FILE, { input: OTHER })).rejects.toThrow('UNAUTHENTICATED')
  })

  test('cancelling the filing of somebody else, or none, is not found', async () => {
    const { id: filingId } = await file(await somebody(), OTHER)
    const other = await somebody()
    for (const id of [filingId, randomUUID(), 'x']) {
      expect(await say(other, CANCEL, { filingId: id })).toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  describe('reading', () => {
    const LIST = `query ($first: Int, $after: String) { filings(first: $first, after: $after) {
    ... on FilingConnection { edges { node { id } } pageInfo { hasNextPage endCursor } } ... on Rejection { code problems { path } } } }`
    interface List {
      readonly filings: {
        readonly edges: { node: { id: string } }[]
        readonly pageInfo: { hasNextPage: boolean; endCursor: string }
      }
    }
    const list = async (who: Identity, variables = {}) => (await world.ask<List>(who, LIST, variables)).filings

    test('a person sees their own, staff those of their pool, an auditor all, by id and in lists alike', async () => {
      const me = await somebody()
      const { id } = await file(me, OTHER)
      const far = await somebody({
        enrolments: [{ pool: '320500', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
      })
      const other = await file(far, OTHER)
      expect((await list(me)).edges).toEqual([{ node: { id } }])
      expect((await list(staff('320500'))).edges).toEqual([{ node: { id: other.id } }])
      expect((await list(auditor, { first: 100 })).edges.map((edge) => edge.node.id)).toEqual(
        expect.arrayContaining([id, other.id]),
      )
      expect(await say(staff('620200'), ONE, { id })).toMatchObject({ id })
      expect(await say(staff('620200'), ONE, { id: other.id })).toMatchObject({ code: 'NOT_FOUND' })
      expect(await say(far, ONE, { id })).toMatchObject({ code: 'NOT_FOUND' })
      await expect(list(institution())).rejects.toThrow('FORBIDDEN')
    })

    test('in pages, latest first, with cursors of this list only', async () => {
      const me = await somebody()
      const ids: string[] = []
      for (const destination of ['110000', '120000', '500000']) ids.push((await file(me, { ...OTHER, destination })).id)
      const first = await list(me, { first: 2 })
      expect(first.edges.map((edge) => edge.node.id)).toEqual(ids.toReversed().slice(0, 2))
      expect(first.pageInfo.hasNextPage).toBe(true)
      const next = await list(me, { first: 2, after: first.pageInfo.endCursor })
      expect(next.edges.map((edge) => edge.node.id)).toEqual([ids[0]])
      expect(next.pageInfo.hasNextPage).toBe(false)
      expect(await list(me, { first: 0, after: 'x' })).toMatchObject({
        problems: [{ path: 'first' }, { path: 'after' }],
      })
    })

    test('adds the filings to a person, and costs one query for many persons', async () => {
      const [me, you] = [await somebody(), await somebody()]
      const { id } = await file(me, OTHER)
      const query =
        'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Insured { id filings { id } } } }'
      const all = [me, you].map((one) => ({ __typename: 'Insured', id: one.insuredId }))
      expect(await world.ask(staff('620200'), query, { all })).toEqual({
        _entities: [
          { id: me.insuredId, filings: [{ id }] },
          { id: you.insuredId, filings: [] },
        ],
      })
      expect(await world.ask(you, query, { all })).toMatchObject({ _entities: [{ filings: [] }, { filings: [] }] })
    })

    test('is written down for the person', async () => {
      const me = await somebody()
      const { id } = await file(me, OTHER)
      await say(staff('620200'), ONE, { id })
      await say(staff('320500'), ONE, { id })
      const seen = await world.db.readAs(me, async (tx) => {
        const { rows } = await tx.execute(
          sql`select role, actor, operation, trace_id from cross_province.access_log order by id`,
        )
        return rows
      })
      expect(seen).toEqual([
        { role: 'person', actor: `person:${me.insuredId}`, operation: 'filing', trace_id: 'trace-1' },
        { role: 'staff', actor: 'staff:620200:clerk-620200', operation: 'filing', trace_id: 'trace-1' },
      ])
    })
  })
})
