import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type JsonWebKeyInput,
  type KeyObject,
} from 'node:crypto'
import { chmod, link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { Advice } from './process.ts'

/** A signing key of the platform with its public half. */
export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** Every key the platform itself holds. Keys of clients and passwords of accounts are not here. */
export interface Keys {
  /** 32 bytes; encrypts identity numbers and bank accounts at rest. */
  readonly dataKey: Buffer
  /** 32 bytes; keyed hashes by which encrypted values are found. */
  readonly lookupKey: Buffer
  /** 32 bytes; signs the cookies and form tokens of the embedded issuer. */
  readonly cookieKey: Buffer
  /** ES256 private keys of the embedded issuer, each with `kid`. The first one signs, all are published. */
  readonly issuer: readonly JWK[]
  /** EdDSA; the gateway signs internal tokens with it, subgraphs need only the public half. */
  readonly internal: SigningKey
  /** EdDSA; signs the head of the sealed access log. */
  readonly platform: SigningKey
  /** EdDSA; signs receipts. */
  readonly receipt: SigningKey
  /** EdDSA; signs what is said to the platforms of other provinces. */
  readonly exchange: SigningKey
  /** EdDSA; subgraphs that stand alone sign with it what they ask of each other beyond the graph. */
  readonly peer: SigningKey
}

/** Keys given from outside (environment, secret store): base64 of 32 bytes, or JSON of a JWK or JWKS. */
export type KeysGiven = { readonly [Name in keyof Keys]?: string | undefined }

/** A key file or a given key cannot be used. The message names it and the next step, never its content. */
export class KeyUnusable extends Advice {
  constructor(where: string, cause: unknown) {
    super(
      `密钥 ${where} 无法读取或已损坏：请从备份恢复；仅当从未存过数据时才可删除它以重新生成。 ` +
        `The key ${where} cannot be read or is damaged: restore it from a backup; delete it only if no data was ever ` +
        `stored with it, then a new one is made at the next start.`,
      { cause },
    )
    this.name = 'KeyUnusable'
  }
}

/**
 * Reads the keys under `<dataDir>/keys`, all or the named ones, making each one that is missing (mode 0600). Several
 * processes may start at once: all get the same keys. A key in `given` is taken instead and nothing is written for it.
 *
 * @throws KeyUnusable when a key is there but damaged; it is never replaced silently, data depends on it.
 */
export async function loadKeys<Name extends keyof Keys = keyof Keys>(
  dataDir: string,
  given: KeysGiven = {},
  names: readonly Name[] = Object.keys(KINDS) as Name[],
): Promise<Pick<Keys, Name>> {
  const folder = join(dataDir, 'keys')
  async function load(name: Name): Promise<Keys[Name]> {
    const { file, make, read } = KINDS[name]
    const text = given[name]
    if (text !== undefined) return readKey(name, text, read)
    return readKey(join(folder, file), await createOnce(folder, file, make), read)
  }
  const keys = await Promise.all(names.map(async (name) => [name, await load(name)] as const))
  return Object.fromEntries(keys) as Pick<Keys, Name>
}

/**
 * Returns the text of `<folder>/<file>`, writing it first when it is missing. The whole text appears at once under
 * its final name (`link` fails when the name is taken), so of many processes one writes and all read the same.
 */
export async function createOnce(folder: string, file: string, make: () => Promise<string> | string): Promise<string> {
  const path = join(folder, file)
  const present = await readIfPresent(path)
  if (present !== null) return present
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const draft = join(folder, `.${file}.${randomBytes(8).toString('hex')}`)
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(await make())
    // The key must be on disk before anything encrypted with it is.
    await handle.sync()
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await handle.close()
    await unlink(draft)
  }
  await syncFolder(folder)
  return readFile(path, 'utf8')
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new KeyUnusable(path, error)
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

type Reader<T> = (text: string) => T

function readKey<T>(where: string, text: string, read: Reader<T>): T {
  try {
    return read(text)
  } catch (error) {
    throw new KeyUnusable(where, error)
  }
}

const newSecret = () => `${randomBytes(32).toString('base64')}\n`

function asSecret(text: string): Buffer {
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length !== 32) throw new Error('a secret key is the base64 of 32 bytes')
  return bytes
}

const newSigningKey = () => JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))

function asSigningKey(text: string): SigningKey {
  const privateKey = createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key')
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

const newIssuerKeys = async () => JSON.stringify({ keys: [await newClientKey()] })

function asIssuerKeys(text: string): JWK[] {
  const { keys } = JSON.parse(text) as { keys: JWK[] }
  if (!Array.isArray(keys) || keys.length === 0) throw new Error('a key set needs at least one key')
  for (const key of keys) {
    createPrivateKey(asInput(key))
    if (key.alg !== 'ES256' || typeof key.kid !== 'string') throw new Error('an issuer key is ES256 and has a kid')
  }
  return keys
}

interface Kind<T> {
  readonly file: string
  readonly make: () => Promise<string> | string
  readonly read: Reader<T>
}

const KINDS: { readonly [Name in keyof Keys]: Kind<Keys[Name]> } = {
  dataKey: { file: 'data.key', make: newSecret, read: asSecret },
  lookupKey: { file: 'lookup.key', make: newSecret, read: asSecret },
  cookieKey: { file: 'cookie.key', make: newSecret, read: asSecret },
  issuer: { file: 'issuer.jwks.json', make: newIssuerKeys, read: asIssuerKeys },
  internal: { file: 'internal.jwk.json', make: newSigningKey, read: asSigningKey },
  platform: { file: 'platform.jwk.json', make: newSigningKey, read: asSigningKey },
  receipt: { file: 'receipt.jwk.json', make: newSigningKey, read: asSigningKey },
  exchange: { file: 'exchange.jwk.json', make: newSigningKey, read: asSigningKey },
  peer: { file: 'peer.jwk.json', make: newSigningKey, read: asSigningKey },
}

/**
 * Reads the public half of an Ed25519 key, a JWK in JSON. A private key is refused: where the public half is enough,
 * it must not lie around.
 */
export function readPublicKey(text: string): KeyObject {
  const jwk = JSON.parse(text) as JWK
  const key = createPublicKey(asInput(jwk))
  if (key.asymmetricKeyType !== 'ed25519' || jwk.d !== undefined) throw new Error('the key is no public Ed25519 key')
  return key
}

const asInput = (key: JWK) => ({ key, format: 'jwk' }) as JsonWebKeyInput

/** A new ES256 private key as JWK with its thumbprint as `kid`: for the issuer and for clients that sign in with it. */
export async function newClientKey(): Promise<JWK> {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JWK
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' }
}

/** The public half of a private JWK, fit to be published. */
export function publicHalf(key: JWK): JWK {
  const { kid, alg, use } = key
  const half = createPublicKey(asInput(key)).export({ format: 'jwk' }) as JWK
  return { ...half, ...(kid && { kid }), ...(alg && { alg }), ...(use && { use }) }
}
