import { identityOf } from '@yibao/schema/claims'
import type { Identity } from '@yibao/schema/identity'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WAYS, type Way } from './both-ways.ts'
import { openBothWays, type BothWays } from './rights-world.ts'
import { bill, SETTLE } from './world-bill.ts'
import { BY_CREDENTIAL, FILE } from './world-queries.ts'
import { demoPerson, send, type Data } from './world.ts'

// Two persons of two pools, each treated at home, one of them in the other's city as well. Whatever a role may ask for,
// in a list, by id, by number, through another row or as an entity of a subgraph: it gets the rows that concern it.

const [GANSU, LANZHOU] = ['H62990000001', 'H62010000001']
const MINE = demoPerson('629900', 'retired')
const THEIRS = demoPerson('620100', 'retired')
const ROLES = {
  institution: GANSU,
  'the other institution': LANZHOU,
  staff: 'clerk-629900',
  'the other staff': 'clerk-620100',
  person: MINE.personNumber,
  'the other person': THEIRS.personNumber,
  auditor: 'auditor',
} as const
type Role = keyof typeof ROLES

let world: BothWays
/** Ids by the names the tables below use. */
const ids: Record<string, string> = {}
beforeAll(async () => {
  world = await openBothWays()
  const bills = [
    ['atHome', GANSU, MINE],
    ['away', LANZHOU, MINE],
    ['theirs', LANZHOU, THEIRS],
  ] as const
  for (const [name, at, { cardNumber: card }] of bills) {
    const input = bill({ card, ...(name === 'away' && { emergency: true, careType: '21' }) })
    const { settle } = await world.as(at, SETTLE, { requestId: name, input })
    expect(settle, name).toMatchObject({ __typename: 'Settlement' })
    Object.assign(ids, { [name]: settle.id, [`${name} number`]: settle.number })
  }
  for (const [name, at, person] of [['mine', GANSU, MINE] as const, ['notMine', LANZHOU, THEIRS] as const]) {
    const credential = { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber }
    await world.as(at, BY_CREDENTIAL, { credential })
    const input = { type: 'OTHER_TEMPORARY', destination: '330100' }
    const { fileTreatmentElsewhere } = await world.as(person.personNumber, FILE, { requestId: 'file', input })
    Object.assign(ids, { [name]: person.insuredId, [`filing of ${name}`]: fileTreatmentElsewhere.id })
  }
})
afterAll(() => world.close())

/** The data, whatever errors came with it: nothing may be in it that does not belong there. */
const ask = async (way: Way, role: Role, query: string): Promise<Data> =>
  (await send(world.addressOf(way), await world.token(ROLES[role]), query)).data ?? {}

const names = (found: readonly Data[]) =>
  found.map(({ id }) => Object.keys(ids).find((name) => ids[name] === id) ?? `unknown ${id}`).toSorted()
const nodes = (connection: Data) => (connection?.edges ?? []).map(({ node }: Data) => node)

const LIST = '... on SettlementConnection { edges { node { id } } }'
type Seen = Readonly<Record<Role, readonly string[]>>
const everybody = ['atHome', 'away', 'theirs']

const SETTLEMENTS_SEEN: Seen = {
  institution: ['atHome'],
  'the other institution': ['away', 'theirs'],
  staff: ['atHome', 'away'],
  'the other staff': ['away', 'theirs'],
  person: ['atHome', 'away'],
  'the other person': ['theirs'],
  auditor: everybody,
}
/** Hospitals see whom they were shown a card of. */
const PERSONS_SEEN: Seen = {
  institution: ['mine'],
  'the other institution': ['notMine'],
  staff: ['mine'],
  'the other staff': ['notMine'],
  person: ['mine'],
  'the other person': ['notMine'],
  auditor: ['mine', 'notMine'],
}
const FILINGS_SEEN: Seen = {
  ...PERSONS_SEEN,
  institution: [],
  'the other institution': [],
}
const of = (seen: readonly string[], ...wanted: string[]) => seen.filter((one) => wanted.includes(one))

describe.each(WAYS)('with the subgraphs %s', (way) => {
  describe.each(Object.keys(ROLES) as Role[])('%s', (role) => {
    test('sees in lists what concerns them', async () => {
      const { settlements } = await ask(way, role, `{ settlements(first: 100) { ${LIST} } }`)
      expect(names(nodes(settlements))).toEqual(SETTLEMENTS_SEEN[role])
      const { filings } = await ask(
        way,
        role,
        '{ filings(first: 100) { ... on FilingConnection { edges { node { id } } } } }',
      )
      expect(names(nodes(filings))).toEqual(FILINGS_SEEN[role].map((one) => `filing of ${one}`))
    })

    test('sees by id and by number what concerns them, and of the rest is told there is none', async () => {
      for (const name of everybody) {
        for (const id of [ids[name], ids[`${name} number`], ids[name]?.toUpperCase()]) {
          const { settlement } = await ask(
            way,
            role,
            `{ settlement(id: "${id}") { __typename ... on Settlement { id } } }`,
          )
          const isSeen = SETTLEMENTS_SEEN[role].includes(name)
          expect(settlement, name).toEqual(
            isSeen ? { __typename: 'Settlement', id: ids[name] } : { __typename: 'NotFound' },
          )
        }
      }
      for (const name of ['mine', 'notMine']) {
        const { insured } = await ask(way, role, `{ insured(id: "${ids[name]}") { __typename ... on Insured { id } } }`)
        const isSeen = PERSONS_SEEN[role].includes(name)
        expect(insured, name).toEqual(isSeen ? { __typename: 'Insured', id: ids[name] } : { __typename: 'NotFound' })
        const filing = ids[`filing of ${name}`]
        const answer = await ask(way, role, `{ filing(id: "${filing}") { __typename ... on Filing { id } } }`)
        const found = FILINGS_SEEN[role].includes(name)
          ? { __typename: 'Filing', id: filing }
          : { __typename: 'NotFound' }
        expect(answer, name).toEqual(role.includes('institution') ? {} : { filing: found })
      }
    })

    test('sees through a person only what concerns them', async () => {
      for (const name of PERSONS_SEEN[role]) {
        const { insured } = await ask(
          way,
          role,
          `{ insured(id: "${ids[name]}") { ... on Insured { settlements(first: 100) { ${LIST} } } } }`,
        )
        const theirs = name === 'mine' ? ['atHome', 'away'] : ['theirs']
        expect(names(nodes(insured.settlements))).toEqual(of(SETTLEMENTS_SEEN[role], ...theirs))
      }
    })

    test('sees through a settlement only persons that concern them', async () => {
      const query = `{ settlements(first: 100) { ... on SettlementConnection { edges { node { id insured { id name } } } } } }`
      const { settlements } = await ask(way, role, query)
      for (const { id, insured } of nodes(settlements)) {
        const owner = id === ids['theirs'] ? 'notMine' : 'mine'
        expect(insured === null ? [] : names([insured])).toEqual(of(PERSONS_SEEN[role], owner))
      }
    })

    test('learns of requests only what was their own', async () => {
      const query = `{ ${everybody.map((id) => `${id}: outcome(requestId: "${id}") { ... on Outcome { state } }`).join(' ')} }`
      const states = await ask(way, role, query)
      const own = { institution: ['atHome'], 'the other institution': ['away', 'theirs'] }[role as string]
      if (own === undefined) return expect(states).toEqual({})
      for (const id of everybody) expect(states[id].state).toBe(own.includes(id) ? 'COMMITTED' : 'UNKNOWN')
    })

    test('reads the history of agreements only where it concerns them', async () => {
      const query = `{ institutions(first: 20) { ... on InstitutionConnection { edges { node { code agreements { pool history { action } } } } } } }`
      // The history is no field for a person to ask for.
      const { institutions } = await ask(way, role, query)
      if (role.includes('person')) return expect(institutions).toBeUndefined()
      const seen = nodes(institutions).flatMap(({ code, agreements }: Data) =>
        agreements.filter(({ history }: Data) => history !== null).map(({ pool }: Data) => `${code} ${pool}`),
      )
      const all = nodes(institutions).flatMap(({ code, agreements }: Data) =>
        agreements.map(({ pool }: Data) => `${code} ${pool}`),
      )
      const isOwn = (one: string) => role === 'auditor' || one.split(' ').some((part) => ROLES[role].endsWith(part))
      expect(all.length).toBeGreaterThan(5)
      expect(seen).toEqual(all.filter(isOwn))
    })

    test('gets nothing of others by asking a subgraph for entities, as only the gateway could', async () => {
      const identity = await identityOf_(role)
      const entity = async (subgraph: string, type: string, key: object, selection: string): Promise<Data> => {
        const transport = world.transportsOf(way).find(({ name }) => name === subgraph)
        const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`
        const variables = { of: [{ __typename: type, ...key }] }
        const answer = await transport?.execute({ query, variables, identity, traceId: 'rights-rows' })
        return (answer?.data as Data)?._entities?.[0] ?? null
      }
      for (const [name, owner] of [
        ['atHome', 'mine'],
        ['away', 'mine'],
        ['theirs', 'notMine'],
      ] as const) {
        const key = { insuredId: ids[owner], id: ids[name] }
        const found = await entity('settlement', 'Settlement', key, 'id')
        expect(found).toEqual(SETTLEMENTS_SEEN[role].includes(name) ? { id: ids[name] } : null)
        const crossed = { insuredId: ids[owner === 'mine' ? 'notMine' : 'mine'], id: ids[name] }
        expect(await entity('settlement', 'Settlement', crossed, 'id')).toBe(null)
      }
      for (const name of ['mine', 'notMine'] as const) {
        const key = { id: ids[name] }
        const isSeen = PERSONS_SEEN[role].includes(name)
        expect(await entity('insured', 'Insured', key, 'name')).toEqual(isSeen ? { name: expect.any(String) } : null)
        const purse = await entity('settlement', 'Insured', key, 'account { balance } accumulators { amount }')
        if (role.includes('institution')) expect(purse).toBe(null)
        else if (isSeen) expect(purse).toMatchObject({ account: { balance: expect.any(String) } })
        else expect(purse).toEqual({ account: null, accumulators: [] })
        const filed = await entity('cross-province', 'Insured', key, 'filings { id }')
        const found = FILINGS_SEEN[role].includes(name) ? [{ id: ids[`filing of ${name}`] }] : []
        expect(filed).toEqual(role.includes('institution') ? null : { filings: found })
      }
    })
  })
})

async function identityOf_(role: Role): Promise<Identity | null> {
  const { sub: subject, ...claims } = decodeJwt(await world.token(ROLES[role]))
  const {
    yibao_kind: kind,
    scope: scopes,
    yibao_institution: institution,
    yibao_pool: pool,
    yibao_insured: insuredId,
  } = claims
  return identityOf({ kind, subject, scopes, institution, pool, insuredId })
}
