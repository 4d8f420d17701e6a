import { demoAccountKey, demoClientKey } from '@yibao/schema/demo-keys'
import type { Scope } from '@yibao/schema/identity'
import { publicHalf } from '@yibao/schema/keys'
import type { Account, ApplicationClient, Client, Directory, SystemClient } from './directory.ts'
import { INSTITUTION_SCOPES } from './partner-directory.ts'
import { hashPassword } from './password.ts'

/** The program `npm run token -- --as <login>` signs in with. A browser may come back to any port of this machine. */
export const TOKEN_COMMAND: ApplicationClient = {
  kind: 'application',
  id: 'yibao-token',
  name: { zh: '命令 npm run token', en: 'the command npm run token' },
  redirectUris: ['http://127.0.0.1/callback'],
  keys: 'native',
}

/** Someone of the demo data who can sign in. `label` says who it is in the list of names. */
export type DemoAccount = { readonly login: string; readonly label: string } & (
  | { readonly kind: 'staff'; readonly pool: string }
  | { readonly kind: 'person'; readonly insuredId: string }
  | { readonly kind: 'employer'; readonly employer: string }
  | { readonly kind: 'auditor' }
)

/** A system of the demo data that signs in by itself: of a hospital or pharmacy, or of a channel. */
export interface DemoSystem {
  readonly code: string
  readonly label: string
}

const SCOPES_OF: Readonly<Record<SystemClient['kind'] | Account['kind'], readonly Scope[]>> = {
  institution: INSTITUTION_SCOPES,
  staff: [
    'settlement:write',
    'settlement:read',
    'insured:read',
    'insured:pii',
    'insured:write',
    'institutions:read',
    'institutions:write',
    'filing:read',
    'filing:write',
  ],
  person: [
    'settlement:read',
    'insured:read',
    'insured:pii',
    'insured:write',
    'institutions:read',
    'filing:read',
    'filing:write',
  ],
  employer: ['insured:read', 'insured:write'],
  channel: ['insured:read', 'insured:write'],
  auditor: ['settlement:read', 'insured:read', 'institutions:read', 'filing:read', 'audit:read'],
}

/**
 * The directory of the demo data. Each name gets its key or password at the first start, in a file of this machine
 * under `<dataDir>/keys/demo`; nothing of it stands in the repository.
 */
export async function demoDirectory(
  dataDir: string,
  demo: {
    readonly institutions: readonly DemoSystem[]
    readonly channels?: readonly DemoSystem[]
    readonly accounts: readonly DemoAccount[]
  },
): Promise<Directory> {
  const clients = await Promise.all([
    ...demo.institutions.map((one) => clientOf(dataDir, 'institution', one)),
    ...(demo.channels ?? []).map((one) => clientOf(dataDir, 'channel', one)),
  ])
  const accounts = await Promise.all(demo.accounts.map((one) => accountOf(dataDir, one)))
  const clientById = new Map([...clients, TOKEN_COMMAND].map((client) => [client.id, client]))
  const accountByLogin = new Map(accounts.map((account) => [account.login, account]))
  return {
    client: (id) => Promise.resolve(clientById.get(id) ?? null),
    account: (login) => Promise.resolve(accountByLogin.get(login) ?? null),
  }
}

async function clientOf(dataDir: string, kind: SystemClient['kind'], { code, label }: DemoSystem): Promise<Client> {
  const { key } = await demoClientKey(dataDir, code, label)
  return { kind, id: code, keys: [publicHalf(key)], scopes: SCOPES_OF[kind] }
}

async function accountOf(dataDir: string, { label, ...who }: DemoAccount): Promise<Account> {
  const { passwordHash } = await demoAccountKey(dataDir, { login: who.login, label, hash: hashPassword })
  return { ...who, passwordHash, scopes: SCOPES_OF[who.kind] }
}
