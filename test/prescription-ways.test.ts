import { identityOf } from '@yibao/schema/claims'
import type { Identity } from '@yibao/schema/identity'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WAYS, type Way } from './both-ways.ts'
import { signedIn, through } from './prescription-gateway.ts'
import { issue, itemOf, newSigner, prescriptionOf, registerKey } from './prescription-world.ts'
import { openBothWays, type BothWays } from './rights-world.ts'
import { CLASS_A } from './world-bill.ts'
import { demoPerson, send, type Data } from './world.ts'

// A prescription in each of two pools: in lists, by number, through the person and past the gateway, everybody gets those
// that concern them, whether the subgraphs are in the gateway's process or reached over HTTP.

const PERSONS = { mine: demoPerson('629900', 'retired'), theirs: demoPerson('620100', 'retired') } as const
const HOSPITALS = { mine: 'H62990000001', theirs: 'H62010000001' } as const
const NAMES = ['mine', 'theirs'] as const
type Name = (typeof NAMES)[number]

const SEEN: Readonly<Record<string, readonly Name[]>> = {
  [HOSPITALS.mine]: ['mine'],
  [HOSPITALS.theirs]: ['theirs'],
  P62990000001: [],
  'clerk-629900': ['mine'],
  'clerk-620100': ['theirs'],
  [PERSONS.mine.personNumber]: ['mine'],
  [PERSONS.theirs.personNumber]: ['theirs'],
  auditor: ['mine', 'theirs'],
}

let world: BothWays
const numbers = new Map<Name, string>()
beforeAll(async () => {
  world = await openBothWays()
  const gateway = through(world)
  for (const name of NAMES) {
    const identity = signedIn(HOSPITALS[name])
    const signer = await newSigner(name)
    await registerKey(gateway, signer, identity)
    const input = prescriptionOf({ items: [itemOf({ code: CLASS_A })] })
    const { number } = await issue(gateway, { patient: PERSONS[name], signer, input, identity })
    numbers.set(name, number)
  }
})
afterAll(() => world.close())

const ask = async (way: Way, who: string, query: string): Promise<Data> =>
  (await send(world.addressOf(way), await world.token(who), query)).data ?? {}

async function askPast(way: Way, who: string, query: string, variables: object): Promise<Data> {
  const claims = decodeJwt(await world.token(who))
  const identity: Identity | null = identityOf({
    kind: claims['yibao_kind'],
    subject: claims.sub,
    scopes: claims['scope'],
    institution: claims['yibao_institution'],
    pool: claims['yibao_pool'],
    insuredId: claims['yibao_insured'],
  })
  const settlement = world.transportsOf(way).find(({ name }) => name === 'settlement')
  return (await settlement?.execute({ query, variables: { ...variables }, identity, traceId: 'ways' }))?.data ?? {}
}

const LIST = '... on PrescriptionConnection { edges { node { number } } }'
const found = (connection: Data): Name[] => {
  const listed: string[] = (connection?.edges ?? []).map(({ node }: Data) => node.number)
  return NAMES.filter((name) => listed.includes(numbers.get(name) ?? ''))
}

describe.each(WAYS)('with the subgraphs %s', (way) => {
  test.each(Object.keys(SEEN))('%s', async (who) => {
    const seen = SEEN[who] ?? []
    expect(found((await ask(way, who, `{ prescriptions(first: 100) { ${LIST} } }`)).prescriptions)).toEqual(seen)
    for (const name of NAMES) {
      const number = numbers.get(name)
      const byNumber = `{ prescription(number: "${number}") { __typename ... on Prescription { number } } }`
      const answer = seen.includes(name) ? { __typename: 'Prescription', number } : { __typename: 'NotFound' }
      expect((await ask(way, who, byNumber)).prescription, name).toEqual(answer)
      expect((await askPast(way, who, byNumber, {})).prescription, name).toEqual(answer)
      const entity = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Insured { prescriptions { ${LIST} } } } }`
      const of = [{ __typename: 'Insured', id: PERSONS[name].insuredId }]
      const { _entities: [insured] = [] } = await askPast(way, who, entity, { of })
      expect(found(insured?.prescriptions), name).toEqual(seen.filter((one) => one === name))
    }
  })
})
