import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { seedPersons, type SeedPerson } from '@yibao/insured/seed'
import type { Identity } from '@yibao/schema/identity'
import { BIND, bind as bindIn, bindingOf, bindingsOf, me, ORDER, say, UNBIND } from './insured-asking.ts'
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
beforeEach(async () => {
  world.logged.length = 0
})
afterAll(() => world.close())

const ask = (who: Identity, query: string, variables: object = {}) => say(world, who, query, variables)
const bind = (sponsor: SeedPerson, relative: SeedPerson, change: object = {}) =>
  bindIn(world, sponsor, relative, change)
const unbind = (who: SeedPerson, bindingId: string) => ask(me(who), UNBIND, { bindingId })
const order = (who: SeedPerson, ...bindings: string[]) => ask(me(who), ORDER, { bindings })

async function people(count: number, change: Partial<SeedPerson> = {}): Promise<SeedPerson[]> {
  const persons = Array.from({ length: count }, () => newPerson(change))
  await seedPersons(world.db, world.secrets, persons)
  return persons
}
const born = async (year: number) => {
  const birthDate = `${year}-03-01`
  const identityNumber = artificialIdentity('620200', Temporal.PlainDate.from(birthDate), 1)
  return (await people(1, { birthDate, identityNumber }))[0] as SeedPerson
}
const pair = async () => (await people(2)) as [SeedPerson, SeedPerson]

/** Whose accounts settlement would ask for this person, in order. */
async function sponsorsOf({ insuredId }: SeedPerson): Promise<string[]> {
  const rows = await world.db.hot.unsafe<{ sponsor_id: string }>(
    'select sponsor_id from insured.mutual_aid_v1 where beneficiary_id = $1 order by place',
    [insuredId],
  )
  return rows.map((row) => row.sponsor_id)
}

describe('binding a relative', () => {
  test('lets the account pay from today on, in the order of binding, within the limit', async () => {
    const [first, second, mother] = (await people(3, { name: '欧阳样本' })) as [SeedPerson, SeedPerson, SeedPerson]
    expect(await bind(first, mother)).toMatchObject({
      __typename: 'MutualAid',
      sponsorId: first.insuredId,
      sponsorName: '欧***',
      beneficiaryId: mother.insuredId,
      beneficiaryName: '欧阳样本',
      relation: 'SIBLING',
      place: 1,
      yearlyLimit: null,
      beginOn: '2026-11-22',
      endOn: null,
    })
    expect(await bind(second, mother, { yearlyLimit: '1234.5' })).toMatchObject({ place: 2, yearlyLimit: '1234.50' })
    const rows = await world.db.hot.unsafe('select * from insured.mutual_aid_v1 where beneficiary_id = $1 order by 4', [
      mother.insuredId,
    ])
    expect(rows).toMatchObject([
      { sponsor_id: first.insuredId, place: 1, yearly_limit: null, end_on: null },
      { sponsor_id: second.insuredId, place: 2, yearly_limit: 123_450n, end_on: null },
    ])
    expect(String(rows[0]?.['begin_on'])).toBe('2026-11-22')
  })

  test('of two who sponsor each other is two bindings', async () => {
    const [wife, husband] = await pair()
    await bind(wife, husband, { relation: 'SPOUSE' })
    await bind(husband, wife, { relation: 'SPOUSE' })
    expect([await sponsorsOf(wife), await sponsorsOf(husband)]).toEqual([[husband.insuredId], [wife.insuredId]])
  })

  test('of a second spouse, of either of the two, is refused until the first is unbound', async () => {
    const [one, two, three] = (await people(3)) as [SeedPerson, SeedPerson, SeedPerson]
    const { id } = await bind(one, two, { relation: 'SPOUSE' })
    const taken = { problems: [{ path: 'relation', code: 'RELATION_TAKEN' }] }
    expect(await bind(one, three, { relation: 'SPOUSE' })).toMatchObject(taken)
    expect(await bind(three, two, { relation: 'SPOUSE' })).toMatchObject(taken)
    expect(await bind(one, three)).toMatchObject({ __typename: 'MutualAid' })
    await unbind(one, id)
    expect(await bind(three, two, { relation: 'SPOUSE' })).toMatchObject({ __typename: 'MutualAid' })
  })

  test('is refused for a parent who is not older, and a child who is not younger', async () => {
    const [young, same, old] = [await born(1990), await born(1979), await born(1978)]
    const misfit = { problems: [{ path: 'relation', code: 'RELATION_MISFIT' }] }
    expect(await bind(young, same, { relation: 'PARENT' })).toMatchObject(misfit)
    expect(await bind(same, young, { relation: 'CHILD' })).toMatchObject(misfit)
    expect(await bind(old, young, { relation: 'PARENT' })).toMatchObject(misfit)
    expect(await bind(young, old, { relation: 'GRANDPARENT' })).toMatchObject(misfit)
    expect(await bind(young, old, { relation: 'PARENT' })).toMatchObject({ __typename: 'MutualAid' })
    expect(await bind(old, young, { relation: 'CHILD' })).toMatchObject({ __typename: 'MutualAid' })
  })

  test('is done once for one request, and another content is refused', async () => {
    const [sponsor, child] = await pair()
    const requestId = randomUUID()
    const once = (change: object = {}) => ask(me(sponsor), BIND, { requestId, input: bindingOf(child, change) })
    const [first, again] = await Promise.all([once(), once()])
    expect(again).toEqual(first)
    expect(await once({ yearlyLimit: '1.00' })).toMatchObject({ code: 'REQUEST_REUSED' })
    expect(await sponsorsOf(child)).toHaveLength(1)
  })

  test('is refused for oneself, twice, without the employees’ insurance, and for who is not covered', async () => {
    const [sponsor, child] = await pair()
    expect(await bind(sponsor, sponsor)).toMatchObject({ code: 'YOURSELF' })
    await bind(sponsor, child)
    expect(await bind(sponsor, child)).toMatchObject({ code: 'ALREADY_BOUND' })
    const enrolment = { pool: '620200', insuranceType: '390', personType: '1501', beginOn: '2026-01-01' }
    const [resident] = await people(1, { enrolments: [enrolment] })
    expect(await bind(resident!, sponsor)).toMatchObject({ code: 'NOT_AN_EMPLOYEE' })
    expect(await bind(sponsor, resident!)).toMatchObject({ __typename: 'MutualAid' })
    const [gone] = await people(1, { enrolments: [{ ...enrolment, endOn: '2026-11-21' }] })
    expect(await bind(sponsor, gone!)).toMatchObject({ code: 'RELATIVE_NOT_COVERED' })
    const [halted] = await people(1, {
      enrolments: [{ ...enrolment, insuranceType: '310', personType: '1101', status: '2' }],
    })
    expect(await bind(halted!, child)).toMatchObject({ code: 'NOT_AN_EMPLOYEE' })
  })

  test('ends at seven members, however many come at once', async () => {
    const [sponsor, ...family] = await people(10)
    const answers = await Promise.all(family.map((one) => bind(sponsor!, one)))
    const told = answers.map((one) => one.code ?? one.__typename).toSorted()
    expect(told).toEqual([...Array.from({ length: 7 }, () => 'MutualAid'), 'TOO_MANY_MEMBERS', 'TOO_MANY_MEMBERS'])
  })

  test('by many at once gives each a place of their own, ten at most', async () => {
    const [mother, ...children] = await people(13)
    const answers = await Promise.all(children.map((one) => bind(one, mother!)))
    const bound = answers.filter((one) => one.__typename === 'MutualAid')
    expect(bound.map((one) => one.place).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(answers.filter((one) => one.code === 'TOO_MANY_SPONSORS')).toHaveLength(2)
  })

  test('names every fault of the input at once, and quotes nothing', async () => {
    const [sponsor] = await people(1)
    const input = { identityNumber: '340524198001010011', name: '<b>', relation: 'CHILD', yearlyLimit: '0.00' }
    expect(await ask(me(sponsor!), BIND, { input })).toMatchObject({
      problems: [
        { path: 'identityNumber', code: 'IDENTITY_CHECK' },
        { path: 'name', code: 'NAME_FORM' },
        { path: 'yearlyLimit', code: 'AMOUNT' },
      ],
    })
  })

  test('is for persons with the scope only', async () => {
    const [sponsor, child] = await pair()
    for (const who of [staff(), institution(HOSPITAL, ['insured:write']), personOf(sponsor.insuredId, []), auditor]) {
      await expect(ask(who, BIND, { input: bindingOf(child) })).rejects.toThrow('FORBIDDEN')
    }
  })

  test('leaves no identity number in what is stored', async () => {
    const [sponsor, child] = await pair()
    await bind(sponsor, child)
    await bind(sponsor, child, { name: '某人' })
    const { rows } = await world.db.orm.execute<{ text: string }>(sql`
      select r::text as text from insured.request r union all select m::text from insured.mutual_aid m
      union all select o::text from insured.outbox o`)
    expect(rows.map((row) => row.text).join()).not.toContain(child.identityNumber)
  })
})

/** The numbers of nobody. */
const guess = (index: number) => artificialIdentity('620200', Temporal.PlainDate.from('1999-09-09'), index)

describe('naming a relative', () => {
  test('needs number and name of one person; neither alone is told to be right', async () => {
    const [sponsor, child] = await pair()
    const wrong = await bind(sponsor, child, { name: '某人' })
    const nobody = await bind(sponsor, child, { identityNumber: guess(1) })
    expect(wrong).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'identityNumber' }] })
    expect(nobody).toEqual(wrong)
    expect(world.logged).toEqual([
      { insuredId: sponsor.insuredId, count: 1 },
      { insuredId: sponsor.insuredId, count: 2 },
    ])
  })

  test('wrongly ten times a day, at once or not, is the end of it until midnight, for this person only', async () => {
    const [sponsor, child] = await pair()
    const [other] = await people(1)
    const done = randomUUID()
    expect(await ask(me(sponsor), BIND, { requestId: done, input: bindingOf(other!) })).toMatchObject({ place: 1 })
    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, index) => bind(sponsor, child, { identityNumber: guess(index + 1) })),
    )
    const of = (code: string) => answers.filter((one) => one.code === code).length
    expect([of('NOT_FOUND'), of('TOO_MANY_UNKNOWN_RELATIVES')]).toEqual([10, 4])
    expect(await bind(sponsor, child)).toMatchObject({ code: 'TOO_MANY_UNKNOWN_RELATIVES' })
    expect(await bind(other!, child)).toMatchObject({ __typename: 'MutualAid' })
    // What was asked before is answered as before.
    expect(await ask(me(sponsor), BIND, { requestId: done, input: bindingOf(other!) })).toMatchObject({ place: 1 })

    const { now } = world.time
    world.time.now = Temporal.Instant.from('2026-11-23T00:00:00+08:00')
    expect(await bind(sponsor, child)).toMatchObject({ __typename: 'MutualAid' })
    world.time.now = now
  })
})

describe('unbinding', () => {
  test('by either of the two ends it at once, and those after it move up', async () => {
    const [mother, ...children] = await people(4)
    const bindings = []
    for (const one of children) bindings.push(await bind(one, mother!))
    const [first, second, third] = bindings.map((one) => one.id)
    expect(await unbind(children[0]!, first!)).toMatchObject({ place: null, endOn: '2026-11-22', endedBy: 'SPONSOR' })
    expect(await sponsorsOf(mother!)).toEqual([children[1]!.insuredId, children[2]!.insuredId])
    expect(await unbind(mother!, second!)).toMatchObject({ endedBy: 'BENEFICIARY' })
    expect(await sponsorsOf(mother!)).toEqual([children[2]!.insuredId])
    expect(await unbind(mother!, first!)).toMatchObject({ code: 'BINDING_ENDED' })
    expect(await bind(children[0]!, mother!)).toMatchObject({ place: 2 })
    const { mutualAid } = await ask(me(mother!), bindingsOf(mother!.insuredId))
    expect(mutualAid.map((one) => [one.place, one.endOn === null])).toEqual([
      [1, true],
      [2, true],
      [null, false],
      [null, false],
    ])
    expect(mutualAid[0]?.id).toBe(third)
  })

  test('of others’ bindings, or of none, is refused alike', async () => {
    const [sponsor, child] = await pair()
    const [stranger] = await people(1)
    const { id } = await bind(sponsor, child)
    for (const bindingId of [id, randomUUID(), 'none']) {
      expect(await unbind(stranger!, bindingId)).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'bindingId' }] })
    }
    expect(await sponsorsOf(child)).toEqual([sponsor.insuredId])
  })

  test('while others bind leaves places without gaps', async () => {
    const [mother, ...children] = await people(9)
    const bound = []
    for (const one of children.slice(0, 4)) bound.push(await bind(one, mother!))
    await Promise.all([
      ...bound.slice(0, 3).map((one, index) => unbind(children[index]!, one.id)),
      ...children.slice(4).map((one) => bind(one, mother!)),
    ])
    const rows = await world.db.hot.unsafe<{ place: number }>(
      'select place from insured.mutual_aid_v1 where beneficiary_id = $1 order by 1',
      [mother!.insuredId],
    )
    expect(rows.map((row) => row.place)).toEqual([1, 2, 3, 4, 5])
  })
})

describe('the order of sponsors', () => {
  test('is the beneficiary’s to choose, each sponsor named once', async () => {
    const [mother, ...children] = await people(4)
    const ids: string[] = []
    for (const one of children) ids.push((await bind(one, mother!)).id)
    const [a, b, c] = ids as [string, string, string]
    const done = await order(mother!, c, a.toUpperCase(), b)
    expect(done.mutualAid.map((one) => one.place)).toEqual([1, 2, 3])
    expect(await sponsorsOf(mother!)).toEqual([2, 0, 1].map((index) => children[index]?.insuredId))
    for (const wrong of [[], [a, b], [a, b, b], [a, b, c, c], [a, b, randomUUID()], ['x', 'y', 'z']]) {
      expect(await order(mother!, ...wrong)).toMatchObject({ problems: [{ path: 'bindings', code: 'NOT_EACH_ONCE' }] })
    }
    expect(await order(children[0]!, a)).toMatchObject({ problems: [{ code: 'NOT_EACH_ONCE' }] })
    expect(await sponsorsOf(mother!)).toEqual([2, 0, 1].map((index) => children[index]?.insuredId))
  })
})
