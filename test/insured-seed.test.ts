import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { seedPersons, type SeedPerson } from '@yibao/insured/seed'
import { InvalidInput } from '@yibao/schema/rejection'
import { insuredWorld, newPerson, type InsuredWorld } from './insured-world.ts'

let world: InsuredWorld
beforeAll(async () => {
  world = await insuredWorld()
})
afterAll(() => world.close())

test('thousands of persons are added in seconds, each with all that belongs to them', async () => {
  const persons: SeedPerson[] = Array.from({ length: 5000 }, (_, i) => {
    const birthDate = Temporal.PlainDate.from('1950-01-01').add({ days: Math.floor(i / 2) })
    return newPerson({
      insuredId: randomUUIDv7(),
      personNumber: `B${i}`,
      birthDate: birthDate.toString(),
      sex: i % 2 === 1 ? '1' : '2',
      identityNumber: artificialIdentity('620100', birthDate, i % 2),
      cardNumber: `B${i}`,
      enrolments: [
        {
          pool: '620100',
          insuranceType: '310',
          personType: '1101',
          beginOn: '2020-01-01',
          identities: [{ type: '05', beginOn: '2020-01-01' }],
        },
      ],
    })
  })
  const start = performance.now()
  expect(await seedPersons(world.db, world.secrets, persons)).toBe(5000)
  const seconds = (performance.now() - start) / 1000
  expect(5000 / seconds).toBeGreaterThan(500)
  const [row] = await world.db.hot.unsafe<Record<string, bigint>>(`
    select (select count(*) from insured.person) as persons, (select count(*) from insured.identity) as sealed,
      (select count(*) from insured.enrolment) as enrolments, (select count(*) from insured.credential) as credentials,
      (select count(*) from insured.special_identity) as identities`)
  expect(row).toEqual({ persons: 5000n, sealed: 5000n, enrolments: 5000n, credentials: 10_000n, identities: 5000n })
  expect(await seedPersons(world.db, world.secrets, persons), 'a second time adds nobody').toBe(0)
})

test('persons are checked as the mutations check them, all faults at once, and then none is added', async () => {
  const good = newPerson({ personNumber: 'good' })
  const enrolment = { pool: '620200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }
  const bad = [
    newPerson({ identityNumber: '340524198001010011', insuredId: 'x' }),
    newPerson({ sex: '2' }),
    newPerson({ enrolments: [{ ...enrolment, endOn: '2019-01-01' }] }),
    newPerson({ enrolments: [enrolment, { ...enrolment, beginOn: '2021-01-01' }] }),
  ]
  const error = await seedPersons(world.db, world.secrets, [good, ...bad]).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InvalidInput)
  expect((error as InvalidInput).problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
    'persons[1].insuredId ID_FORM',
    'persons[1].identityNumber IDENTITY_CHECK',
    'persons[2].sex SEX_MISMATCH',
    'persons[3].enrolments[0].endOn PERIOD_REVERSED',
    'persons[4].enrolments[1].beginOn ENROLMENT_OVERLAP',
  ])
  expect(await world.db.hot.unsafe(`select from insured.person where person_number = 'good'`)).toEqual([])
})
