import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoAccountKey, demoClientKey, findDemoAccount, findDemoClient, listDemoNames } from './demo-keys.ts'
import { loadKeys, newClientKey, publicHalf, readPublicKey } from './keys.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'yibao-keys-'))
})
afterAll(() => rm(home, { recursive: true }))

const shown = (keys: Awaited<ReturnType<typeof loadKeys>>) => ({
  data: keys.dataKey.toString('hex'),
  lookup: keys.lookupKey.toString('hex'),
  cookie: keys.cookieKey.toString('hex'),
  issuer: keys.issuer,
  internal: keys.internal.privateKey.export({ format: 'jwk' }),
  platform: keys.platform.privateKey.export({ format: 'jwk' }),
})

test('keys are made once and stay the same', async () => {
  const dataDir = join(home, 'once')
  const first = shown(await loadKeys(dataDir))
  expect(first.data).toHaveLength(64)
  expect(new Set([first.data, first.lookup, first.cookie]).size).toBe(3)
  expect(shown(await loadKeys(dataDir))).toEqual(first)
})

test('only the owner of the process can read them', async () => {
  const folder = join(home, 'once', 'keys')
  await chmod(join(home, 'once'), 0o755)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  const files = await readdir(folder)
  expect(files.filter((file) => file.startsWith('.'))).toEqual([])
  for (const file of files) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600)
})

test('eight processes that start at once all get the same keys', async () => {
  const script =
    `import { loadKeys } from ${JSON.stringify(join(import.meta.dirname, 'keys.ts'))};` +
    `const k = await loadKeys(process.argv[1]);` +
    `console.log(k.dataKey.toString('hex') + k.lookupKey.toString('hex') + k.issuer[0].kid + ` +
    `k.internal.privateKey.export({ format: 'jwk' }).x + k.platform.privateKey.export({ format: 'jwk' }).x)`
  const run = async () =>
    (await promisify(execFile)('node', ['--input-type=module', '-e', script, join(home, 'many')])).stdout
  const seen = await Promise.all(Array.from({ length: 8 }, run))
  expect(new Set(seen).size).toBe(1)
}, 30_000)

test('a process that needs one key makes no other', async () => {
  const dataDir = join(home, 'one')
  const keys = await loadKeys(dataDir, {}, ['internal'])
  expect(Object.keys(keys)).toEqual(['internal'])
  expect(await readdir(join(dataDir, 'keys'))).toEqual(['internal.jwk.json'])
})

test('a public key is an Ed25519 key without its private half', async () => {
  const { privateKey, publicKey } = (await loadKeys(join(home, 'one'), {}, ['internal'])).internal
  const text = JSON.stringify(publicKey.export({ format: 'jwk' }))
  expect(readPublicKey(text).equals(publicKey)).toBe(true)
  for (const wrong of [privateKey.export({ format: 'jwk' }), publicHalf(await newClientKey()), {}])
    expect(() => readPublicKey(JSON.stringify(wrong))).toThrow()
})

test('a key given from outside is taken and no file is written for it', async () => {
  const dataKey = Buffer.alloc(32, 7).toString('base64')
  const keys = await loadKeys(join(home, 'given'), { dataKey })
  expect(keys.dataKey).toEqual(Buffer.alloc(32, 7))
  expect(await readdir(join(home, 'given', 'keys'))).not.toContain('data.key')
})

test('a damaged key stops the start, is named, and is not replaced', async () => {
  const dataDir = join(home, 'damaged')
  await mkdir(join(dataDir, 'keys'), { recursive: true })
  const path = join(dataDir, 'keys', 'data.key')
  await writeFile(path, 'c2hvcnQ=')
  await expect(loadKeys(dataDir)).rejects.toThrow(path)
  expect(await readFile(path, 'utf8')).toBe('c2hvcnQ=')
  await expect(loadKeys(join(home, 'x'), { lookupKey: 'short' })).rejects.toThrow(/lookupKey/)
})

const hash = (password: string) => Promise.resolve(`hash of ${password.length} signs`)

test('demo names get a key or a password once, and are listed with a word on who they are', async () => {
  const dataDir = join(home, 'demo')
  const account = { login: 'lanzhou', label: '兰州经办人员 bureau staff of Lanzhou', hash }
  const [client, staff] = [await demoClientKey(dataDir, 'H62020000001', '医院'), await demoAccountKey(dataDir, account)]
  expect(await demoClientKey(dataDir, 'H62020000001', '医院')).toEqual(client)
  expect(await demoAccountKey(dataDir, account)).toEqual(staff)
  expect(staff.password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)
  expect(staff.passwordHash).toBe('hash of 19 signs')
  expect(await findDemoClient(dataDir, 'H62020000001')).toEqual(client)
  expect(await findDemoAccount(dataDir, 'lanzhou')).toEqual(staff)
  expect(await findDemoAccount(dataDir, '../../etc/passwd')).toBeNull()
  expect(await listDemoNames(dataDir)).toEqual({
    clients: [{ name: 'H62020000001', label: '医院' }],
    accounts: [{ name: 'lanzhou', label: account.label }],
  })
  expect(await listDemoNames(join(home, 'nowhere'))).toEqual({ clients: [], accounts: [] })
})
