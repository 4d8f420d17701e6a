import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PAY_EMPLOYER, reference, say } from './contribution-asking.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What accounts are credited of a month is a quarter of what was paid for it, whatever is raised for one and lowered for
// another in one correction: 2 % of a base go to the account, and 8 % are paid.

let world: World
const people: WorldPerson[] = []
beforeAll(async () => {
  world = await openWorld()
  for (let i = 0; i < 3; i += 1) {
    const person = await world.addPerson({ enrolments: [] })
    expect((await employ(world, EMPLOYER, person)).code).toBeUndefined()
    people.push(person)
  }
})
afterAll(() => world.close())

const POOL = { pool: '629900', insuranceType: '310' }
const MONTH = `query ($period: String!) { answer: employerContributionMonth(employer: "${DEMO}", pool: "629900",
  insuranceType: "310", period: $period) { ... on EmployerContributionMonth { state left } } }`
const bases = new Map<number, number>()
let declarationId: string | null = null

/** Declares the bases that change, of as many persons as there are; a base of 0 takes out. */
async function declareBases(wanted: readonly (number | null)[]): Promise<void> {
  const lines = wanted.flatMap((base, i) => {
    if (base === null || (bases.get(i) ?? 0) === base) return []
    bases.set(i, base)
    return [{ personNumber: people[i]?.personNumber, base: `${base}.00` }]
  })
  if (lines.length === 0) return
  if (declarationId === null) {
    declarationId = (await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })).id
  } else {
    const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId, reason: '基数有误' })
    expect(await upload(world, EMPLOYER, draft.id, lines)).toMatchObject({ rejected: [] })
    expect(await declare(world, EMPLOYER, draft.id)).toMatchObject({ state: 'DECLARED' })
  }
  await billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
}
async function pay(): Promise<string | null> {
  const found: Data = await say(world, EMPLOYER, MONTH, { period: '2026-11' })
  if (found?.state !== 'OPEN') return null
  const input = { ...POOL, period: '2026-11', amount: found.left, employer: DEMO, reference: reference() }
  expect(await say(world, 'BANK01', PAY_EMPLOYER, { input })).toMatchObject({ state: 'POSTED' })
  return found.left
}

/** What accounts were asked to be credited, less what was asked to be taken back, and what was paid for it, in fen. */
async function sums(): Promise<{ credited: number; paid: number }> {
  const { rows } = await world.admin.query(`
    select coalesce((select sum((payload ->> 'amount')::int * case topic when 'contribution.credited' then 1 else -1 end)
        from insured.outbox where topic in ('contribution.credited', 'contribution.corrected')), 0)::int as credited,
      (coalesce((select sum(amount) from insured.contribution_receipt where state = 'POSTED'), 0)
        - coalesce((select sum(balance) from insured.employer_credit), 0)
        + coalesce((select sum(amount) from insured.employer_credit_entry
            where kind = 'SET_OFF' and receipt_id is null), 0))::int as paid`)
  return rows[0]
}
async function creditOf({ insuredId }: WorldPerson): Promise<number> {
  const { rows } = await world.admin.query(
    `select sum((payload ->> 'amount')::int * case topic when 'contribution.credited' then 1 else -1 end)::int as fen
     from insured.outbox where topic in ('contribution.credited', 'contribution.corrected') and insured_id = $1`,
    [insuredId],
  )
  return rows[0].fen ?? 0
}

test('who exchanges a high base of one for a low one of another moves the credit with it, and a fen paid later adds nothing', async () => {
  await declareBases([20_000, 4083, 4083])
  expect(await pay()).toBe('2253.28')
  await declareBases([4083, 20_000, null])
  expect(await pay()).toBeNull()
  await declareBases([4084, null, null])
  expect(await pay()).toBe('0.08')
  expect(await Promise.all(people.map(creditOf))).toEqual([8168, 40_000, 8166])
  const { credited, paid } = await sums()
  expect(credited * 4).toBe(paid)
})

test('whatever is declared of several people at once, raised, lowered and paid: what is credited is a quarter of what was paid, at every step', async () => {
  const base = fc.oneof(fc.integer({ min: 4083, max: 20_000 }), fc.constant(null), fc.constant(0))
  const step = fc.record({ wanted: fc.tuple(base, base, base), pays: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
      for (const { wanted, pays } of steps) {
        await declareBases(wanted)
        if (pays) await pay()
        const { credited, paid } = await sums()
        expect(credited * 4).toBe(paid)
      }
      await pay()
      for (const [i, person] of people.entries()) expect(await creditOf(person)).toBe((bases.get(i) ?? 0) * 2)
    }),
    { numRuns: 8, endOnFailure: true },
  )
})
