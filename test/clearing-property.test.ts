import { giveBackReversed } from '@yibao/settlement/commands/give-back'
import { verify } from '@yibao/settlement/commands/verify'
import fc from 'fast-check'
import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  APPEAL,
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  CORRECT_SCORE,
  DECIDE,
  DECIDE_DEPOSIT,
  DEDUCT,
  difference,
  ENTER_ACCOUNT,
  fen,
  HOSPITAL,
  IMPORT_DIFFERENCES,
  IMPORT_RESULT,
  onStatement,
  POOL,
  resultOf,
  SCORE,
  SECOND_CLERK,
  WITHDRAW_DEDUCTION,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'

// Whatever a hospital and its bureau do in whatever order, nothing is taken or paid twice.

let world: ClearingWorld
let account: string
beforeAll(async () => {
  world = await clearingWorld()
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  account = (await world.ask(HOSPITAL, ENTER_ACCOUNT, { input })).id
})
afterAll(() => world.close())

const STEPS = [
  'settle',
  'settle',
  'deduct',
  'deduct',
  'reverse',
  'reconcile',
  'month',
  'go on',
  'go on',
  'go on',
] as const
const MORE = [
  'appeal',
  'decide',
  'withdraw',
  'give back',
  'pay',
  'score',
  'correct',
  'dispose',
  'difference',
  'day',
] as const
const step = fc.record({
  what: fc.constantFrom(...STEPS, ...MORE),
  of: fc.nat(1000),
  share: fc.integer({ min: 1, max: 100 }),
})
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

const list = async (query: string): Promise<string[]> =>
  (await world.admin.query<{ id: string }>(query)).rows.map(({ id }) => id)
const one = async (query: string, of: number): Promise<string | undefined> => {
  const found = await list(query)
  return found[of % Math.max(1, found.length)]
}
const number = async (query: string): Promise<bigint> => {
  const { rows } = await world.admin.query<{ n: string }>(`select coalesce((${query}), 0)::text as n`)
  return BigInt(rows[0]?.n ?? 0)
}
const STANDING = `not exists (select from settlement.reversal v where v.settlement_id = s.id) and s.reverses is null`
const NOT_WITHDRAWN = `d.amount > 0 and not exists (select from settlement.deduction w where w.withdraws = d.id)`
const services = () => ({
  db: world.platform.databases.settlement,
  clock: () => world.time.now,
  newId: () => randomUUIDv7(),
})
const later = (duration: object) =>
  world.at(world.time.now.toZonedDateTimeISO('Asia/Shanghai').add(duration).toInstant().toString())
const lastMonth = (): string =>
  world.time.now.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().subtract({ months: 1 }).toPlainYearMonth().toString()

const YEARS = ['2026', '2027', '2028'] as const

/** One thing somebody does; what is refused changes nothing. */
const DOING: Readonly<Record<Step['what'], (asked: Step) => Promise<unknown>>> = {
  settle: async ({ share }) => world.settle(await world.addPatient(), [{ code: CLASS_A, price: 300 + share * 17.13 }]),
  reconcile: () => world.reconcile(),
  'give back': () => giveBackReversed(services(), null),
  day: async () => later({ days: 1 }),
  async month() {
    later({ months: 1 })
    await world.declare(lastMonth())
  },
  async reverse({ of }) {
    const settlement = await one(`select s.id from settlement.settlement s where ${STANDING} order by 1`, of)
    if (settlement !== undefined) await world.reverse(settlement)
  },
  async deduct({ of, share }) {
    const query = `select m.id || ' ' || i.settlement_id || ' ' || i.fund - i.deducted as id from settlement.clearing_item i
      join settlement.monthly_statement m on m.id = i.statement_id where m.state = 'CHECKING' and not i.reversal order by 1`
    const [statement, settlement, left = '0'] = (await one(query, of))?.split(' ') ?? []
    const part = (BigInt(left) * BigInt(share)) / 100n
    const amount = `${part / 100n}.${String(part % 100n).padStart(2, '0')}`
    if (part > 0n)
      await world.ask(CLERK, DEDUCT, {
        input: { statement, settlement, amount, reason: 'OVERCHARGED', words: '重复收费' },
      })
  },
  async appeal({ of }) {
    const query = `select d.id from settlement.deduction d join settlement.monthly_statement m on m.id = d.statement_id
      where m.state = 'CHECKED' and ${NOT_WITHDRAWN} order by 1`
    const deduction = await one(query, of)
    if (deduction !== undefined) await world.ask(HOSPITAL, APPEAL, { input: { deduction, words: '并非重复' } })
  },
  async decide({ of, share }) {
    const deduction = await one(
      `select deduction_id as id from settlement.deduction_appeal where state = 'OPEN' order by 1`,
      of,
    )
    if (deduction !== undefined)
      await world.ask(CLERK, DECIDE, { input: { deduction, upheld: share > 50, answer: '经复核' } })
  },
  async withdraw({ of }) {
    const deduction = await one(`select d.id from settlement.deduction d where ${NOT_WITHDRAWN} order by 1`, of)
    if (deduction !== undefined) await world.ask(CLERK, WITHDRAW_DEDUCTION, { deduction, words: '复议撤销' })
  },
  'go on': async ({ of }) => goOn(await one(OPEN, of)),
  async pay({ share }) {
    for (const who of [CLERK, SECOND_CLERK]) await world.ask(who, CONFIRM_ACCOUNT, { account })
    const batch = await world.ask(CLERK, BATCH, { input: {} })
    if (batch.number === undefined) return
    const rows = [['1', HOSPITAL, batch.amount, share > 30 ? 'PAID' : 'REJECTED', 'B', '账号户名不符']]
    await world.ask(CLERK, IMPORT_RESULT, { batch: batch.id, file: resultOf(batch.number, rows) })
  },
  score: ({ of }) => score(YEARS[of % 3] ?? ''),
  correct: async ({ of, share }) => correct(YEARS[of % 3] ?? '', ['96', '85', '58.5'][share % 3] ?? ''),
  dispose: ({ of, share }) =>
    world.ask(CLERK, DECIDE_DEPOSIT, {
      input: { institution: HOSPITAL, year: YEARS[of % 3], release: share > 50, reason: '考核', sourceNumber: '3号' },
    }),
  difference: async ({ share }) => {
    const document = await world.paper(CLERK)
    const entry = difference({ month: lastMonth(), amount: `${share - 50}.07`, document })
    await world.ask(CLERK, IMPORT_DIFFERENCES, { entries: [entry] })
  },
}

const OPEN = `select id from settlement.monthly_statement where state in ('DECLARED', 'CHECKING', 'CHECKED') order by 1`
async function goOn(statement: string | undefined): Promise<void> {
  for (const name of ['confirmStatement', 'finishCheck', 'startCheck'])
    if (statement !== undefined)
      await world.ask(name === 'confirmStatement' ? HOSPITAL : CLERK, onStatement(name), { statement })
}
const score = (year: string) => world.ask(CLERK, SCORE, { input: { institution: HOSPITAL, year, score: '96' } })
/** Corrects the score a year has, if it has one. */
async function correct(year: string, to: string): Promise<void> {
  const [was] = await list(`select round(score / 100.0, 2)::text as id from settlement.deposit_release
    where year = '${year}' and score is not null and corrected_by is null limit 1`)
  const input = { institution: HOSPITAL, year, was, score: to, reason: '录入有误' }
  if (was !== undefined) await world.ask(CLERK, CORRECT_SCORE, { input })
}
const deposit = async () => fen(await world.held(`deposit:institution:${HOSPITAL}:${POOL}`))

/** A way on which everything happens. */
const WAY: readonly Step['what'][] = [
  ...([
    'settle',
    'settle',
    'settle',
    'settle',
    'reconcile',
    'month',
    'go on',
    'deduct',
    'deduct',
    'deduct',
    'deduct',
  ] as const),
  ...([
    'difference',
    'go on',
    'appeal',
    'decide',
    'reverse',
    'give back',
    'go on',
    'pay',
    'reverse',
    'reconcile',
    'month',
  ] as const),
  ...([
    'go on',
    'go on',
    'go on',
    'pay',
    'reverse',
    'score',
    'correct',
    'pay',
    'dispose',
    'correct',
    'month',
    'month',
    'go on',
    'go on',
    'go on',
    'reverse',
  ] as const),
]

/** Everything that is open comes to its end. */
async function drain(): Promise<void> {
  for (const id of await list(`select deduction_id as id from settlement.deduction_appeal where state = 'OPEN'`))
    await world.ask(CLERK, DECIDE, { input: { deduction: id, upheld: false, answer: '经复核' } })
  await world.reconcile()
  // A second month takes what was given back when the first was declared, or waited for it.
  for (let month = 0; month < 2; month += 1) {
    await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 1000 }])
    await world.reconcile()
    later({ months: 1 })
    await world.declare(lastMonth())
    for (const id of await list(OPEN)) for (let n = 0; n < 3; n += 1) await goOn(id)
  }
}

async function expectNothingTwice(): Promise<void> {
  const payable = await number(`select sum(payable) from settlement.monthly_statement where confirmed_at is not null`)
  const funds = await number(`select sum(s.hifp + s.cvlserv + s.hifes + s.hifmi + s.hifob + s.hifdm + s.maf + s.oth)
    from settlement.settlement s where ${STANDING}`)
  const deductions = await number(`select sum(d.amount) from settlement.deduction d where ${NOT_WITHDRAWN}`)
  const differences = await number(`select sum(amount) from settlement.method_difference`)
  const released = await number(`select sum(amount) from settlement.deposit_release where corrected_by is null`)
  const decided = (outcome: string) =>
    number(`select sum(d.amount) from settlement.deposit_decision d join settlement.deposit_release r on r.id = d.release_id
      where r.corrected_by is null and d.outcome = '${outcome}'`)
  const forfeited = await decided('FORFEITED')
  const disposed = forfeited + (await decided('RELEASED'))
  expect(await list(OPEN)).toEqual([])
  expect(await list(`select id from settlement.deduction where statement_id is null`)).toEqual([])
  expect(payable).toBe(funds - deductions - (await deposit()) - released - disposed + differences)
  const owed = fen(await world.held(`payable:institution:${HOSPITAL}`))
  const paid = fen(await world.held(`bank:${POOL}`)) + fen(await world.held(`transit:${POOL}`))
  const accounts = await number(`select sum(s.account + s.mutual_aid) from settlement.settlement s where ${STANDING}`)
  expect(owed + paid + (await deposit())).toBe(funds + accounts - deductions - forfeited + differences)
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
}

test('in whatever order is settled, deducted, appealed, reversed, confirmed, paid and scored, an institution gets what stands, once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 45 }), async (steps) => {
      for (const asked of steps) {
        later({ minutes: 7 })
        await DOING[asked.what](asked)
        expect((await deposit()) >= 0n, asked.what).toBe(true)
      }
      await drain()
      await expectNothingTwice()
    }),
    // One world goes on from run to run: nothing could be made smaller.
    { numRuns: 6, endOnFailure: true, examples: [[WAY.map((what, of) => ({ what, of: 3 * of, share: 40 }))]] },
  )
  // What it is about has happened.
  for (const table of [
    'deposit_back',
    'deposit_release',
    'deposit_decision',
    'payment_part',
    'method_difference',
    'deduction_appeal',
    'reversal',
  ])
    expect(await number(`select count(*) from settlement.${table}`), table).toBeGreaterThan(0n)
  expect(await number(`select count(*) from settlement.deduction where from_month is not null`)).toBeGreaterThan(0n)
  // What was kept of years that are over goes back to the fen: nothing of it is stuck.
  later({ months: 12 })
  const years = await list(`select distinct left(month, 4) as id from settlement.monthly_statement order by 1`)
  for (const year of years) {
    await correct(year, '96')
    await score(year)
  }
  expect(await deposit()).toBe(0n)
  await expectNothingTwice()
}, 300_000)
