import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity } from '@yibao/schema/identity'
import { filingWorld, type FilingWorld } from './filing-world.ts'
import * as registered from './insured-world.ts'
import { auditor, billOf, hospital, personOf, settle, settleWorld, staff, type SettleWorld } from './settle-world.ts'

const auditing: Identity = { ...auditor, scopes: ['settlement:read', 'filing:read', 'audit:read'] }
const logOf = (field: string, type: string) => `${field} {
  __typename ... on ${type}AccessConnection { edges { node { role organisation operation } } } }`

interface Log {
  readonly edges: readonly { readonly node: Readonly<Record<string, string | null>> }[]
}

describe('who read the bills of a person', () => {
  const log = logOf('settlementAccessLog', 'Settlement')
  const QUERY = `{ settlements(first: 1) { ... on SettlementConnection { edges { node { insured { ${log} } } } } } }`
  let world: SettleWorld
  let me: Identity
  let bureau: Identity

  beforeAll(async () => {
    world = await settleWorld()
    const person = await world.addPerson(0)
    const { id } = await settle(world, 'one', billOf(person))
    me = personOf(person.insuredId)
    bureau = staff()
    await world.ask(bureau, `{ settlement(id: "${id}") { ... on Settlement { total } } }`)
  })
  afterAll(() => world.close())

  const read = async (who: Identity) => {
    interface Answer {
      readonly settlements: { readonly edges: { node: { insured: { settlementAccessLog: Log } } }[] }
    }
    const { settlements } = await world.ask<Answer>(who, QUERY)
    return settlements.edges[0]?.node.insured.settlementAccessLog.edges.map((edge) => edge.node)
  }

  test('is told to the person, reading the log included, and to auditors', async () => {
    expect(await read(me)).toEqual([{ role: 'staff', organisation: '620900', operation: 'settlement' }])
    expect((await read(me))?.map((one) => one['operation'])).toContain('settlementAccessLog')
    expect((await read(auditing))?.map((one) => one['role'])).toContain('staff')
  })

  test('is not for institutions and staff', async () => {
    await expect(read(hospital())).rejects.toThrow('FORBIDDEN')
    await expect(read(bureau)).rejects.toThrow('FORBIDDEN')
  })
})

describe('who read the filings of a person', () => {
  const log = logOf('filingAccessLog', 'Filing')
  const QUERY = `{ filings { ... on FilingConnection { edges { node { insured { ${log} } } } } } }`
  let world: FilingWorld
  const person = registered.newPerson()
  const me = registered.personOf(person.insuredId)

  beforeAll(async () => {
    world = await filingWorld()
    await world.seed(person)
    const file = `mutation { fileTreatmentElsewhere(requestId: "r1",
      input: { type: OTHER_TEMPORARY, destination: "440300" }) { __typename } }`
    await world.ask(me, file)
    await world.ask(registered.staff('620200'), '{ filings { __typename } }')
  })
  afterAll(() => world.close())

  test('is told to the person and not to staff', async () => {
    interface Answer {
      readonly filings: { readonly edges: { node: { insured: { filingAccessLog: Log } } }[] }
    }
    const { filings } = await world.ask<Answer>(me, QUERY)
    const entries = filings.edges[0]?.node.insured.filingAccessLog.edges.map((edge) => edge.node)
    expect(entries).toContainEqual({ role: 'staff', organisation: '620200', operation: 'filing' })
    await expect(world.ask(registered.staff('620200'), QUERY)).rejects.toThrow('FORBIDDEN')
  })
})
