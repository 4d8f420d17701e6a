import { randomUUID } from 'node:crypto'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { connect } from '@yibao/drizzle/connect'
import { loadKeys } from '@yibao/schema/keys'
import { createSettlement } from '@yibao/settlement/schema'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoNames } from '../../demo/directory.ts'
import { asking, keeping } from '../asking.ts'
import {
  BATCH,
  clearingOf,
  CONFIRM_ACCOUNT,
  ENTER_ACCOUNT,
  fen,
  IMPORT_RESULT,
  onStatement,
  resultOf,
} from '../clearing-world.ts'
import { hospital } from '../settle-world.ts'
import { bill, CLASS_A, SETTLE } from '../world-bill.ts'
import { addPerson, send, type Data } from '../world.ts'
import { run, startWhole, type Child } from './child.ts'
import { killPaused, pauseAt, type Moment } from './pause.ts'
import { tokenOf } from './tokens.ts'
import { databaseUrl, faultsIn, newDataFolder, type DataFolder } from './world.ts'

// The platform is killed in the middle of declaring a month, of making a batch and of reading what the bank answered.
// Whatever was struck, the same request carries it to its one end: every settlement in one statement, paid once.

const HOSPITAL = 'H62990000001'
const CLERK = 'clerk-629900'
const POOL = '629900'
const OCTOBER = Temporal.Instant.from('2026-10-20T10:00:00+08:00')
const SETTLEMENTS = 12

let folder: DataFolder
let platform: Child
let admin: pg.Pool

beforeEach(async () => {
  folder = await newDataFolder()
  platform = await startWhole(folder.dataDir, folder.port)
  admin = new pg.Pool({ connectionString: await databaseUrl(folder.dataDir), max: 2 })
  admin.on('error', () => {})
  await settleInOctober()
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(platform.output().slice(-5000))
  await admin.end()
  await platform.end('SIGTERM')
  await folder.remove()
})

/** Bills of a month that is over: settled on the same database by a subgraph whose clock stands in October. */
async function settleInOctober(): Promise<void> {
  const url = await databaseUrl(folder.dataDir)
  const [insured, db] = await Promise.all([connect({ url, schema: 'insured' }), connect({ url, schema: 'settlement' })])
  const keys = await loadKeys(folder.dataDir)
  const { logger, errors } = keeping()
  const subgraph = await createSettlement({
    db,
    secrets: keys,
    clock: () => OCTOBER,
    accessLog: createAccessLog(db),
    logger,
  })
  const ask = asking(subgraph, errors)
  const enrolments = [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }]
  const begin = '2026-10-10T08:00:00+08:00'
  for (let i = 0; i < SETTLEMENTS; i += 1) {
    const adding = { keys, names: demoNames(), now: OCTOBER }
    const { cardNumber: card } = await addPerson({ insured, settlement: db }, adding, { enrolments })
    const input = bill({ card, begin, lines: [{ code: CLASS_A, price: 700 + i }] })
    const { settle } = await ask<Data>(hospital(HOSPITAL), SETTLE, { requestId: randomUUID(), input })
    expect(settle).toMatchObject({ __typename: 'Settlement' })
  }
  await Promise.all([insured.close(), db.close()])
}

async function as(name: string, query: string, variables = {}): Promise<Data> {
  const token = await tokenOf(platform.address, folder.dataDir, name)
  const { data, errors } = await send(platform.address, token, query, variables)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}

/** Asks while whoever writes the table stops in the middle, kills the platform there, starts it again and asks again. */
async function killedAt(moment: Moment, ask: () => Promise<Data>): Promise<Data> {
  await pauseAt(admin, moment)
  const lost = ask().catch(() => null)
  await killPaused(admin, platform, moment)
  expect(await lost).toBe(null)
  platform = await startWhole(folder.dataDir, folder.port)
  return ask()
}

test(
  'killed while a month is declared, a batch made and an answer of the bank read: nothing is lost and nothing doubled',
  { timeout: 300_000 },
  async () => {
    const time = { now: OCTOBER }
    const clearing = clearingOf({ as, admin, time, addPerson: () => Promise.reject(new Error('nobody is added here')) })
    await clearing.reconcile(HOSPITAL)
    const request = { declare: randomUUID(), batch: randomUUID(), result: randomUUID() }
    const { statements } = await killedAt({ table: 'settlement.clearing_item', event: 'insert' }, () =>
      clearing.declare('2026-10', HOSPITAL, null, request.declare),
    )
    expect(statements).toMatchObject([{ state: 'DECLARED', settlements: SETTLEMENTS }])
    const [{ id: statement, transfer, deposit }] = statements
    const owed = fen(await clearing.held(`payable:institution:${HOSPITAL}`))
    expect(new Set((await clearing.items(statement)).map((one) => one.number)).size).toBe(SETTLEMENTS)

    for (const name of ['startCheck', 'finishCheck', 'confirmStatement'])
      await clearing.ask(CLERK, onStatement(name), { statement })
    await payable(clearing)
    const batch = await killedAt({ table: 'settlement.payment_part', event: 'insert' }, () =>
      clearing.ask(CLERK, BATCH, { requestId: request.batch, input: { statements: [statement] } }),
    )
    expect(batch).toMatchObject({ rows: 1, amount: transfer })

    const file = resultOf(batch.number, [['1', HOSPITAL, batch.amount, 'PAID', 'B1', '']])
    const read = await killedAt({ table: 'settlement.payment_result', event: 'insert' }, () =>
      clearing.ask(CLERK, IMPORT_RESULT, { requestId: request.result, batch: batch.id, file }),
    )
    expect(read).toMatchObject({ paid: 1, repeated: 0, problems: [] })
    expect(await clearing.statement(statement)).toMatchObject({ state: 'PAID' })
    // What is left is owed for the demo's first bill, which is of this month.
    expect(fen(await clearing.held(`payable:institution:${HOSPITAL}`))).toBe(owed - fen(transfer) - fen(deposit))
    expect(await clearing.held(`transit:${POOL}`)).toBe('0.00')
    expect(await clearing.held(`bank:${POOL}`)).toBe(transfer)
    expect(await faultsIn(folder.dataDir)).toEqual([])
    const verified = await run(['verify.ts'], { YIBAO_DATA: folder.dataDir, DATABASE_URL: '' })
    expect(verified, verified.output).toMatchObject({ code: 0 })
  },
)

/** The hospital says where it is paid. The second word is put in by hand. */
async function payable(clearing: ReturnType<typeof clearingOf>): Promise<void> {
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await clearing.ask(HOSPITAL, ENTER_ACCOUNT, { input })
  await clearing.ask(CLERK, CONFIRM_ACCOUNT, { account: account.id })
  await admin.query(
    `insert into settlement.bank_account_confirmation (account_id, institution, pool, caller, at)
     select account_id, institution, pool, 'staff:${POOL}:second', at from settlement.bank_account_confirmation`,
  )
}
