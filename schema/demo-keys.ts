import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { createOnce, newClientKey } from './keys.ts'

/** What someone needs to sign in as a demo account. It stands in a file of this machine and nowhere else. */
export interface DemoAccountKey {
  readonly login: string
  /** Who it is, for the list of names: "staff of pool 620100". */
  readonly label: string
  readonly password: string
  readonly passwordHash: string
}

/** The private key of a demo institution; the institution's own system would hold it. */
export interface DemoClientKey {
  readonly code: string
  readonly label: string
  readonly key: JWK
}

const folderOf = (dataDir: string) => join(dataDir, 'keys', 'demo')

const NAME = /^[A-Za-z0-9_-]{1,64}$/

function assertName(name: string): void {
  assert(NAME.test(name), 'a demo name is used as a file name: letters, digits, - and _')
}

/** The signing key of a demo institution, made at first use. */
export async function demoClientKey(dataDir: string, code: string, label: string): Promise<DemoClientKey> {
  assertName(code)
  const text = await createOnce(folderOf(dataDir), `client-${code}.json`, async () =>
    JSON.stringify({ code, label, key: await newClientKey() } satisfies DemoClientKey),
  )
  return JSON.parse(text) as DemoClientKey
}

/** The password of a demo account, made at first use; `hash` is the issuer's password hash. */
export async function demoAccountKey(
  dataDir: string,
  { login, label, hash }: { login: string; label: string; hash: (password: string) => Promise<string> },
): Promise<DemoAccountKey> {
  assertName(login)
  const text = await createOnce(folderOf(dataDir), `account-${login}.json`, async () => {
    const password = newPassword()
    return JSON.stringify({ login, label, password, passwordHash: await hash(password) } satisfies DemoAccountKey)
  })
  return JSON.parse(text) as DemoAccountKey
}

/** A name the demo platform knows, with a word on who it is. Never the secret. */
export interface DemoName {
  readonly name: string
  readonly label: string
}

/** The names of all demo institutions and accounts that have keys on this machine; empty where no demo ever ran. */
export async function listDemoNames(dataDir: string): Promise<{ clients: DemoName[]; accounts: DemoName[] }> {
  const folder = folderOf(dataDir)
  const files = await readdir(folder).catch(() => [])
  const named = (prefix: string) =>
    Promise.all(
      files
        .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
        .toSorted()
        .map(async (file) => {
          const { label } = JSON.parse(await readFile(join(folder, file), 'utf8')) as { label: string }
          return { name: file.slice(prefix.length, -'.json'.length), label }
        }),
    )
  return { clients: await named('client-'), accounts: await named('account-') }
}

/** The key of a demo institution that exists on this machine; null when there is none of that code. */
export const findDemoClient = (dataDir: string, code: string): Promise<DemoClientKey | null> =>
  findDemo<DemoClientKey>(dataDir, 'client', code)

/** The password of a demo account that exists on this machine; null when there is none of that login. */
export const findDemoAccount = (dataDir: string, login: string): Promise<DemoAccountKey | null> =>
  findDemo<DemoAccountKey>(dataDir, 'account', login)

async function findDemo<T>(dataDir: string, kind: 'client' | 'account', name: string): Promise<T | null> {
  if (!NAME.test(name)) return null
  const text = await readFile(join(folderOf(dataDir), `${kind}-${name}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as T)
}

// Without letters and digits that look alike; 16 of 31 signs are 79 bits.
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'

const newPassword = () =>
  Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => SIGNS[randomInt(SIGNS.length)]).join('')).join('-')
