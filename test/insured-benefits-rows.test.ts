import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Database } from '@yibao/drizzle/connect'
import { seedBindings, seedPersons, seedRegistrations } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { bind, bindingsOf, me, REGISTER_DISEASE, registrationOf, registrationsOf, say, SHOW } from './insured-asking.ts'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'

// Who sees the registrations of a person, and whose account pays for whom.

let world: InsuredWorld
let settlement: Database
let crossProvince: Database
const RESIDENT = { pool: '620100', insuranceType: '390', personType: '1501', beginOn: '2026-01-01' }
const here = newPerson({ cardNumber: 'Q1' })
const there = newPerson({ enrolments: [RESIDENT] })
const stranger = newPerson()
/** Ids of a registration of each, and of the binding by which `here` sponsors `there`. */
let ofHere: string, ofThere: string, binding: string

beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [here, there, stranger])
  ofHere = await register(staff('620200'), registrationOf(here.insuredId))
  ofThere = await register(staff('620100'), registrationOf(there.insuredId, { insuranceType: '390' }))
  binding = (await bind(world, here, there)).id
  ;[settlement, crossProvince] = await Promise.all([
    connect({ url: world.url, schema: 'settlement' }),
    connect({ url: world.url, schema: 'cross_province' }),
  ])
})
afterAll(() => Promise.all([settlement.close(), crossProvince.close()]).then(() => world.close()))

const ask = (who: Identity, query: string, variables: object = {}) => say(world, who, query, variables)
const register = async (clerk: Identity, input: object) => (await ask(clerk, REGISTER_DISEASE, { input })).id
const registrationsSeen = async (who: Identity) => (await ask(who, registrationsOf(here.insuredId))).registrations
const bindingsSeen = async (who: Identity, of: string) => (await ask(who, bindingsOf(of))).mutualAid
const denied = { code: '42501' }

/** Raw SQL in the reader's role. */
const idsIn = (who: Identity | null, table: string, column: string) =>
  world.db.readAs(who, async (tx) => {
    const { rows } = await tx.execute<{ id: string }>(
      sql.raw(`select ${column} as id from insured.${table} order by 1`),
    )
    return rows.map(({ id }) => id)
  })

const registrationRows = (who: Identity | null) => idsIn(who, 'registration', 'registration_id')
const bindingRows = (who: Identity | null) => idsIn(who, 'mutual_aid', 'binding_id')

describe('a registration is seen', () => {
  test('by the person, the bureau of the pool, auditors, and hospitals that were shown a credential today', async () => {
    for (const who of [me(here), staff('620200'), auditor])
      expect(await registrationsSeen(who)).toEqual([{ id: ofHere }])
    const hospital = institution('H62020000008')
    expect(await registrationsSeen(hospital)).toBeUndefined()
    await ask(hospital, SHOW, { credential: { kind: 'SOCIAL_SECURITY_CARD', value: 'Q1' } })
    expect(await registrationsSeen(hospital)).toEqual([{ id: ofHere }])
    expect(await registrationsSeen(me(there))).toBeUndefined()
  })

  test('in raw SQL as in the graph', async () => {
    expect(await registrationRows(me(here))).toEqual([ofHere])
    expect(await registrationRows(staff('620100'))).toEqual([ofThere])
    expect(await registrationRows(auditor)).toEqual([ofHere, ofThere].toSorted())
    for (const who of [me(stranger), institution('H62020000009'), staff('110000'), null])
      expect(await registrationRows(who)).toEqual([])
  })

  test('by settlement in the view, and by nobody else there', async () => {
    expect(await settlement.hot.unsafe('select from insured.registration_v1')).toHaveLength(2)
    await expect(settlement.hot.unsafe('select from insured.registration')).rejects.toMatchObject(denied)
    await expect(crossProvince.hot.unsafe('select from insured.registration_v1')).rejects.toMatchObject(denied)
  })
})

describe('a binding is seen', () => {
  test('by both relatives, the bureaus of both, and auditors', async () => {
    expect(await bindingsSeen(me(there), there.insuredId)).toMatchObject([
      { id: binding, sponsorName: '甲**', place: 1 },
    ])
    expect(await bindingsSeen(me(here), here.insuredId)).toMatchObject([{ id: binding, beneficiaryName: there.name }])
    expect(await bindingsSeen(staff('620200'), here.insuredId)).toMatchObject([{ id: binding }])
    expect(await bindingsSeen(staff('620100'), there.insuredId)).toMatchObject([{ id: binding }])
    expect(await bindingsSeen(auditor, there.insuredId)).toMatchObject([{ id: binding }])
  })

  test('in raw SQL as in the graph', async () => {
    for (const who of [me(here), me(there), staff('620200'), staff('620100'), auditor])
      expect(await bindingRows(who)).toEqual([binding])
    for (const who of [me(stranger), staff('110000'), institution(), null]) expect(await bindingRows(who)).toEqual([])
    await expect(idsIn(auditor, 'unknown_relative', 'insured_id')).rejects.toMatchObject({ cause: denied })
  })

  test('by no hospital, though it was shown a credential', async () => {
    await expect(ask(institution(), bindingsOf(here.insuredId))).rejects.toThrow('FORBIDDEN')
  })

  test('by settlement in the view, and by nobody else there', async () => {
    expect(await settlement.hot.unsafe('select from insured.mutual_aid_v1')).toHaveLength(1)
    await expect(settlement.hot.unsafe('select from insured.mutual_aid')).rejects.toMatchObject(denied)
    await expect(crossProvince.hot.unsafe('select from insured.mutual_aid_v1')).rejects.toMatchObject(denied)
  })

  test('and who looked is in the log of those whose data it is', async () => {
    const LOG = `{ me { accessLog(first: 100) {
      ... on AccessLogConnection { edges { node { role organisation operation } } } } } }`
    interface Log {
      readonly me: { readonly accessLog: { readonly edges: readonly { readonly node: object }[] } }
    }
    await bindingsSeen(staff('620200'), here.insuredId)
    const log = await world.ask<Log>(personOf(there.insuredId), LOG)
    const looked = { role: 'staff', organisation: '620200', operation: 'mutualAid' }
    expect(log.me.accessLog.edges.map(({ node }) => node)).toContainEqual(looked)
  })
})

test('even the writer cannot rewrite or remove either', async () => {
  for (const statement of [
    `update insured.registration set disease = 'M1'`,
    `update insured.registration set begin_on = '2000-01-01'`,
    'delete from insured.registration',
    'update insured.mutual_aid set sponsor_id = insured_id',
    'update insured.mutual_aid set yearly_limit = 1',
    'delete from insured.mutual_aid',
  ]) {
    await expect(world.db.hot.unsafe(statement), statement).rejects.toMatchObject(denied)
  }
})

describe('a seed adds by the same checks, once,', () => {
  test('registrations', async () => {
    const seed = { ...registrationOf(here.insuredId), registrationId: randomUUID() }
    const add = (one = seed) => seedRegistrations(world.db, [one], world.time.now)
    expect([await add(), await add()]).toEqual([1, 0])
    await expect(add({ ...seed, registrationId: randomUUID() })).rejects.toThrow('REGISTRATION_OVERLAP')
  })

  test('bindings, in the order given', async () => {
    const relation = 'SIBLING' as const
    const seeds = [there, stranger].map(({ insuredId: sponsorId }) => ({
      bindingId: randomUUID(),
      sponsorId,
      insuredId: here.insuredId,
      relation,
    }))
    await expect(seedBindings(world.db, seeds, world.time.now)).rejects.toThrow('NOT_AN_EMPLOYEE')
    const [, good] = seeds as [(typeof seeds)[0], (typeof seeds)[0]]
    const add = (one = good) => seedBindings(world.db, [one], world.time.now)
    expect([await add(), await add()]).toEqual([1, 0])
    await expect(add({ ...good, bindingId: randomUUID() })).rejects.toThrow('ALREADY_BOUND')
  })
})
