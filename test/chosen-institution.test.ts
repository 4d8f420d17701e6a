import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPersons, type SeedPerson } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { SHOW } from './insured-asking.ts'
import { auditor, institution, insuredWorld, newPerson, personOf, staff, type InsuredWorld } from './insured-world.ts'
import { CHOOSE, END_CHOICE, HELD } from './registration-asking.ts'

const [FIRST, SECOND, THIRD, FOURTH] = ['H62020000001', 'H62020000002', 'H62020000008', 'H62020000009']
const TODAY = '2026-11-22'

let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

interface Answer {
  readonly __typename: string
  readonly id: string
  readonly code?: string
  readonly problems: readonly { readonly path: string; readonly code: string }[]
}
async function say(who: Identity, query: string, variables: object = {}): Promise<Answer> {
  const answer = await world.ask<Record<string, Answer>>(who, query, { requestId: randomUUID(), ...variables })
  return Object.values(answer)[0]!
}
const meOf = ({ insuredId }: SeedPerson) => personOf(insuredId, ['insured:write'])
const choose = (who: Identity, code: string, change: object = {}) =>
  say(who, CHOOSE, { input: { institution: code, beginOn: TODAY, ...change } })
const end = (who: Identity, id: string) => say(who, END_CHOICE, { id, reason: '迁居' })
const faults = ({ problems }: Answer) => problems.map(({ path, code }) => `${path} ${code}`)
async function later(days: number, work: () => Promise<void>): Promise<void> {
  const { now } = world.time
  world.time.now = now.add({ hours: 24 * days })
  await work().finally(() => (world.time.now = now))
}
async function somebody(change: Partial<SeedPerson> = {}) {
  const person = newPerson({ cardNumber: `C${randomUUID().slice(0, 8)}`, ...change })
  await seedPersons(world.db, world.secrets, [person])
  return person
}

describe('choosing where to be treated', () => {
  test('is up to the person, as many as the pool says', async () => {
    const person = await somebody()
    const me = meOf(person)
    expect(await choose(me, FIRST)).toMatchObject({
      __typename: 'ChosenInstitution',
      pool: '620200',
      institutionCode: FIRST,
      kind: 'OTHER',
      isInForce: true,
      requestedBy: null,
    })
    expect(faults(await choose(me, FIRST))).toEqual(['institution CHOSEN_ALREADY'])
    expect(await choose(me, SECOND)).toMatchObject({ __typename: 'ChosenInstitution' })
    // Two hospitals beside primary care, in a pool without rules of its own.
    expect(faults(await choose(me, THIRD))).toEqual(['institution TOO_MANY_OTHER'])
    const rows = await world.db.hot.unsafe('select * from insured.chosen_institution_v1 where insured_id = $1', [
      person.insuredId,
    ])
    expect(rows.map((one) => String(one['institution'])).toSorted()).toEqual([FIRST, SECOND])
  })

  test('by several at once does not pass the limit', async () => {
    const person = await somebody()
    const answers = await Promise.all(
      [FIRST, SECOND, THIRD, FOURTH].map((code, i) =>
        choose({ ...staff(), subject: `clerk-${i}` }, code, { insuredId: person.insuredId }),
      ),
    )
    expect(answers.map((one) => one.code ?? one.__typename).toSorted()).toEqual([
      'ChosenInstitution',
      'ChosenInstitution',
      'TOO_MANY_OTHER',
      'TOO_MANY_OTHER',
    ])
  })

  test('an institution asks for itself and for whoever showed it a credential', async () => {
    const person = await somebody()
    const here = institution(FIRST, ['insured:write'])
    const input = { insuredId: person.insuredId }
    expect(await choose(here, FIRST, input)).toMatchObject({ code: 'NOT_FOUND' })
    await say(here, SHOW, { credential: { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber } })
    expect(faults(await choose(here, SECOND, input))).toEqual(['institution NOT_YOURSELF'])
    const done = await choose(here, FIRST, input)
    expect(done).toMatchObject({ requestedBy: FIRST })
    expect(await end(institution(SECOND, ['insured:write']), done.id)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await end(here, done.id)).toMatchObject({ isWithdrawn: true })
  })

  test('says what is wrong with the input, in Chinese and English, at its field', async () => {
    const me = meOf(await somebody())
    expect(faults(await choose(me, 'X'))).toEqual(['institution INSTITUTION_FORM'])
    expect(faults(await choose(me, 'P62020000001', { beginOn: '2026-11-21' }))).toEqual([
      'institution NO_HOSPITAL',
      'beginOn DATE_IN_PAST',
    ])
    expect(faults(await choose(me, FIRST, { beginOn: '2028-01-01' }))).toEqual(['beginOn DATE_IN_FUTURE'])
    expect(faults(await choose(me, FIRST, { endOn: '2026-11-01' }))).toEqual(['endOn PERIOD_REVERSED'])
    expect(faults(await choose(me, 'H62020000077'))).toEqual(['institution INSTITUTION_NOT_DESIGNATED'])
    const answer = await choose(me, 'X')
    expect(answer.problems[0]).toMatchObject({ message: { zh: expect.any(String), en: expect.any(String) } })
  })

  test('needs basic insurance on the first day', async () => {
    const person = await somebody({ enrolments: [] })
    expect(await choose(meOf(person), FIRST)).toMatchObject({ code: 'NOT_COVERED', problems: [{ path: 'beginOn' }] })
  })
})

describe('ending a choice', () => {
  test('on the day it was made takes it back; later it ends that day, so many times a year', async () => {
    const person = await somebody()
    const me = meOf(person)
    const { id } = await choose(me, FIRST)
    expect(await end(me, id)).toMatchObject({ isWithdrawn: true, isInForce: false })
    expect(await end(me, id)).toMatchObject({ code: 'CHOICE_ENDED' })
    const first = await choose(me, FIRST)
    const second = await choose(me, SECOND)
    await later(10, async () => {
      expect(await end(me, first.id)).toMatchObject({ isWithdrawn: false, isInForce: true, endOn: '2026-12-02' })
      expect(await choose(me, FIRST, { beginOn: '2026-12-02' })).toMatchObject({ code: 'CHOSEN_ALREADY' })
      const third = await choose(me, THIRD, { beginOn: '2026-12-03' })
      expect(third).toMatchObject({ isInForce: false })
      expect(await end(me, second.id)).toMatchObject({ endOn: '2026-12-02' })
    })
    await later(20, async () => {
      const [, , , last] = (await world.ask<{ me: { chosenInstitutions: { id: string }[] } }>(me, `{ me ${HELD} }`)).me
        .chosenInstitutions
      expect(await end(me, last!.id)).toMatchObject({ code: 'TOO_MANY_CHANGES' })
      expect(await end(staff(), last!.id)).toMatchObject({ endOn: '2026-12-12' })
    })
  })

  test('is for the person, the bureau of the pool and who asked; others are told there is none', async () => {
    const person = await somebody()
    const { id } = await choose(meOf(person), FIRST)
    const stranger = meOf(await somebody())
    for (const who of [stranger, staff('620100'), institution(FIRST, ['insured:write'])]) {
      expect(await end(who, id)).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'choiceId' }] })
    }
    await expect(end(auditor, id)).rejects.toThrow('FORBIDDEN')
    const byId = `{ insured(id: "${person.insuredId}") { ... on Insured ${HELD} ... on Rejection { code } } }`
    expect(await say(staff(), byId)).toMatchObject({ chosenInstitutions: [{ id }] })
    expect(await say(stranger, byId)).toMatchObject({ code: 'NOT_FOUND' })
    expect(faults(await say(staff(), END_CHOICE, { id, reason: '' }))).toEqual(['reason LENGTH'])
  })
})
