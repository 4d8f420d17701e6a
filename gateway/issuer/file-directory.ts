import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { SCOPES } from '@yibao/schema/identity'
import type { Account, Client, Directory } from './directory.ts'

const scopes = z.array(z.enum(SCOPES))
const publicKey = z
  .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP']) })
  .refine((key) => !('d' in key), 'this is a private key; the directory holds public keys only')
const redirectUri = z.url().refine((uri) => !uri.includes('*'), 'a redirect address is complete, without *')

const client = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('institution'),
    id: z.string().regex(/^[HP][0-9]{11}$/, 'an institution code is H or P and 11 digits'),
    keys: z.array(publicKey).min(1),
    scopes,
  }),
  z.strictObject({
    kind: z.literal('channel'),
    id: z.string().regex(/^[A-Z][0-9A-Z]{2,19}$/, 'a channel code is 3 to 20 capital letters and digits'),
    keys: z.array(publicKey).min(1),
    scopes,
  }),
  z.strictObject({
    kind: z.literal('application'),
    id: z.string().regex(/^[\w-]{1,64}$/),
    name: z.strictObject({ zh: z.string(), en: z.string() }),
    redirectUris: z.array(redirectUri).min(1),
    keys: z.union([z.literal('native'), z.array(publicKey).min(1)]),
  }),
])

const person = { login: z.string().min(1).max(64), passwordHash: z.string().startsWith('scrypt$'), scopes }
const account = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('staff'), ...person, pool: z.string().regex(/^[0-9]{6}$/) }),
  z.strictObject({ kind: z.literal('person'), ...person, insuredId: z.uuid() }),
  z.strictObject({ kind: z.literal('employer'), ...person, employer: z.string().regex(/^[0-9A-Z]{18}$/) }),
  z.strictObject({ kind: z.literal('auditor'), ...person }),
])

const document = z.strictObject({ clients: z.array(client), accounts: z.array(account) })

interface Read {
  readonly changedAt: number
  readonly clients: ReadonlyMap<string, Client>
  readonly accounts: ReadonlyMap<string, Account>
}

/** The directory file cannot be used; the message names the file and every fault. */
export class DirectoryFaulty extends Error {}

/**
 * A directory in a JSON file, for an embedded issuer without demo data. A changed file takes effect at the next
 * sign-in.
 *
 * @throws DirectoryFaulty from `fileDirectory` and from every look-up while the file is missing or wrong.
 */
export async function fileDirectory(path: string): Promise<Directory> {
  let read = await readDirectory(path)
  async function current(): Promise<Read> {
    const { mtimeMs } = await stat(path).catch((error: Error) => {
      throw new DirectoryFaulty(`${path}: ${error.message}`)
    })
    if (mtimeMs !== read.changedAt) read = await readDirectory(path)
    return read
  }
  return {
    client: async (id) => (await current()).clients.get(id) ?? null,
    account: async (login) => (await current()).accounts.get(login) ?? null,
  }
}

async function readDirectory(path: string): Promise<Read> {
  try {
    // The time is taken first: a change between the two is then read again, not missed.
    const { mtimeMs: changedAt } = await stat(path)
    const { clients, accounts } = document.parse(JSON.parse(await readFile(path, 'utf8')))
    return {
      changedAt,
      clients: new Map(clients.map((one) => [one.id, one as Client])),
      accounts: new Map(accounts.map((one) => [one.login, one])),
    }
  } catch (error) {
    throw new DirectoryFaulty(`${path}: ${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`)
  }
}
