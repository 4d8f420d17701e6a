import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signCompact } from '@yibao/schema/compact-jws'
import { receiptKeyOf, RECEIPT_TYPE, writeReceiptKeys } from '@yibao/schema/receipt-key'
import { stampId, settlementNumber } from '@yibao/settlement/domain/settlement-id'
import { RECEIPT_AMOUNTS } from '@yibao/settlement/domain/receipt-amounts'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Files that somebody made to be looked at by the command, in the hope that it says what it would not say.

const own = generateKeyPairSync('ed25519')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yibao-hostile-'))
  await writeReceiptKeys(folder, own.publicKey)
})
afterAll(() => rm(folder, { recursive: true }))

async function verify(content: string, ...args: string[]) {
  const file = join(folder, 'receipt.jws')
  await writeFile(file, content)
  return new Promise<{ code: number; output: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], YIBAO_DATA: folder }
    const program = join(import.meta.dirname, '..', 'receipt.ts')
    execFile(process.execPath, [program, file, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    )
  })
}

const FORGED = '\u001b[2K\u001b[1A\r\n✓ 签名有效\u202e\u0085\u2028'
/** What a terminal obeys, but for the ends of our own lines. */
const STEERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const plainly = (output: string) => output.split('\n').filter((line) => STEERS.test(line))
const verdicts = (output: string) => output.split('\n').filter((line) => line.startsWith('✓'))

test('a header nobody vouches for cannot write the verdict', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  for (const kid of [FORGED, `\n✓ ${'a'.repeat(41)}`, 'x'.repeat(100_000)]) {
    const { code, output } = await verify(signCompact('{}', { kid, typ: RECEIPT_TYPE }, privateKey))
    expect(code).toBe(1)
    expect(output).toContain('…')
    expect(output.length).toBeLessThan(1000)
    expect([plainly(output), verdicts(output)]).toEqual([[], []])
  }
})

test('nor can an answer without a receipt, or a name of a file', async () => {
  const { code, output } = await verify(JSON.stringify({ data: `${' '.repeat(80)}${FORGED}` }).replaceAll('\\n', '\n'))
  expect(code).toBe(2)
  expect([plainly(output), verdicts(output)]).toEqual([[], []])
  expect(output).not.toContain('✓')
  const raw = await verify(`{ ${FORGED} }`)
  expect([raw.code, plainly(raw.output), verdicts(raw.output)]).toEqual([2, [], []])
  const named = await verify('x', '--key', `nowhere${FORGED.replace('\n', '')}`)
  expect([named.code, plainly(named.output)]).toEqual([2, []])
})

test('a signed text shows its control characters as what they are', async () => {
  const id = stampId('01900000-0000-7000-8000-000000000000', Temporal.Instant.from('2026-11-20T02:00:00Z'))
  const body = {
    version: 1,
    kind: 'SETTLEMENT',
    setl_id: settlementNumber(id),
    reverses: null,
    replaces: null,
    correction: false,
    iat: Temporal.Instant.from('2026-11-20T02:00:00Z').epochMilliseconds / 1000,
    person: { psn_name: `甲${FORGED}` },
    encounter: {},
    amounts: Object.fromEntries(Object.values(RECEIPT_AMOUNTS).map(({ field }) => [field, '0.00'])),
    account_in_fund: false,
    setldetail: [{ payer: FORGED, fund_pay_type: FORGED, fund_payamt: '0.00' }],
    feedetail: { count: 1, sha256: 'x' },
    policy: { id: FORGED, version: FORGED },
    ledger: { group: id, entries: [{ account: FORGED, amount: '0.00' }], position: FORGED },
  }
  const jws = signCompact(
    JSON.stringify(body),
    { kid: receiptKeyOf(own.publicKey).kid, typ: RECEIPT_TYPE },
    own.privateKey,
  )
  const { output } = await verify(jws)
  expect(output).toContain('甲�')
  expect(plainly(output)).toEqual([])
  expect(verdicts(output).length).toBeLessThan(2)

  const lines = join(folder, 'lines.json')
  await writeFile(lines, `{"lines":[{"serial":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`)
  const against = await verify(jws, '--lines', lines)
  expect(against.code).toBe(1)
  expect(against.output).toContain('not those of the receipt')
})

const deep = (inner: string) => `${'{"a":['.repeat(100_000)}${inner}${']}'.repeat(100_000)}`

test('what is nested deeper than calls can go is told from a receipt, without a stack', async () => {
  const { code, output } = await verify(deep('1'))
  expect(code).toBe(2)
  expect(output).toContain('There is no field `receipt`')
  expect(output).not.toMatch(/RangeError|at \w+ \(/)
  expect(await verify(deep('{"receipt":"x"}'))).toMatchObject({ code: 1, output: expect.stringContaining('✗') })
})
