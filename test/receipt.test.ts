import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCompact, signCompact } from '@yibao/schema/compact-jws'
import { receiptKeyOf, readReceiptKeys, RECEIPT_TYPE, writeReceiptKeys } from '@yibao/schema/receipt-key'
import { contradictions, readReceipt } from '@yibao/settlement/domain/receipt-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  auditor,
  billOf,
  hospital,
  lineOf,
  OTHER_HOSPITAL,
  personOf,
  settle,
  settleWorld,
  staff,
  type Settled,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

let world: SettleWorld
let folder: string
let person: WorldPerson
let settled: Settled
let receipt: string
let reversal: string

beforeAll(async () => {
  world = await settleWorld()
  folder = await mkdtemp(join(tmpdir(), 'yibao-receipt-'))
  await writeReceiptKeys(folder, world.secrets.receipt.publicKey)
  person = await world.addPerson(300)
  await settle(world, 'elsewhere', billOf(person), hospital(OTHER_HOSPITAL))
  const lines = [lineOf(), lineOf({ serial: '2', code: 'XB01' }), lineOf({ serial: '3', code: 'XC01' })]
  settled = await settle(world, 'one', billOf(person, { lines, total: '600.00' }))
  receipt = await fetched(settled.id)
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await world.close()
})

const RECEIPT = `query ($id: ID!) { settlement(id: $id) { __typename ... on Settlement { receipt } } }`
const fetched = async (id: string, identity = hospital()) =>
  (await world.ask<{ settlement: { receipt: string } }>(identity, RECEIPT, { id })).settlement.receipt

/** The JSON a receipt carries. */
const bodyOf = (jws: string) => JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())

/** Runs the command as somebody without the platform would. */
async function verify(args: readonly string[], input = '', dataDir = folder) {
  const program = join(import.meta.dirname, '..', 'receipt.ts')
  return new Promise<{ code: number; output: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], YIBAO_DATA: dataDir }
    const child = execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    )
    child.stdin?.end(input)
  })
}

describe('a receipt', () => {
  test('is the same to the byte whenever and by whomever of those concerned it is fetched', async () => {
    for (const who of [hospital(), staff(), personOf(person.insuredId), auditor]) {
      expect(await fetched(settled.id, who)).toBe(receipt)
    }
    await settle(world, 'later', billOf(person), hospital(OTHER_HOSPITAL))
    world.time.now = world.time.now.add({ hours: 30 })
    const another = await world.open()
    const again = await another.ask<{ settlement: { receipt: string } }>(hospital(), RECEIPT, { id: settled.id })
    expect(again.settlement.receipt).toBe(receipt)
    await another.close()
  })

  test('is the same in the answer that settles and in a later one', async () => {
    const query = `mutation ($requestId: ID!, $input: SettleInput!) {
      settle(requestId: $requestId, input: $input) { ... on Settlement { id receipt } } }`
    const time = world.time.now.toString()
    const input = billOf(person, { begin: time, end: time, lines: [lineOf({ time })] })
    const answer = await world.ask<{ settle: { id: string; receipt: string } }>(hospital(), query, {
      requestId: 'with-receipt',
      input,
    })
    expect(await fetched(answer.settle.id)).toBe(answer.settle.receipt)
  })

  test('carries all amounts, the shares, the digest of the lines, the policy and the balanced entries', () => {
    const body = bodyOf(receipt)
    expect(Object.keys(body)).toEqual(Object.keys(body).toSorted())
    expect(body).toMatchObject({
      kind: 'SETTLEMENT',
      setl_id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      reverses: null,
      amounts: { medfee_sumamt: '600.00', hifp_pay: settled.pool, acct_pay: settled.account, balc: settled.balance },
      setldetail: settled.funds.map(({ fundPayType, paid }) => ({ fund_pay_type: fundPayType, fund_payamt: paid })),
      feedetail: { count: 3 },
      policy: { id: '620900-employee-outpatient' },
      engine: 1,
      ledger: { group: settled.id },
    })
    const sum = body.ledger.entries.reduce(
      (all: number, one: { amount: string }) => all + Math.round(Number(one.amount) * 100),
      0,
    )
    expect(sum).toBe(0)
  })

  test('names nobody: masked name and number, and a pseudonym in place of every id', () => {
    const text = JSON.stringify(bodyOf(receipt))
    expect(text).toContain('"psn_name":"甲**"')
    for (const secret of [person.insuredId, person.identityNumber, '甲样本']) expect(text).not.toContain(secret)
    const { pseudonym } = bodyOf(receipt).person
    expect(bodyOf(receipt).ledger.entries).toContainEqual({
      account: `personal:${pseudonym}:CURRENT`,
      amount: `-${settled.account}`,
    })
  })

  test('is given only to those who may see the settlement', async () => {
    for (const who of [hospital(OTHER_HOSPITAL), staff('620100'), personOf((await world.addPerson(0)).insuredId)]) {
      expect(await fetched(settled.id, who)).toBeUndefined()
    }
  })

  test('changes when one entry, amount or earlier posting of the person was changed in the database', async () => {
    const changes = [
      `update settlement.ledger_entry set amount = amount + d where group_id <> '${settled.id}' and group_id < '${settled.id}' and account like 'payable:%'`,
      `update settlement.settlement_line set name = case when d = 1 then name || 'x' else left(name, -1) end where settlement_id = '${settled.id}' and number = 1`,
    ]
    for (const change of changes) {
      await world.admin.query(change.replaceAll(/\bd\b/g, '1'))
      expect(await fetched(settled.id)).not.toBe(receipt)
      await world.admin.query(change.replaceAll(/\bd\b/g, '(-1)'))
      expect(await fetched(settled.id)).toBe(receipt)
    }
  })
})

describe('a reversal', () => {
  beforeAll(async () => {
    const { annul } = await world.ask<{ annul: { reversal: { id: string } } }>(
      hospital(),
      'mutation { annul(requestId: "undo", target: "one") { ... on Annulment { reversal { id } } } }',
    )
    reversal = await fetched(annul.reversal.id)
  })

  test('has a receipt of its own that names what it takes back; that of the original stays as it is', async () => {
    const [before, after] = [bodyOf(receipt), bodyOf(reversal)]
    expect(after).toMatchObject({ kind: 'REVERSAL', reverses: before.setl_id, policy: null })
    expect(after.amounts.medfee_sumamt).toBe('-600.00')
    expect(await fetched(settled.id)).toBe(receipt)
    expect(await verify(['-'], reversal)).toMatchObject({ code: 0 })
    expect((await verify(['-'], receipt)).output).toMatch(/only be known online/)
  })
})

describe('the command', () => {
  test('prints a receipt that holds, from a file, from standard input and from an answer of the gateway', async () => {
    const file = join(folder, 'receipt.jws')
    await writeFile(file, `${receipt}\n`)
    const answer = JSON.stringify({ data: { settlement: { receipt } } })
    for (const run of [verify([file]), verify(['-'], receipt), verify(['-'], answer)]) {
      const { code, output } = await run
      expect(code).toBe(0)
      for (const shown of ['600.00', settled.pool, '甲**', '结算编号', 'settlement', 'medfee_sumamt', '✓']) {
        expect(output).toContain(shown)
      }
    }
  })

  test('finds one changed character wherever it is', async () => {
    const keys = readReceiptKeys(await readFile(join(folder, 'receipt.jwks.json'), 'utf8'))
    for (let i = 0; i < receipt.length; i += 1) {
      const other = receipt[i] === 'A' ? 'B' : 'A'
      const changed = receipt.slice(0, i) + other + receipt.slice(i + 1)
      expect(openCompact(changed, RECEIPT_TYPE, keys).kind, String(i)).not.toBe('VALID')
    }
    const last = receipt.length - 1
    const twin = String.fromCharCode(receipt.charCodeAt(last) + 1)
    for (const changed of [receipt.slice(0, last) + twin, receipt.replace('.', 'x.'), `${receipt}A`]) {
      const { code, output } = await verify(['-'], changed)
      expect(code).toBe(1)
      expect(output).toMatch(/✗/)
    }
  })

  test('says what is wrong with a receipt that was signed although it contradicts itself', async () => {
    const { privateKey, publicKey } = world.secrets.receipt
    const head = { kid: receiptKeyOf(publicKey).kid, typ: RECEIPT_TYPE }
    const resigned = (change: (body: ReturnType<typeof bodyOf>) => void) => {
      const body = bodyOf(receipt)
      change(body)
      return signCompact(JSON.stringify(body), head, privateKey)
    }
    const faults: readonly [RegExp, (body: ReturnType<typeof bodyOf>) => void][] = [
      [/sum of its four parts/, (body) => (body.amounts.medfee_sumamt = '600.01')],
      [/ledger entries do not add up/, (body) => (body.ledger.entries[0].amount = '-0.01')],
      [/shares do not add up/, (body) => (body.setldetail[0].fund_payamt = '0.01')],
      [/number and ledger group differ/, (body) => (body.setl_id = bodyOf(reversal).setl_id)],
      [/the time is not that/, (body) => (body.iat += 1)],
      [/only a reversal/, (body) => (body.reverses = body.setl_id)],
      [/sign of the other kind/, (body) => (body.amounts.psn_cash_pay = '-1.00')],
      [/another version/, (body) => (body.version = 2)],
      [/medfee_sumamt/, (body) => delete body.amounts.medfee_sumamt],
      [/fund_payamt/, (body) => (body.setldetail[0].fund_payamt = 1)],
    ]
    for (const [words, change] of faults) {
      const { code, output } = await verify(['-'], resigned(change))
      expect(output, String(words)).toMatch(words)
      expect(code).toBe(1)
    }
  })

  test('checks the lines with it when they are given', async () => {
    const query = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { lines {
      serial code name price quantity amount selfPaid overCeiling firstSelfPayment inScope } } } }`
    const lines = JSON.stringify(await world.ask(hospital(), query, { id: settled.id }))
    const file = join(folder, 'lines.json')
    await writeFile(file, lines)
    expect(await verify(['-', '--lines', file], receipt)).toMatchObject({ code: 0 })
    await writeFile(file, lines.replace('"quantity":"10', '"quantity":"11'))
    expect(await verify(['-', '--lines', file], receipt)).toMatchObject({
      code: 1,
      output: expect.stringContaining('not those of the receipt'),
    })
  })

  test('tells what it could not look at from what does not hold', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'))
    for (const run of [verify([]), verify(['a', 'b']), verify(['nowhere.jws']), verify(['-'], receipt, empty)]) {
      expect((await run).code).toBe(2)
    }
    expect(await verify(['-', '--key', join(folder, 'lines.json')], receipt)).toMatchObject({ code: 2 })
    expect(await verify(['-'], '{"data":{}}')).toMatchObject({ code: 2 })
    const stranger = join(folder, 'stranger.json')
    const { generateKeyPairSync } = await import('node:crypto')
    await writeFile(stranger, JSON.stringify(receiptKeyOf(generateKeyPairSync('ed25519').publicKey)))
    expect(await verify(['-', '--key', stranger], receipt)).toMatchObject({ code: 1 })
    expect((await verify(['--help'])).code).toBe(0)
  })
})

test('anybody may ask for the keys', async () => {
  const { receiptKeys } = await world.ask<{ receiptKeys: object[] }>(null, '{ receiptKeys { kid kty crv x alg use } }')
  expect(receiptKeys).toEqual([receiptKeyOf(world.secrets.receipt.publicKey)])
})

test('every settlement and reversal of this world has a receipt without a contradiction', async () => {
  const query = `{ settlements(first: 100) { ... on SettlementConnection { edges { node { receipt } } } } }`
  const { settlements } = await world.ask<{ settlements: { edges: { node: { receipt: string } }[] } }>(auditor, query)
  expect(settlements.edges.length).toBeGreaterThan(4)
  for (const { node } of settlements.edges) {
    const read = readReceipt(JSON.stringify(bodyOf(node.receipt)))
    expect('zh' in read ? read : contradictions(read)).toEqual([])
  }
})
