import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPersons } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'
import { DECODE } from './voucher-gateway.ts'
import { VOUCHER } from './world-queries.ts'

const SHOW = `query ($credential: CredentialInput!) { insuredByCredential(credential: $credential) {
  __typename ... on Insured { id } ... on Rejection { code problems { path message { zh en } } } } }`
const HERE = 'H62020000001'
const THERE = 'H62020000002'

let world: InsuredWorld
const owner = newPerson()
const me = personOf(owner.insuredId)
beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [owner])
})
afterAll(() => world.close())

interface Answer {
  readonly __typename: string
  readonly id?: string
  readonly code: string
  readonly token: string
  readonly expiresAt: string
  readonly problems?: readonly { readonly path: string; readonly code: string }[]
}
async function say(who: Identity | null, query: string, variables: object = {}): Promise<Answer> {
  const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
  return Object.values(answer)[0]!
}
const issue = async () => (await say(me, VOUCHER)).code
const decode = (code: string, change: object = {}, at = HERE) =>
  say(institution(at), DECODE, { code, purpose: 'REGISTRATION', ...change })
const life = async (purpose: string) => {
  const { expiresAt } = await decode(await issue(), { purpose })
  return Temporal.Instant.from(expiresAt).since(world.time.now).total('hours')
}
const show = (value: string, at = HERE) => say(institution(at), SHOW, { credential: { kind: 'E_VOUCHER', value } })
/** Does some work later. */
async function later(duration: object, work: () => Promise<void>): Promise<void> {
  const { now } = world.time
  world.time.now = now.add(duration)
  await work().finally(() => (world.time.now = now))
}
const count = async (what: string) => {
  const { rows } = await world.db.orm.execute<{ n: string }>(sql.raw(`select count(*) as n from insured.${what}`))
  return Number(rows[0]?.n)
}

describe('the code of an e-voucher', () => {
  test('is good for a minute', async () => {
    const { code, expiresAt } = await say(me, VOUCHER)
    expect(code).toMatch(/^[0-9]{28}$/)
    expect(Temporal.Instant.from(expiresAt).since(world.time.now).total('seconds')).toBe(60)
    await later({ seconds: 60 }, async () => expect(await decode(code)).toMatchObject({ code: 'CODE_EXPIRED' }))
    expect(await decode(code)).toMatchObject({ __typename: 'VisitToken' })
  })

  test('of the same request is the same, of another request another', async () => {
    const requestId = randomUUID()
    const first = await say(me, VOUCHER, { requestId })
    expect(await say(me, VOUCHER, { requestId })).toEqual(first)
    expect(await issue()).not.toBe(first.code)
  })

  test('and its token are stored only as hashes, and forgotten a day after their end', async () => {
    const code = await issue()
    const { token } = await decode(code)
    const { rows } = await world.db.orm.execute<{ text: string }>(
      sql`select c::text as text from insured.credential c union all select r::text from insured.request r
        union all select v::text from insured.voucher v`,
    )
    const all = rows.map((row) => row.text).join()
    expect(all.includes(code) || all.includes(token)).toBe(false)
    await later({ hours: 49 }, async () => {
      await issue()
      expect(await count(`voucher where insured_id = '${owner.insuredId}'`)).toBe(1)
      expect(await count(`credential where kind = '01' and insured_id = '${owner.insuredId}'`)).toBe(0)
    })
  })

  test('is issued to a person who is registered, and to nobody else', async () => {
    expect(await say(personOf(randomUUID()), VOUCHER)).toMatchObject({ code: 'NOT_FOUND' })
    for (const who of [staff(), institution(), auditor]) await expect(say(who, VOUCHER)).rejects.toThrow('FORBIDDEN')
  })
})

describe('decoding', () => {
  test('gives a token of 40 characters and the basic data of the person, who is present from then on', async () => {
    const done = await decode(await issue(), { purpose: 'ADMISSION' })
    expect(done).toMatchObject({
      __typename: 'VisitToken',
      token: expect.stringMatching(/^[\w-]{40}$/),
      purpose: 'ADMISSION',
      insured: { id: owner.insuredId, identityMasked: `6${'*'.repeat(17)}`, enrolments: [{ pool: '620200' }] },
    })
    expect(await count(`presence where institution = '${HERE}' and insured_id = '${owner.insuredId}'`)).toBe(1)
  })

  test('once more, under another request, is refused, in Chinese and English at the code', async () => {
    const code = await issue()
    await decode(code)
    for (const at of [HERE, THERE]) {
      expect(await decode(code, {}, at)).toMatchObject({
        code: 'CODE_USED',
        retryable: false,
        problems: [{ path: 'code', message: { zh: expect.stringMatching(/使用/), en: expect.stringMatching(/used/) } }],
      })
    }
  })

  test('by the same request gives the same token, now and the day after', async () => {
    const [code, requestId] = [await issue(), randomUUID()]
    const first = await decode(code, { requestId })
    expect(await decode(code, { requestId })).toEqual(first)
    await later({ hours: 24 }, async () =>
      expect(await decode(code, { requestId })).toMatchObject({ token: first.token, expiresAt: first.expiresAt }),
    )
    expect(await decode(code, { requestId, purpose: 'ADMISSION' })).toMatchObject({ __typename: 'RequestReused' })
  })

  test('of a screenshot at several institutions at once succeeds at one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const code = await issue()
      const places = [HERE, THERE, 'H62020000008', 'H62020000009']
      const answers = await Promise.all(places.map((at) => decode(code, {}, at)))
      const outcomes = answers.map((one) => one.code ?? one.__typename).toSorted()
      expect(outcomes).toEqual(['CODE_USED', 'CODE_USED', 'CODE_USED', 'VisitToken'])
    }
  })

  test('what is no code, of nobody, or for what a pharmacy does not do, is refused with its path', async () => {
    expect(await decode('nonsense')).toMatchObject({ problems: [{ path: 'code', code: 'CODE_FORM' }] })
    expect(await decode('0'.repeat(28))).toMatchObject({ code: 'CODE_UNKNOWN', problems: [{ path: 'code' }] })
    expect(await decode(await issue(), {}, 'P62020000001')).toMatchObject({ code: 'INSTITUTION_NOT_DESIGNATED' })
    await expect(decode(await issue(), { purpose: 'ANYTHING' })).rejects.toThrow()
    for (const who of [staff(), me, auditor]) {
      await expect(say(who, DECODE, { code: '0'.repeat(28), purpose: 'ADMISSION' })).rejects.toThrow('FORBIDDEN')
    }
  })

  test('is stopped for the day where 200 codes of nobody or used before were shown; late ones do not count', async () => {
    const at = 'H62020000008'
    await world.db.orm.execute(sql`insert into insured.refused_code values (${at}, '2026-11-22', 198)
      on conflict (institution, day) do update set count = 198`)
    const code = await issue()
    await later({ minutes: 2 }, async () => expect(await decode(code, {}, at)).toMatchObject({ code: 'CODE_EXPIRED' }))
    const requestId = randomUUID()
    const twice = [requestId, requestId, randomUUID()]
    for (const one of twice) {
      expect(await decode('1'.repeat(28), { requestId: one }, at)).toMatchObject({ code: 'CODE_UNKNOWN' })
    }
    expect(world.logged).toContainEqual({ institution: at, code: 'CODE_UNKNOWN', count: 200 })
    expect(await decode(await issue(), {}, at)).toMatchObject({ code: 'TOO_MANY_REFUSED_CODES' })
    expect(await decode(await issue())).toMatchObject({ __typename: 'VisitToken' })
    await later({ hours: 24 }, async () =>
      expect(await decode(await issue(), {}, at)).toMatchObject({ __typename: 'VisitToken' }),
    )
  })
})

describe('a visit token', () => {
  test('shows its person to the institution that decoded it, until the visit is over', async () => {
    const { token } = await decode(await issue())
    expect(await show(token)).toMatchObject({ id: owner.insuredId })
    expect(await show(token, THERE)).toMatchObject({ code: 'CREDENTIAL_ELSEWHERE' })
    await later({ hours: 24 }, async () => expect(await show(token)).toMatchObject({ code: 'CREDENTIAL_EXPIRED' }))
  })

  test('is asked for where the code itself is shown', async () => {
    const code = await issue()
    expect(await show(code)).toMatchObject({
      code: 'CODE_NOT_DECODED',
      problems: [{ path: 'credential.value', message: { en: expect.stringMatching(/decode it first/) } }],
    })
    expect(await decode(code)).toMatchObject({ __typename: 'VisitToken' })
    expect(await show('nobody')).toMatchObject({ __typename: 'NotFound' })
  })

  test('of a stay lives until its discharge, of a purchase two hours', async () => {
    expect(await life('ADMISSION')).toBe(731 * 24)
    expect(await life('PHARMACY')).toBe(2)
    expect(await life('SETTLEMENT')).toBe(2)
    expect(await life('DISCHARGE')).toBe(24)
  })
})
