import { verify } from '@yibao/settlement/commands/verify'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  ENTER_ACCOUNT,
  HOSPITAL,
  IMPORT_RESULT,
  onStatement,
  OTHER_CLERK,
  POOL,
  resultOf,
  SECOND_CLERK,
  type ClearingWorld,
} from './clearing-world.ts'
import { upload } from './document-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// What the bank answered comes as a text or as an uploaded document; both are read by stream, whole or not at all.

let world: ClearingWorld
let batch: Data
beforeAll(async () => {
  world = await clearingWorld()
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 1200.07 }])
  await world.reconcile()
  world.at('2026-12-02T09:00:00+08:00')
  const [{ id: statement }] = (await world.declare('2026-11')).statements
  for (const [name, who] of [
    ['startCheck', CLERK],
    ['finishCheck', CLERK],
    ['confirmStatement', HOSPITAL],
  ] as const)
    await world.ask(who, onStatement(name), { statement })
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, { input })
  for (const who of [CLERK, SECOND_CLERK]) await world.ask(who, CONFIRM_ACCOUNT, { account: account.id })
  batch = await world.ask(CLERK, BATCH, { input: {} })
})
afterAll(() => world.close())

const give = (given: object) => world.ask(CLERK, IMPORT_RESULT, { batch: batch.id, ...given })
/** Uploads a file of the bank; its id. */
async function uploaded(text: string, who = CLERK, purpose = 'BANK_RESULT', pool = POOL): Promise<string> {
  const { id, status } = await upload(world, who, Buffer.from(text), { purpose, pool, filename: 'result.csv' })
  expect(status).toBe(204)
  return id
}
const paid = () => resultOf(batch.number, [['1', HOSPITAL, batch.amount, 'PAID', 'B1', '']])
const refused = (path: string, code: string) => ({ __typename: 'InvalidInput', problems: [{ path, code }] })

test('a result is a text or a document of the pool for this purpose; neither, both and any other are refused at the field', async () => {
  expect(await give({})).toMatchObject(refused('file', 'ONE_OF'))
  expect(await give({ file: paid(), document: randomUUID() })).toMatchObject(refused('file', 'ONE_OF'))
  for (const document of [
    'result-1',
    randomUUID(),
    await uploaded(paid(), OTHER_CLERK, 'BANK_RESULT', '620100'),
    await uploaded(paid(), CLERK, 'RECONCILIATION'),
  ])
    expect(await give({ document })).toMatchObject(refused('document', 'NOT_FOUND'))
})

test('a file that is cut off, changed, of another batch or no text is refused whole, as text and as document', async () => {
  const good = paid()
  const wrong = [
    ['', 'HEADER'],
    [good.slice(good.indexOf('\n') + 1), 'HEADER'],
    [good.slice(0, good.lastIndexOf('T,')), 'TRAILER'],
    [good.replace('B1', 'B2'), 'CHECKSUM'],
    [resultOf('62990020261202999', []), 'OTHER_BATCH'],
    [good.replace('T,1,', 'T,2,'), 'INCOMPLETE'],
    [`${good.slice(0, 60)}${'x'.repeat(200_000)}`, 'TOO_LONG'],
  ] as const
  for (const [text, code] of wrong) {
    expect(await give({ file: text })).toMatchObject(refused('file', code))
    if (text !== '') expect(await give({ document: await uploaded(text) })).toMatchObject(refused('document', code))
  }
  expect(await give({ file: ' '.repeat(6 * 1024 * 1024) })).toMatchObject(refused('file', 'TOO_LONG'))
})

test('a document of tens of thousands of rows is read; a row moves money once, and what is wrong is listed up to a number', async () => {
  const rows = [['1', HOSPITAL, batch.amount, 'PAID', 'B1', '']]
  for (let i = 0; i < 30_000; i += 1) rows.push([String(100 + i), HOSPITAL, '1.00', 'PAID', `B${i}`, ''])
  const text = `${resultOf(batch.number, rows)}\r\n\r\n`
  const document = await uploaded(text)
  const read = await give({ document })
  expect(read).toMatchObject({ paid: 1, repeated: 0, document, problemsLeftOut: 29_000 })
  expect(read.problems).toHaveLength(1000)
  expect(read.problems[0]).toEqual({ line: 3, row: 100, code: 'UNKNOWN_ROW' })
  expect(await give({ file: paid().replaceAll('\r\n', '\n') })).toMatchObject(refused('file', 'CHECKSUM'))
  expect(await give({ file: paid() })).toMatchObject({ paid: 0, repeated: 1, document: null, problemsLeftOut: 0 })
  expect(await world.held(`bank:${POOL}`)).toBe(batch.amount)
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
