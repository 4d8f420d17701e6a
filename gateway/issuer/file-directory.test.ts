import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newClientKey, publicHalf } from '@yibao/schema/keys'
import { DirectoryFaulty, fileDirectory } from './file-directory.ts'
import { hashPassword } from './password.ts'

let home: string
let path: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'yibao-directory-'))
  path = join(home, 'directory.json')
})
afterAll(() => rm(home, { recursive: true }))

async function example() {
  const key = await newClientKey()
  return {
    key,
    clients: [
      { kind: 'institution', id: 'H62020000001', keys: [publicHalf(key)], scopes: ['settlement:write'] },
      {
        kind: 'application',
        id: 'dashboard',
        name: { zh: '经办页面', en: 'bureau pages' },
        redirectUris: ['https://bureau.example.gov.cn/callback'],
        keys: [publicHalf(key)],
      },
    ],
    accounts: [
      { kind: 'staff', login: 'li', passwordHash: await hashPassword('p'), scopes: ['insured:write'], pool: '620100' },
    ],
  }
}

test('clients and accounts are read from the file, and a changed file counts at the next look', async () => {
  const { clients, accounts } = await example()
  await writeFile(path, JSON.stringify({ clients, accounts }))
  const directory = await fileDirectory(path)
  expect(await directory.client('H62020000001')).toMatchObject({ kind: 'institution' })
  expect(await directory.client('dashboard')).toMatchObject({ name: { zh: '经办页面' } })
  expect(await directory.account('li')).toMatchObject({ pool: '620100' })
  expect(await directory.account('nobody')).toBeNull()
  await writeFile(path, JSON.stringify({ clients, accounts: [] }))
  await utimes(path, 1, 1)
  expect(await directory.account('li')).toBeNull()
  await rm(path)
  await expect(directory.account('li')).rejects.toBeInstanceOf(DirectoryFaulty)
})

test('a wrong file is refused with the file and every fault named', async () => {
  const { clients, accounts, key } = await example()
  const [hospital, pages] = clients
  const wrong = {
    clients: [
      { ...hospital, id: 'X1', keys: [key] },
      { ...pages, redirectUris: ['https://*.example.cn/'] },
    ],
    accounts: [{ ...accounts[0], scopes: ['everything'], passwordHash: 'p', pool: 'all' }],
  }
  await writeFile(path, JSON.stringify(wrong))
  const error: unknown = await fileDirectory(path).catch((fault: unknown) => fault)
  expect(error).toBeInstanceOf(DirectoryFaulty)
  const { message } = error as Error
  for (const word of [path, 'institution code', 'private key', 'without *', 'scopes', 'passwordHash', 'pool']) {
    expect(message).toContain(word)
  }
  expect(message).not.toContain(key.d)
  await writeFile(path, 'no json')
  await expect(fileDirectory(path)).rejects.toThrow(path)
})
