import { QueryPlanner } from '@graphql-hive/router-query-planner'
import { apiSchema } from '@yibao/gateway/supergraph'
import { identityOf } from '@yibao/schema/claims'
import type { Identity } from '@yibao/schema/identity'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WAYS } from './both-ways.ts'
import { mutationProbes, probes, queryProbes, type Probe } from './rights-walk.ts'
import { ENTITIES, ROLES, TABLE, type Role } from './rights-table.ts'
import { openBothWays, SUPERGRAPH, type BothWays } from './rights-world.ts'
import { send } from './world.ts'

// Every type and field of the graph, asked for by everybody: let in exactly where the directives of the schema say so,
// by the gateway and by each subgraph behind it.

let world: BothWays
beforeAll(async () => {
  world = await openBothWays()
})
afterAll(() => world.close())

const tokenOf = async (role: Role) => (ROLES[role] === null ? null : world.token(ROLES[role]))

async function identityAs(role: Role): Promise<Identity | null> {
  const token = await tokenOf(role)
  if (token === null) return null
  const claims = decodeJwt(token)
  return identityOf({
    kind: claims['yibao_kind'],
    subject: claims.sub,
    scopes: claims['scope'],
    institution: claims['yibao_institution'],
    pool: claims['yibao_pool'],
    insuredId: claims['yibao_insured'],
    employer: claims['yibao_employer'],
    channel: claims['yibao_channel'],
    key: claims['yibao_key'],
  })
}

const heldBy = (identity: Identity | null): ReadonlySet<string> =>
  new Set(identity === null ? [] : [`role:${identity.kind}`, ...identity.scopes])

const GRAPH = { schema: apiSchema(new QueryPlanner(SUPERGRAPH)), sdl: SUPERGRAPH }
const DENIED = ['FORBIDDEN', 'UNAUTHENTICATED']

type Asked = (document: string) => Promise<{ readonly errors?: readonly { extensions: object }[] | undefined }>

/** Each probe that is not answered as its rule says, with what was answered. */
async function strays(list: readonly Probe[], ask: Asked): Promise<string[]> {
  const wrong: string[] = []
  for (const { type, document, isAllowed } of list) {
    const { errors = [] } = await ask(document)
    const codes = errors.map(({ extensions }) => String(Reflect.get(extensions, 'code')))
    const isDenied = codes.some((code) => DENIED.includes(code))
    const isBroken = codes.some((code) => !DENIED.includes(code))
    if (isDenied === isAllowed || isBroken)
      wrong.push(`${isAllowed ? 'may' : 'may not'} ${type}: ${codes.join()} ${document}`)
  }
  return wrong
}

// The first to ask compiles a plan of every field, beside whatever else the machine does.
describe.each(WAYS)('with the subgraphs %s', { timeout: 120_000 }, (way) => {
  describe.each(Object.keys(ROLES) as Role[])('%s', (role) => {
    test('gets from the gateway every type and field that the supergraph allows, and no other', async () => {
      const token = await tokenOf(role)
      const held = heldBy(await identityAs(role))
      const list = [...probes(GRAPH, held), ...mutationProbes(GRAPH, held)]
      expect(list.length).toBeGreaterThan(80)
      expect(await strays(list, (document) => send(world.addressOf(way), token, document))).toEqual([])
    })

    test('gets from each subgraph, asked without the gateway, what that one allows, and no other', async () => {
      const identity = await identityAs(role)
      const held = heldBy(identity)
      const wrong = await Promise.all(
        world.platform.subgraphs.map(async ({ name, schema, sdl }, i) => {
          const transport = world.transportsOf(way)[i]
          const list = [...probes({ schema, sdl, entities: ENTITIES }, held), ...mutationProbes({ schema, sdl }, held)]
          const ask: Asked = async (query) =>
            (await transport?.execute({ query, variables: {}, identity, traceId: 'rights-walk' })) as Awaited<
              ReturnType<Asked>
            >
          return (await strays(list, ask)).map((one) => `${name} ${one}`)
        }),
      )
      expect(wrong.flat()).toEqual([])
    })
  })
})

test.each(Object.keys(ROLES) as Role[])('%s may ask what the table says', async (role) => {
  const held = heldBy(await identityAs(role))
  const roots = [...mutationProbes(GRAPH, held), ...queryProbes(GRAPH, held)]
  const allowed = roots.filter(({ isAllowed }) => isAllowed).map(({ type }) => type)
  expect(allowed.toSorted()).toEqual(
    Object.keys(TABLE)
      .filter((field) => TABLE[field]?.includes(role))
      .toSorted(),
  )
})

test('the walk sees a right that is not there, and one too many', async () => {
  const held = heldBy(await identityAs('institution'))
  const list = probes(GRAPH, held).filter(({ type }) => type === 'PersonalAccount' || type === 'Settlement')
  const turned = list.map((one) => ({ ...one, isAllowed: !one.isAllowed }))
  const token = await tokenOf('institution')
  expect(await strays(turned, (document) => send(world.address, token, document))).toHaveLength(list.length)
})
