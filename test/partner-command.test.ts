import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from './database.ts'

// `npm run partner` itself, as whoever runs a platform types it.

const ROOT = join(import.meta.dirname, '..')
const URL_OF = 'https://yibao.sc.example.cn'

let database: TestDatabase
let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'yibao-partner-'))
  database = await testDatabase()
})
afterAll(async () => {
  await database.close()
  await rm(dataDir, { recursive: true })
})

async function run(...args: string[]) {
  const env = { ...process.env, DATABASE_URL: database.url, YIBAO_DATA: dataDir, INIT_CWD: dataDir }
  const child = spawn(process.execPath, ['partner.ts', ...args], { cwd: ROOT, env })
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { out, err, code }
}

const newKey = () => receiptKeyOf(generateKeyPairSync('ed25519').publicKey)
const lines = async () => (await run('list')).out.trim().split('\n')

test('a platform and its key are registered, the key is changed for another and the old one ended', async () => {
  const [first, second] = [newKey(), newKey()]
  await writeFile(join(dataDir, 'key.json'), JSON.stringify(first))
  const added = await run('add', '51', URL_OF, '--name', '四川', '--key', 'key.json')
  expect(added).toEqual({ out: `已登记 registered 51 ${URL_OF}  ${first.kid}\n`, err: '', code: 0 })
  expect(await lines()).toEqual([`51  四川  ${URL_OF}  ${first.kid}`])

  expect(await run('add', '51', URL_OF, '--name', '四川', '--key', JSON.stringify(second))).toMatchObject({ code: 0 })
  expect((await lines()).toSorted()).toEqual([first, second].map(({ kid }) => `51  四川  ${URL_OF}  ${kid}`).toSorted())
  expect(await run('end-key', '51', first.kid)).toEqual({ out: `已停用 ended ${first.kid}\n`, err: '', code: 0 })
  expect((await lines()).toSorted()).toEqual(
    [`51  四川  ${URL_OF}  ${first.kid}  (已停用 ended)`, `51  四川  ${URL_OF}  ${second.kid}`].toSorted(),
  )
  expect(await run('end-key', '51', first.kid)).toMatchObject({ code: 1, err: expect.stringContaining('has no key') })
}, 60_000)

test('what cannot be registered is said in both languages, and nothing is registered', async () => {
  const before = await lines()
  const secret = JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))
  const wrong = await run('add', '51', 'http://yibao.sc.example.cn', '--key', secret)
  expect(wrong).toMatchObject({ out: '', code: 1 })
  for (const words of ['https 地址', 'https address', '不含私钥', 'without its private half'])
    expect(wrong.err).toContain(words)
  expect(wrong.err).not.toContain('    at ')
  expect(await run('add', '51', URL_OF, '--key', 'none.json')).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no file none.json'),
  })
  expect(await lines()).toEqual(before)
}, 60_000)
