import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity } from '@yibao/schema/identity'
import { seedPersons } from '@yibao/insured/seed'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'
import { WAYS } from './both-ways.ts'

const ming = newPerson({ name: '甲样本', cardNumber: 'A10001' })
const hong = newPerson({ name: '乙样本', sex: '1', cardNumber: 'A10002' })
const far = newPerson({
  cardNumber: 'A10003',
  enrolments: [
    {
      pool: '620100',
      insuranceType: '390',
      personType: '1501',
      beginOn: '2026-01-01',
      endOn: '2026-12-31',
      identities: [{ type: '2303', beginOn: '2026-03-01' }],
    },
  ],
})

const BASIC = `{ __typename ... on Insured { id name sex birthDate identityMasked enrolments { pool status } } ... on Rejection { code } }`
const WHOLE = `{ ... on Insured { id personNumber name sex nationality birthDate certificateType identityMasked enrolments {
  id pool insuranceType personType civilServant status beginOn endOn coveredFrom employerCode follows
  standing { state since until reason { zh en } } identities { type beginOn endOn } } } }`
const byId = (id: string) => `{ insured(id: "${id}") ${BASIC} }`
const SHOW = `query ($credential: CredentialInput!) { insuredByCredential(credential: $credential) ${BASIC} }`
const card = (value: string | null | undefined) => ({ credential: { kind: 'SOCIAL_SECURITY_CARD', value } })

interface Found {
  readonly __typename: string
  readonly code?: string
  readonly id?: string
}
const numberOf = (id: string) =>
  `{ insured(id: "${id}") { ... on Insured { identityNumber(purpose: CASEWORK) } ... on Rejection { code } } }`

describe.each(WAYS)('%s', (way) => {
  let world: InsuredWorld
  beforeAll(async () => {
    world = await insuredWorld(way)
    await seedPersons(world.db, world.secrets, [ming, hong, far])
  })
  afterAll(() => world.close())

  const find = async (who: Identity | null, id: string) => (await world.ask<{ insured: Found }>(who, byId(id))).insured

  describe('a person', () => {
    test('sees themself and nobody else', async () => {
      const { me } = await world.ask<{ me: object }>(
        personOf(ming.insuredId),
        '{ me { id personNumber name sex nationality birthDate certificateType identityMasked enrolments { pool insuranceType personType civilServant status beginOn endOn } } }',
      )
      expect(me).toEqual({
        id: ming.insuredId,
        personNumber: ming.personNumber,
        name: '甲样本',
        sex: 'MALE',
        nationality: '01',
        birthDate: ming.birthDate,
        certificateType: '01',
        identityMasked: `6${'*'.repeat(17)}`,
        enrolments: [
          {
            pool: '620200',
            insuranceType: '310',
            personType: '1101',
            civilServant: false,
            status: 'NORMAL',
            beginOn: '2020-01-01',
            endOn: null,
          },
        ],
      })
      expect(await find(personOf(ming.insuredId), hong.insuredId)).toEqual({
        __typename: 'NotFound',
        code: 'NOT_FOUND',
      })
    })

    test('reads their special identities and the period they hold', async () => {
      const { me } = await world.ask<{ me: { enrolments: unknown[] } }>(
        personOf(far.insuredId),
        '{ me { enrolments { endOn identities { type beginOn endOn } } } }',
      )
      expect(me.enrolments).toEqual([
        { endOn: '2026-12-31', identities: [{ type: '2303', beginOn: '2026-03-01', endOn: null }] },
      ])
    })
  })

  describe('an institution', () => {
    test('sees nobody until a credential is shown, then that person for the rest of the day', async () => {
      const here = institution('H62020000009')
      expect(await find(here, hong.insuredId)).toMatchObject({ code: 'NOT_FOUND' })
      const { insuredByCredential } = await world.ask(here, SHOW, card(hong.cardNumber))
      expect(insuredByCredential).toMatchObject({ __typename: 'Insured', id: hong.insuredId, name: '乙样本' })
      expect(await find(here, hong.insuredId)).toMatchObject({ id: hong.insuredId, enrolments: [{ pool: '620200' }] })
      expect(await find(institution('H62020000008'), hong.insuredId)).toMatchObject({ code: 'NOT_FOUND' })

      const { now } = world.time
      world.time.now = Temporal.Instant.from('2026-11-22T23:59:59+08:00')
      expect(await find(here, hong.insuredId)).toMatchObject({ id: hong.insuredId })
      world.time.now = Temporal.Instant.from('2026-11-23T00:00:00+08:00')
      expect(await find(here, hong.insuredId)).toMatchObject({ code: 'NOT_FOUND' })
      world.time.now = now
    })

    test('is shown by a credential all that the row rules show it afterwards, and nothing else', async () => {
      const here = institution('H62020000009')
      for (const { insuredId, cardNumber } of [hong, far]) {
        const shown = `query ($credential: CredentialInput!) { one: insuredByCredential(credential: $credential) ${WHOLE} }`
        const { one: first } = await world.ask<{ one: object }>(here, shown, card(cardNumber))
        const { one: then } = await world.ask<{ one: object }>(here, `{ one: insured(id: "${insuredId}") ${WHOLE} }`)
        expect(first).toEqual(then)
        expect(first).toMatchObject({ id: insuredId, enrolments: [{ standing: { state: 'IN_FORCE' } }] })
      }
    })

    test('is shown an identity card by its number, a small x included', async () => {
      const value = ming.identityNumber.toLowerCase()
      const shown = await world.ask(institution(), SHOW, { credential: { kind: 'IDENTITY_CARD', value } })
      expect(shown).toMatchObject({ insuredByCredential: { id: ming.insuredId } })
    })

    test('alone is shown credentials', async () => {
      for (const who of [staff(), auditor, personOf(ming.insuredId)]) {
        await expect(world.ask(who, SHOW, card(hong.cardNumber))).rejects.toThrow('FORBIDDEN')
      }
    })

    test('is told there is nobody for a credential that nobody has', async () => {
      for (const kind of ['E_VOUCHER', 'IDENTITY_CARD', 'SOCIAL_SECURITY_CARD']) {
        const shown = await world.ask(institution(), SHOW, { credential: { kind, value: 'nobody' } })
        expect(shown).toMatchObject({ insuredByCredential: { __typename: 'NotFound', code: 'NOT_FOUND' } })
      }
    })
  })

  describe('staff and auditors', () => {
    test('staff see who is enrolled in their pool, and only those enrolments', async () => {
      expect(await find(staff('620200'), ming.insuredId)).toMatchObject({ id: ming.insuredId })
      expect(await find(staff('620100'), ming.insuredId)).toMatchObject({ code: 'NOT_FOUND' })
      expect(await find(staff('620100'), far.insuredId)).toMatchObject({ enrolments: [{ pool: '620100' }] })
    })

    test('an auditor sees everybody, masked', async () => {
      expect(await find(auditor, ming.insuredId)).toMatchObject({ id: ming.insuredId })
      await expect(
        world.ask(
          auditor,
          `{ insured(id: "${ming.insuredId}") { ... on Insured { identityNumber(purpose: SUPERVISION) } } }`,
        ),
      ).rejects.toThrow('FORBIDDEN')
    })

    test('nobody signed in, or without the scope, gets nothing', async () => {
      await expect(find(null, ming.insuredId)).rejects.toThrow('UNAUTHENTICATED')
      await expect(find({ ...staff(), scopes: [] }, ming.insuredId)).rejects.toThrow('FORBIDDEN')
    })

    test('an id that is none is not found, and does not reach the database', async () => {
      expect(await find(auditor, "x' or true --")).toMatchObject({ code: 'NOT_FOUND' })
    })
  })

  describe('references', () => {
    const ENTITIES = 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Insured { id name } } }'
    const all = [ming, hong, far].map(({ insuredId: id }) => ({ __typename: 'Insured', id }))

    test('are answered for whom the caller may see and null for the rest', async () => {
      const answer = await world.ask<{ _entities: unknown[] }>(staff('620200'), ENTITIES, { all })
      expect(answer._entities).toEqual([
        { id: ming.insuredId, name: '甲样本' },
        { id: hong.insuredId, name: '乙样本' },
        null,
      ])
    })

    test('cost one query however many there are', async () => {
      let reads = 0
      const counted = Object.assign(Object.create(world.db) as typeof world.db, {
        readAs: (...args: Parameters<typeof world.db.readAs>) => (reads++, world.db.readAs(...args)),
      })
      const { createInsured } = await import('@yibao/insured/schema')
      const { createAccessLog } = await import('@yibao/drizzle/access-log')
      const parts = { secrets: world.secrets, clock: () => world.time.now, accessLog: createAccessLog(world.db) }
      const subgraph = await createInsured({ ...parts, db: counted })
      await subgraph.execute({ query: ENTITIES, variables: { all }, identity: auditor, traceId: 't' })
      expect(reads).toBe(1)
    })
  })

  describe('the whole identity number', () => {
    test('needs its own scope, and still only of persons one may see', async () => {
      await expect(world.ask(staff('620200', []), numberOf(ming.insuredId))).rejects.toThrow('FORBIDDEN')
      const officer = staff('620200', ['insured:pii'])
      expect(await world.ask(officer, numberOf(ming.insuredId))).toEqual({
        insured: { identityNumber: ming.identityNumber },
      })
      expect(await world.ask(officer, numberOf(far.insuredId))).toEqual({ insured: { code: 'NOT_FOUND' } })
    })

    test('is in no table of the database', async () => {
      const { withClient } = await import('@yibao/drizzle/client')
      const found = await withClient({ url: world.url, name: 'test' }, async (client) => {
        const { rows } = await client.query<{ name: string }>(
          `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_type = 'BASE TABLE'`,
        )
        const hits: string[] = []
        for (const { name } of rows) {
          const { rowCount } = await client.query(`select from ${name} t where t::text like '%' || $1 || '%'`, [
            ming.identityNumber.slice(0, 17),
          ])
          if (rowCount !== 0) hits.push(name)
        }
        return hits
      })
      expect(found).toEqual([])
    })
  })
})
