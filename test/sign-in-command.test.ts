import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoDirectory, type DemoAccount } from '@yibao/gateway/issuer/demo-directory'
import { createPasswordCheck } from '@yibao/gateway/issuer/password'
import { HOSPITAL, INSURED, issuerWorld, serve, type World } from './sign-in-world.ts'

const root = join(import.meta.dirname, '..')
const PHARMACY = 'P62020000002'
const institutions = [
  { code: HOSPITAL, label: '第一人民医院 First People’s Hospital' },
  { code: PHARMACY, label: '惠民药店 Huimin Pharmacy' },
]
const accounts: DemoAccount[] = [
  { kind: 'person', login: '62000000000001', label: '职工 employee', insuredId: INSURED },
  { kind: 'staff', login: 'lanzhou', label: '兰州经办 staff of Lanzhou', pool: '620100' },
  { kind: 'auditor', login: 'auditor', label: '审计 auditor' },
]
let world: World
let dataDir: string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'yibao-demo-'))
  world = await issuerWorld({ directory: await demoDirectory(dataDir, { institutions, accounts }) })
}, 30_000)
afterAll(async () => {
  await world.close()
  await rm(dataDir, { recursive: true })
})

/** A port at which nothing listens. */
async function deadPort(): Promise<string> {
  const server = await serve()
  await server.close()
  return new URL(server.url).port
}

async function run(args: string[], { port = new URL(world.url).port, data = dataDir, stdin = '' } = {}) {
  const child = spawn('node', ['token.ts', ...args], {
    cwd: root,
    env: { ...process.env, PORT: port || (await deadPort()), YIBAO_DATA: data },
  })
  child.stdin.end(stdin)
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { out, err, code }
}

test('a demo institution: the token and nothing else, ready for curl', async () => {
  const { out, err, code } = await run([HOSPITAL])
  expect({ err, code }).toEqual({ err: '', code: 0 })
  expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const identity = await world.signIn(`Bearer ${out.trim()}`, { method: 'POST' })
  expect(identity).toMatchObject({ kind: 'institution', institution: HOSPITAL })
  expect(identity?.scopes).toContain('settlement:write')
})

test('a demo person, staff or auditor, by the same form a browser shows', async () => {
  const kinds = await Promise.all(
    accounts.map(async ({ login }) => {
      const { out, err } = await run(['--as', login])
      expect(err).toBe('')
      return (await world.signIn(`Bearer ${out.trim()}`, { method: 'POST' }))?.kind
    }),
  )
  expect(kinds).toEqual(['person', 'staff', 'auditor'])
}, 20_000)

describe('a fault is told plainly, with the next step, and nothing on standard output:', () => {
  const cases: [string, string[], object, RegExp][] = [
    [
      'an unknown institution lists the names',
      ['H99999999999'],
      {},
      /There is no H99999999999[^]*H62020000001  第一[^]*--as lanzhou/,
    ],
    ['an unknown login lists the names', ['--as', 'nobody'], {}, /There is no nobody[^]*--as auditor  审计/],
    ['no platform', [HOSPITAL], { port: '' }, /run npm start first/],
    ['no demo yet', [HOSPITAL], { data: '/nowhere' }, /There are no demo names yet: run npm start first/],
    ['no argument', [], {}, /Usage/],
    ['too many arguments', [HOSPITAL, 'x'], {}, /Usage/],
    ['an unknown option', ['--for', 'x'], {}, /Usage/],
  ]
  test.for(cases)('%s', async ([, args, options, words]) => {
    const { out, err, code } = await run(args, options)
    expect({ out, code }).toEqual({ out: '', code: 1 })
    expect(err).toMatch(words)
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('a key of another platform', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'yibao-other-'))
    await demoDirectory(elsewhere, { institutions, accounts: accounts.slice(1, 2) })
    for (const [args, words] of [
      [[HOSPITAL], /client authentication failed/],
      [['--as', 'lanzhou'], /wrong/],
    ] as const) {
      const { out, err, code } = await run([...args], { data: elsewhere })
      expect({ out, code }).toEqual({ out: '', code: 1 })
      expect(err).toMatch(words)
    }
    await rm(elsewhere, { recursive: true })
  }, 20_000)
})

test('--help and --list say what there is', async () => {
  const [help, list] = await Promise.all([run(['--help']), run(['--list'])])
  expect(help).toMatchObject({ out: '', code: 0 })
  expect(help.err).toMatch(/用法 Usage/)
  expect(list.err).toMatch(/P62020000002 {2}惠民药店/)
})

test('--hash-password makes a hash the issuer accepts', async () => {
  const { out } = await run(['--hash-password'], { stdin: 'a new password\n' })
  expect(await createPasswordCheck()('a new password', out.trim())).toBe(true)
})

test('the demo secrets lie in files of this machine, and stay the same', async () => {
  const folder = join(dataDir, 'keys', 'demo')
  const files = await readdir(folder)
  expect(files).toHaveLength(institutions.length + accounts.length)
  const before = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  await demoDirectory(dataDir, { institutions, accounts })
  expect(await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).toEqual(before)
})

test('the issuer starts without a word on the console', async () => {
  const script = `import { createIssuer } from './gateway/issuer/issuer.ts'
    import { emptyDirectory } from './gateway/issuer/directory.ts'
    import { loadKeys } from './schema/keys.ts'
    const keys = await loadKeys(process.argv[1])
    createIssuer({ issuerUrl: 'http://127.0.0.1:1/oidc', resource: 'http://127.0.0.1:1/graphql', keys, store: {}, directory: emptyDirectory })`
  const child = spawn('node', ['--input-type=module', '-e', script, dataDir], { cwd: root })
  expect(await Promise.all([text(child.stdout), text(child.stderr)])).toEqual(['', ''])
})
