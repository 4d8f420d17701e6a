import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInsured } from '@yibao/insured/schema'
import { seedPersons } from '@yibao/insured/seed'
import {
  auditor,
  HOSPITAL,
  institution,
  insuredWorld,
  newPerson,
  personOf,
  staff,
  type InsuredWorld,
} from './insured-world.ts'

let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

const byId = (id: string) => `{ insured(id: "${id}") { __typename } }`
const SHOW = `query ($credential: CredentialInput!) { insuredByCredential(credential: $credential) { __typename } }`

describe('the access log', () => {
  const LOG = `query ($first: Int, $after: String) { me { accessLog(first: $first, after: $after) {
    ... on AccessLogConnection { edges { cursor node { role organisation operation purpose at } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } } } } }`
  interface Log {
    readonly me: {
      readonly accessLog: {
        readonly edges: {
          node: { role: string; organisation: string | null; operation: string; purpose: string | null }
        }[]
        readonly pageInfo: { hasNextPage: boolean; endCursor: string }
      }
    }
  }
  const li = newPerson()
  const me = personOf(li.insuredId)

  beforeAll(async () => {
    await seedPersons(world.db, world.secrets, [li])
    await world.ask(staff('620200'), byId(li.insuredId))
    await world.ask(staff('620100'), byId(li.insuredId))
    const value = li.identityNumber
    await world.ask(institution(), SHOW, { credential: { kind: 'IDENTITY_CARD', value } })
    await world.ask(
      staff('620200', ['insured:pii']),
      `{ insured(id: "${li.insuredId}") { ... on Insured { identityNumber(purpose: COMPLAINT) } } }`,
    )
  })

  test('tells a person who read what and why, latest first, and not who saw nothing', async () => {
    const { accessLog } = (await world.ask<Log>(me, LOG)).me
    const seen = accessLog.edges.map(({ node }) => [node.role, node.organisation, node.operation, node.purpose])
    expect(seen[0]?.[0]).toBe('staff')
    expect(seen.at(-1)).toEqual(['staff', '620200', 'insured', null])
    expect(new Set(seen.map(String))).toEqual(
      new Set(
        [
          ['staff', '620200', 'insured', null],
          ['institution', HOSPITAL, 'insured', null],
          ['institution', HOSPITAL, 'insuredByCredential', null],
          ['staff', '620200', 'insured', null],
          ['staff', '620200', 'identityNumber', 'COMPLAINT'],
        ].map(String),
      ),
    )
    expect(seen).toHaveLength(5)
  })

  test('is read in pages, and reading it is logged too', async () => {
    const first = (await world.ask<Log>(me, LOG, { first: 2 })).me.accessLog
    expect(first.edges.map((edge) => edge.node.operation)).toContain('accessLog')
    const next = (await world.ask<Log>(me, LOG, { first: 100, after: first.pageInfo.endCursor })).me.accessLog
    expect(next.edges).toHaveLength(5)
    expect(next.pageInfo.hasNextPage).toBe(false)
    const bad = await world.ask<{ me: { accessLog: unknown } }>(me, LOG, { first: 101, after: 'x' })
    expect(bad.me.accessLog).toMatchObject({ code: 'INVALID_INPUT', problems: [{ path: 'first' }, { path: 'after' }] })
  })

  test('is not for institutions and staff', async () => {
    const query = `{ insured(id: "${li.insuredId}") { ... on Insured { accessLog { __typename } } } }`
    await expect(world.ask(staff('620200'), query)).rejects.toThrow('FORBIDDEN')
    await expect(world.ask(institution(), query)).rejects.toThrow('FORBIDDEN')
    expect(await world.ask(auditor, query)).toEqual({ insured: { accessLog: { __typename: 'AccessLogConnection' } } })
  })

  test('is written before the answer leaves: when it cannot be written there is no answer', async () => {
    const { secrets, db } = world
    const accessLog = { record: () => Promise.reject(new Error('disk full')) }
    const subgraph = await createInsured({ db, secrets, clock: () => world.time.now, accessLog })
    const answer = await subgraph.execute({
      query: byId(li.insuredId),
      variables: {},
      identity: auditor,
      traceId: 't',
    })
    expect(answer.data ?? null).toBeNull()
    expect(answer.errors?.[0]?.extensions['code']).toBe('INTERNAL_SERVER_ERROR')
  })
})
