import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { demoPersons } from '../../demo/persons.ts'
import { send, type Data } from '../world.ts'
import { run, startWhole, type Child } from './child.ts'
import { killPaused, pauseAt, type Moment } from './pause.ts'
import { tokenOf } from './tokens.ts'
import { databaseUrl, faultsIn, newDataFolder, type DataFolder } from './world.ts'

// A contribution whose platform is killed at every step between the bank and the account. Whatever was struck, the bank
// repeats what it was not answered, and the account is credited exactly once.

const PERSON = demoPersons().find((one) => one.label === '629900 灵活就业 flexible')

let folder: DataFolder
let platform: Child
let admin: pg.Pool
beforeAll(async () => {
  folder = await newDataFolder()
  platform = await startWhole(folder.dataDir, folder.port)
  admin = new pg.Pool({ connectionString: await databaseUrl(folder.dataDir), max: 2 })
  admin.on('error', () => {})
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(platform.output().slice(-5000))
})
afterAll(async () => {
  await admin.end()
  await platform.end('SIGTERM')
  await folder.remove()
})

const PAY = `mutation ($requestId: ID!, $input: PayContributionInput!) { answer: payContribution(requestId: $requestId, input: $input) {
  __typename ... on ContributionReceipt { id state } ... on Rejection { code problems { path code } } } }`

/** The answer, or null when the platform went away over it. */
async function pay(period: string): Promise<Data> {
  const token = await tokenOf(platform.address, folder.dataDir, 'BANK01')
  const { identityNumber, name } = PERSON ?? {}
  const input = { identityNumber, name, insuranceType: '310', period, amount: '360.00', reference: `BK-${period}` }
  try {
    const { data, errors } = await send(platform.address, token, PAY, { requestId: `credit-${period}`, input })
    return errors === undefined ? data.answer : null
  } catch {
    return null
  }
}

const fen = async (): Promise<number> => {
  const { rows } = await admin.query(
    `select balance::int as fen from settlement.account where insured_id = $1 and kind = 'CURRENT'`,
    [PERSON?.insuredId],
  )
  return rows[0]?.fen ?? 0
}

/** Each step a payment takes on its way, by the row that is being written when the platform is killed. */
const STEPS: readonly (readonly [string, Moment])[] = [
  ['the receipt is written', { table: 'insured.contribution_receipt', event: 'insert' }],
  [
    'the bill is marked as paid',
    { table: 'insured.contribution_bill', event: 'update', when: 'new.paid_at is not null' },
  ],
  ['settlement is told', { table: 'insured.outbox', event: 'insert', when: `new.topic = 'contribution.credited'` }],
  [
    'the bank is about to be answered',
    { table: 'insured.request', event: 'insert', when: `new.request_id like 'credit-%'` },
  ],
  ['the credit is written', { table: 'settlement.credit', event: 'insert' }],
  ['the account changes', { table: 'settlement.account', event: 'update', when: 'new.balance > old.balance' }],
  ['the note that it was credited is written', { table: 'settlement.inbox', event: 'insert' }],
]

test.each(STEPS.map(([name, moment], i) => [name, moment, i] as const))(
  'killed while %s: credited exactly once',
  { timeout: 240_000 },
  async (_, moment, i) => {
    const before = await fen()
    const period = Temporal.Now.plainDateISO('Asia/Shanghai').toPlainYearMonth().add({ months: i }).toString()
    await pauseAt(admin, moment)
    const first = pay(period)
    await killPaused(admin, platform, moment)
    await first
    platform = await startWhole(folder.dataDir, folder.port)

    const again = await pay(period)
    expect(again).toMatchObject({ state: 'POSTED' })
    expect(await pay(period)).toEqual(again)
    // The job of the killed process is taken from it within half a minute.
    await expect.poll(fen, { timeout: 120_000, interval: 100 }).toBe(before + 8000)
    const { rows } = await admin.query(
      `select (select count(*)::int from insured.contribution_receipt r where r.period = $1) as receipts,
       (select count(*)::int from settlement.credit c where c.period = $1) as credits,
       (select count(*)::int from insured.outbox o where o.topic = 'contribution.credited' and o.payload ->> 'month' = $1) as events`,
      [period],
    )
    expect(rows).toEqual([{ receipts: 1, credits: 1, events: 1 }])
  },
)

test('the books prove what was credited', async () => {
  expect(await fen()).toBe(31_000 + STEPS.length * 8000)
  expect(await faultsIn(folder.dataDir)).toEqual([])
  const verified = await run(['verify.ts'], { YIBAO_DATA: folder.dataDir, DATABASE_URL: '' })
  expect(verified, verified.output).toMatchObject({ code: 0 })
})
