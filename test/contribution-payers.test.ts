import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BILLS, FLEXIBLE, flexible, named, PAY, PAY_EMPLOYER, reference, say } from './contribution-asking.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { change } from './enrolment-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A month that more than one payer owes for the same person: each has bills of its own.

let world: World
beforeAll(async () => {
  world = await openWorld()
  for (const [clerk, creditCode] of [
    ['clerk-629900', OTHER],
    ['clerk-620100', DEMO],
  ] as const) {
    const registered = await change(world, clerk, 'registerEmployer', { creditCode, name: '又一用人单位' })
    expect(registered.code).toBeUndefined()
  }
})
afterAll(() => world.close())

const OTHER = '91620100DEM0000022'
const OTHERS = 'employer-620100'

const bill = () => billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
async function enrolled(who: string, person: WorldPerson, more: object): Promise<void> {
  expect((await employ(world, who, person, more)).code).toBeUndefined()
}
async function declared(who: string, { personNumber }: WorldPerson, pool = '629900'): Promise<string> {
  const found = await declareMonth(world, who, { month: '2026-11', pool, lines: [{ personNumber, base: '10000.00' }] })
  expect(found).toMatchObject({ state: 'DECLARED' })
  await bill()
  return found.id
}
async function lower(who: string, declarationId: string, { personNumber }: WorldPerson): Promise<void> {
  const draft = await ask(world, who, 'correctEmployerDeclaration', { declarationId, reason: '未在职' })
  await upload(world, who, draft.id, [{ personNumber, base: '0.00' }])
  expect(await declare(world, who, draft.id)).toMatchObject({ state: 'DECLARED' })
  await bill()
}
const billsOf = async (person: WorldPerson): Promise<Data[]> =>
  (await say(world, person.personNumber, BILLS)).edges.map(({ node }: Data) => node).toReversed()
const payFor = (employer: string, pool: string, amount: string) => {
  const input = { employer, pool, insuranceType: '310', period: '2026-11', amount, reference: reference() }
  return say(world, 'BANK01', PAY_EMPLOYER, { input })
}

test('two employers of one month and a transfer to another pool are billed whole each, and a correction lowers its own alone', async () => {
  const person = await world.addPerson({ enrolments: [] })
  await enrolled(EMPLOYER, person, { beginOn: '2026-10-01', endOn: '2026-11-10' })
  await enrolled(OTHERS, person, { beginOn: '2026-11-11', endOn: '2026-11-15' })
  await enrolled(EMPLOYER, person, { beginOn: '2026-11-16', pool: '620100' })
  const first = await declared(EMPLOYER, person)
  await declared(OTHERS, person)
  await declared(EMPLOYER, person, '620100')
  const three = await billsOf(person)
  const whole = { base: '10000.00', corrects: null, amount: '800.00' }
  expect(three).toMatchObject([whole, whole, whole])
  expect(await payFor(OTHER, '629900', '800.00')).toMatchObject({ state: 'POSTED' })
  expect(await payFor(DEMO, '620100', '800.00')).toMatchObject({ state: 'POSTED' })

  await lower(EMPLOYER, first, person)
  const after = await billsOf(person)
  expect(after.slice(0, 3).map((one) => one.amount)).toEqual(['800.00', '800.00', '800.00'])
  expect(after.slice(3)).toMatchObject([{ corrects: three[0]?.id, amount: '-800.00', credit: '-200.00' }])
})

test('who paid alone for a month and is employed in it is billed by the employer whole; nothing of either is set against the other', async () => {
  const person = await world.addPerson({ enrolments: [{ ...flexible.enrolments[0]!, endOn: '2026-11-10' }] })
  const input = { ...named(person), insuranceType: '310', period: '2026-11', amount: FLEXIBLE }
  expect(await say(world, 'BANK01', PAY, { input: { ...input, reference: reference() } })).toMatchObject({
    state: 'POSTED',
  })
  await enrolled(EMPLOYER, person, { beginOn: '2026-11-11' })
  // The month of this employer is declared already: whoever comes later is declared by a correction of it.
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', await november())
  await upload(world, EMPLOYER, draft.id, [{ personNumber: person.personNumber, base: '10000.00' }])
  await declare(world, EMPLOYER, draft.id)
  await bill()
  expect(await billsOf(person)).toMatchObject([
    { kind: 'FLEXIBLE', amount: FLEXIBLE, corrects: null },
    { kind: 'EMPLOYEE', amount: '800.00', corrects: null },
  ])
  expect(await say(world, 'TAX62', PAY, { input: { ...input, reference: reference() } })).toMatchObject({
    code: 'ALREADY_PAID',
  })
})

test('a month an employer owes is not billed to the person as well', async () => {
  const person = await world.addPerson({ enrolments: [{ ...flexible.enrolments[0]!, endOn: '2026-11-10' }] })
  await enrolled(EMPLOYER, person, { beginOn: '2026-11-11' })
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', await november())
  await upload(world, EMPLOYER, draft.id, [{ personNumber: person.personNumber, base: '10000.00' }])
  await declare(world, EMPLOYER, draft.id)
  await bill()
  const input = { ...named(person), insuranceType: '310', period: '2026-11', amount: FLEXIBLE }
  expect(await say(world, 'BANK01', PAY, { input: { ...input, reference: reference() } })).toMatchObject({
    code: 'NOT_BILLED',
  })
  expect(await billsOf(person)).toMatchObject([{ kind: 'EMPLOYEE', amount: '800.00' }])
})

/** The month the demonstration employer has declared here. */
async function november(): Promise<{ declarationId: string; reason: string }> {
  const { rows } = await world.admin.query(
    `select declaration_id from insured.declaration
     where employer = $1 and pool = '629900' and month = '2026-11' and corrects is null`,
    [DEMO],
  )
  return { declarationId: rows[0].declaration_id, reason: '增员' }
}
