// What commands share that check a signed file without the platform.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Advice } from '@yibao/schema/process'
import { readReceiptKeys } from '@yibao/schema/receipt-key'
import type { Text } from '@yibao/schema/rejection'

/** Without characters that steer a terminal: whoever wrote a file must not be able to write what we say of it. */
export const plain = (raw: string): string => raw.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '\ufffd')
export const plainLines = (raw: string): string => raw.split('\n').map(plain).join('\n')
/** The beginning of what nobody signed; no blanks that would bring its end to a line of its own, and none of our marks. */
const beginning = (raw: string): string =>
  plain(raw.slice(0, 200).replaceAll(/\s+/g, ' ')).replaceAll(/[✓✗]/g, '\ufffd')
/** The id of a key, which a header may say of itself. */
export const keyId = (kid: string): string => (/^[\w-]{43}$/.test(kid) ? kid : '…')

export const say = (words: string) => process.stdout.write(`${plainLines(words)}\n`)
const both = ({ zh, en }: Text) => `${zh}。 ${en}.`

/** Says what does not hold; answers the exit code. */
export function failed(...faults: readonly Text[]): number {
  for (const one of faults) say(`✗ ${both(one)}`)
  return 1
}

export async function readText(path: string): Promise<string> {
  if (path === '-') return text(process.stdin)
  if (!existsSync(path)) throw new Advice(`没有文件 ${path}。 There is no file ${path}.`)
  return readFile(path, 'utf8')
}

export async function keysFrom(where: string) {
  const given = /^https?:\/\//.test(where) ? await fetched(where) : await readText(where)
  try {
    return readReceiptKeys(given)
  } catch {
    throw new Advice(`${where} 不是公钥集（JWKS）。 ${where} is no set of public keys (JWKS).`)
  }
}

async function fetched(address: string): Promise<string> {
  const response = await fetch(address).catch(() => null)
  if (response?.ok === true) return response.text()
  throw new Advice(`${address} 没有公钥。 No keys could be had from ${address}.`)
}

/** What was signed: the file itself, or the first member of that name in an answer of the gateway. */
export function signedIn(given: string, name: string): string {
  const trimmed = given.trim()
  if (!trimmed.startsWith('{')) return trimmed
  const found = findIn(parsed(trimmed), name)
  if (typeof found === 'string') return found
  throw new Advice(`应答中没有 ${name} 字段。 There is no field \`${name}\` in the answer: ${beginning(trimmed)}`)
}

export function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

/** The first member of that name, however deep: a file may nest deeper than calls can. */
export function findIn(whole: unknown, name: string): unknown {
  const left = [whole]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value !== 'object' || value === null) continue
    const own: unknown = Reflect.get(value, name)
    if (own !== undefined && own !== null) return own
    for (const inner of Object.values(value).toReversed()) left.push(inner)
  }
  return undefined
}
