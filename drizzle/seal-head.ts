import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Schema } from './roles.ts'

/** The signed end of a chain at one moment. */
export interface Head {
  readonly schema: Schema
  readonly sequence: bigint
  /** The sequence of the head before this one, 0 for the first. */
  readonly previous: bigint
  readonly hash: Buffer
  readonly at: string
  readonly keyId: string
  readonly signature: Buffer
}

/** A short name of a key, by which a head says who signed it. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key.export({ type: 'pkcs8', format: 'pem' })) : key
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)
}

const signedText = ({ schema, sequence, previous, hash, at, keyId }: Omit<Head, 'signature'>): Buffer =>
  Buffer.from(
    JSON.stringify(['access head', schema, String(sequence), String(previous), hash.toString('hex'), at, keyId]),
  )

/** Signs the end of a chain with an EdDSA key. */
export function signHead(key: KeyObject, head: Omit<Head, 'signature' | 'keyId'>): Head {
  const named = { ...head, keyId: keyIdOf(key) }
  return { ...named, signature: sign(null, signedText(named), key) }
}

/** Whether one of the platform's keys signed exactly this. */
export function isSigned(head: Head, publicKeys: readonly KeyObject[]): boolean {
  const key = publicKeys.find((one) => keyIdOf(one) === head.keyId)
  return key !== undefined && verify(null, signedText(head), key, head.signature)
}

/** Where the latest head of a log is kept. */
export const headFile = (folder: string, databaseId: string, schema: Schema): string =>
  join(folder, databaseId, `${schema}.json`)

/**
 * Keeps the latest head outside of the database. Whoever can delete the newest rows with their seals and heads leaves
 * a chain that is whole, only shorter; this file still knows how long it was.
 *
 * @throws when the file holds a later head, or another of the same sequence: what it says is never taken back.
 */
export async function keepHead(folder: string, databaseId: string, head: Head): Promise<void> {
  const file = headFile(folder, databaseId, head.schema)
  await mkdir(join(folder, databaseId), { recursive: true, mode: 0o700 })
  const { sequence, previous, hash, signature, ...rest } = head
  const kept = await readKeptHead(folder, databaseId, head.schema)
  if (kept !== null && (kept.sequence > sequence || (kept.sequence === sequence && !kept.hash.equals(hash)))) {
    throw new Error(`${file} holds a head that #${sequence} does not follow`)
  }
  const text = JSON.stringify({
    ...rest,
    sequence: String(sequence),
    previous: String(previous),
    hash: hash.toString('hex'),
    signature: signature.toString('hex'),
  })
  await writeFile(`${file}.new`, `${text}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

/** The head last kept outside of the database, or null. @throws when the file is there but unreadable. */
export async function readKeptHead(folder: string, databaseId: string, schema: Schema): Promise<Head | null> {
  const text = await readFile(headFile(folder, databaseId, schema), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  const kept = JSON.parse(text) as Record<'sequence' | 'previous' | 'hash' | 'at' | 'keyId' | 'signature', string>
  return {
    schema,
    sequence: BigInt(kept.sequence),
    previous: BigInt(kept.previous),
    hash: Buffer.from(kept.hash, 'hex'),
    at: kept.at,
    keyId: kept.keyId,
    signature: Buffer.from(kept.signature, 'hex'),
  }
}
