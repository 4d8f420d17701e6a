import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { seedPersons } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'
import { CERTIFY, CHECK_CERTIFICATE, HELD } from './registration-asking.ts'
import { DECODE } from './voucher-gateway.ts'

const HERE = 'H62020000001'
const here = institution(HERE, ['insured:write'])
const person = newPerson({ name: '甲样本' })
let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
  await seedPersons(world.db, world.secrets, [person])
})
afterAll(() => world.close())

interface Answer {
  readonly __typename: string
  readonly code: string
  readonly validUntil: string
  readonly problems: readonly { readonly path: string; readonly code: string }[]
}
async function say(who: Identity, query: string, variables: object = {}): Promise<Answer> {
  const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
  return Object.values(answer)[0]!
}
const input = { identityNumber: person.identityNumber, name: person.name, reason: '急诊送入，未带证件' }
const certify = (who: Identity, change: object = {}, requestId = randomUUID()) =>
  say(who, CERTIFY, { requestId, input: { ...input, ...change } })
const check = (code: string, who: Identity = here) => say(who, CHECK_CERTIFICATE, { code })
const decode = (code: string, purpose = 'ADMISSION', at = HERE) => say(institution(at), DECODE, { code, purpose })
async function later(hours: number, work: () => Promise<void>): Promise<void> {
  const { now } = world.time
  world.time.now = now.add({ hours })
  await work().finally(() => (world.time.now = now))
}

test('a certificate of the window is good once, for three days, and says so to whoever checks it', async () => {
  const requestId = randomUUID()
  const done = await certify(here, {}, requestId)
  expect(done).toMatchObject({ __typename: 'IssuedCertificate', code: expect.stringMatching(/^[0-9]{28}$/) })
  expect(Temporal.Instant.from(done.validUntil).since(world.time.now).total('hours')).toBe(72)
  expect(await certify(here, {}, requestId)).toEqual(done)
  expect(await check(done.code)).toMatchObject({ state: 'VALID', nameMasked: '甲**', institutionCode: HERE })
  expect(await check(done.code, staff('620100'))).toMatchObject({ state: 'VALID' })
  expect(await decode(done.code, 'PHARMACY')).toMatchObject({ code: 'CERTIFICATE_PURPOSE' })
  expect(await decode(done.code)).toMatchObject({ __typename: 'VisitToken', insured: { id: person.insuredId } })
  expect(await decode(done.code)).toMatchObject({ code: 'CODE_USED' })
  expect(await check(done.code)).toMatchObject({ state: 'USED' })
})

test('one of the bureau is used where the person is treated, unless it has expired', async () => {
  const { code } = await certify(staff())
  expect(await check(code)).toMatchObject({ institutionCode: null, pool: '620200' })
  await later(72, async () => {
    expect(await check(code)).toMatchObject({ state: 'EXPIRED' })
    expect(await decode(code)).toMatchObject({ code: 'CODE_EXPIRED' })
  })
  expect(await decode(code, 'REGISTRATION', 'H62020000002')).toMatchObject({ __typename: 'VisitToken' })
})

test('two institutions that use one at once: one of them does', async () => {
  const { code } = await certify(staff())
  const both = await Promise.all([decode(code), decode(code, 'ADMISSION', 'H62020000002')])
  expect(both.map((one) => one.code ?? one.__typename).toSorted()).toEqual(['CODE_USED', 'VisitToken'])
})

test('number and name must be of one person; whoever tries numbers is stopped', async () => {
  expect(await certify(here, { name: '乙样本' })).toMatchObject({
    code: 'NOT_FOUND',
    problems: [{ path: 'identityNumber' }],
  })
  const bad = await certify(here, { identityNumber: '1', name: '7', reason: '' })
  expect(bad.problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
    'identityNumber IDENTITY_FORM',
    'name NAME_FORM',
    'reason LENGTH',
  ])
  const asked = await world.db.orm.execute<{ count: number }>(sql`select count from insured.unknown_credential`)
  expect(asked.rows).toEqual([{ count: 1 }])
  await world.db.orm.execute(sql`update insured.unknown_credential set count = 200`)
  expect(await certify(here)).toMatchObject({ code: 'TOO_MANY_UNKNOWN_CREDENTIALS' })
  expect(await certify(staff())).toMatchObject({ __typename: 'IssuedCertificate' })
  await world.db.orm.execute(sql`update insured.unknown_credential set count = 0`)
})

test('is issued and checked at windows alone; the person sees theirs, neither number nor code is kept', async () => {
  const { code } = await certify(here)
  for (const who of [personOf(person.insuredId, ['insured:write']), auditor]) {
    await expect(certify(who)).rejects.toThrow('FORBIDDEN')
    await expect(check(code, who)).rejects.toThrow('FORBIDDEN')
  }
  expect(await check('0'.repeat(28))).toMatchObject({ code: 'NOT_FOUND' })
  expect(await check('x')).toMatchObject({ problems: [{ path: 'code', code: 'CODE_FORM' }] })
  const { me } = await world.ask<{ me: { noCardCertificates: object[] } }>(personOf(person.insuredId), `{ me ${HELD} }`)
  expect(me.noCardCertificates).toContainEqual(expect.objectContaining({ institutionCode: HERE, reason: input.reason }))
  const { rows } = await world.db.orm.execute<{ text: string }>(
    sql`select c::text as text from insured.no_card_certificate c union all select r::text from insured.request r`,
  )
  const all = rows.map((one) => one.text).join()
  expect(all.includes(code) || all.includes(person.identityNumber)).toBe(false)
})
