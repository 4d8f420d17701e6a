import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoNames, sichuanData } from '../demo/directory.ts'
import { introduce } from './two-provinces.ts'
import { openWorld, type World } from './world.ts'

// What a newcomer pastes from the README, pasted.

const ROOT = join(import.meta.dirname, '..')
const readme = await readFile(join(ROOT, 'README.md'), 'utf8')

let world: World
let second: World
let folder: string
beforeAll(async () => {
  const { institutions } = sichuanData()
  ;[world, second] = await Promise.all([openWorld({ province: '62' }), openWorld({ province: '51', institutions })])
  await introduce(world, second, '51')
  await introduce(second, world, '62')
  folder = await mkdtemp(join(tmpdir(), 'yibao-tour-'))
  // The keys and passwords that a start with demo data makes for everybody.
  for (const name of ['H62990000001', '62990000000015', 'clerk-629900']) await world.token(name)
  await second.token('H51010000001')
  second.letIn({ kind: 'staff', login: 'clerk-519900', label: '四川省本级', pool: '519900' })
  await second.token('clerk-519900')
})
afterAll(async () => {
  await Promise.all([world.close(), second.close()])
  await rm(folder, { recursive: true })
})

/** The commands of the tour, each block apart. */
function blocks(): string[] {
  const from = readme.indexOf('## Settle a bill yourself')
  const tour = readme.slice(from, readme.indexOf('\n## ', from + 1))
  return [...tour.matchAll(/^```sh\n(.*?)^```/gms)].map(([, commands = '']) => commands)
}

async function paste(commands: string): Promise<string> {
  const here = commands
    .replaceAll('http://127.0.0.1:4000', world.address)
    .replaceAll('http://127.0.0.1:4010', second.address)
    .replaceAll(
      'YIBAO_DATA=data/sichuan PORT=4010',
      `YIBAO_DATA=${second.dataDir} PORT=${new URL(second.address).port}`,
    )
    .replaceAll(/\b(receipt|receipt-keys|reversal|record)\.(json|pdf)\b/g, (file) => join(folder, file))
  const env = { ...process.env, PORT: new URL(world.address).port, YIBAO_DATA: world.dataDir }
  const shell = spawn('bash', ['-e', '-o', 'pipefail', '-c', here], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = new Promise<number | null>((resolve) => shell.on('close', resolve))
  const [out, err, code] = await Promise.all([text(shell.stdout), text(shell.stderr), exit])
  if (code !== 0) throw new Error(`${String(code)} ${err} ${out}`)
  return out
}

test('the README settles, explains, proves, takes back and verifies by pasting commands', async () => {
  const all = blocks()
  expect(all.length).toBeGreaterThan(5)
  // One shell for all, as somebody has who pastes: the token of the first block is used by the others.
  const mark = '=== next ==='
  const shown = (await paste(all.join(`\necho '${mark}'\n`))).split(mark)
  expect(shown).toHaveLength(all.length)
  const [settled, asked, explained, proven, receipt, taken, owed, recorded, uploaded, elsewhere, prefund] = shown
  expect(settled).toContain('"__typename":"Settlement"')
  expect(settled).toContain('"total":"431.20"')
  expect(asked).toContain('"state":"COMMITTED"')
  expect(explained).toContain('138.88 × 55 % = 76.38')
  expect(proven).toContain('used 76.38 of 2,500.00 by this bill')
  expect(receipt).toContain('✓ 签名有效')
  expect(taken).toContain('-431.20')
  expect(taken).toContain('✓ 签名有效')
  expect(owed).toContain('"account":"payable:institution:H62990000001","balance":"0.00"')
  expect(recorded).toContain('✓ PDF')
  expect(uploaded).toContain('document-state: STORED')
  expect(uploaded).toContain('"path":"/files/')
  expect(elsewhere).toContain(
    '{"name":"林秀兰","isFiled":false,"enrolments":[{"pool":"629900","standing":{"state":"IN_FORCE"}}]}',
  )
  expect(prefund).toContain('"state":"REQUESTED"}}}')
  expect(prefund).toContain('"node":{"side":"PAYER","state":"REQUESTED","amount":"10000.00"}')
  expect(
    demoNames(sichuanData())
      .accounts.filter((one) => one.kind === 'staff')
      .map((one) => one.login),
  ).toContain('clerk-519900')
}, 60_000)

const get = (path: string, init = {}) => fetch(`${world.address}${path}`, init)

test('the gateway publishes the keys of receipts to everybody, and nothing else beside them', async () => {
  const keys = await get('/receipts/jwks.json')
  expect(keys.status).toBe(200)
  expect(await keys.json()).toEqual({
    keys: [{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String), alg: 'EdDSA', use: 'sig' }],
  })
  expect((await get('/receipts/jwks.json', { method: 'POST' })).status).toBe(405)
  expect((await get('/receipts')).status).toBe(404)
  expect((await get('/receipts/keys')).status).toBe(404)
})
