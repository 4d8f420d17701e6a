import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { connect } from '@yibao/drizzle/connect'
import { createIssuerStore } from '@yibao/drizzle/issuer-store'
import type { Account, Client, Directory } from '@yibao/gateway/issuer/directory'
import { createIssuer, type Issuer, type IssuerEvent, type IssuerOptions } from '@yibao/gateway/issuer/issuer'
import { hashPassword } from '@yibao/gateway/issuer/password'
import { createSignIn, type SignIn, type SignInOptions } from '@yibao/gateway/sign-in'
import { loadKeys, newClientKey, publicHalf } from '@yibao/schema/keys'
import { testDatabase } from './database.ts'

export const HOSPITAL = 'H62020000001'
export const INSURED = '01890000-0000-7000-8000-000000000001'
export const PASSWORD = 'correct horse battery staple'

const notYet = (_req: IncomingMessage, res: ServerResponse) => res.writeHead(503).end()

/** A server on a port of its own; the handler is given when the port is known. */
export async function serve() {
  let handler: (req: IncomingMessage, res: ServerResponse) => unknown = notYet
  const server = createServer((req, res) => void handler(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (next: typeof handler) => {
      handler = next
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close').catch(() => {})
    },
  }
}

/** A database of its own, and a store in it as the writer of the schema `issuer`. */
export async function issuerDatabase() {
  const database = await testDatabase()
  const connection = await connect({ url: database.url, schema: 'issuer', hot: 8 })
  return {
    hot: connection.hot,
    store: createIssuerStore(connection.hot),
    async close() {
      await connection.close()
      await database.close()
    },
  }
}

export interface World {
  readonly url: string
  readonly issuer: Issuer
  readonly signIn: SignIn
  readonly hospitalKey: JWK
  readonly accounts: Map<string, Account>
  readonly clients: Map<string, Client>
  readonly events: IssuerEvent[]
  /** Another issuer on the same keys, database and address, as a second process would run it. */
  another(more?: Partial<IssuerOptions>): Issuer
  checker(more?: Partial<SignInOptions>): SignIn
  use(handler: (req: IncomingMessage, res: ServerResponse) => unknown): void
  /** How many sign-ins that have begun are kept. */
  interactions(): Promise<number>
  close(): Promise<void>
}

async function people(): Promise<Map<string, Account>> {
  const passwordHash = await hashPassword(PASSWORD)
  const accounts: Account[] = [
    {
      kind: 'person',
      login: '62000000000001',
      insuredId: INSURED,
      passwordHash,
      scopes: ['settlement:read', 'filing:write'],
    },
    { kind: 'staff', login: 'lanzhou', pool: '620100', passwordHash, scopes: ['insured:write', 'insured:pii'] },
    { kind: 'auditor', login: 'auditor', passwordHash, scopes: ['audit:read'] },
  ]
  return new Map(accounts.map((account) => [account.login, account]))
}

/** An issuer behind real HTTP on a real database, with one hospital, one native program and three people. */
export async function issuerWorld(options: Partial<IssuerOptions> = {}): Promise<World> {
  const [home, database, server] = await Promise.all([
    mkdtemp(join(tmpdir(), 'yibao-issuer-')),
    issuerDatabase(),
    serve(),
  ])
  const hospitalKey = await newClientKey()
  const hospital: Client = {
    kind: 'institution',
    id: HOSPITAL,
    keys: [publicHalf(hospitalKey)],
    scopes: ['settlement:write', 'settlement:read'],
  }
  const program: Client = {
    kind: 'application',
    id: 'program',
    name: { zh: '测试程序', en: 'test program <b>' },
    redirectUris: ['http://127.0.0.1/callback'],
    keys: 'native',
  }
  const clients = new Map([hospital, program].map((client) => [client.id, client]))
  const accounts = await people()
  const directory: Directory = {
    client: (id) => Promise.resolve(clients.get(id) ?? null),
    account: (login) => Promise.resolve(accounts.get(login) ?? null),
  }
  const events: IssuerEvent[] = []
  const keys = await loadKeys(home)
  const [issuerUrl, resource] = [`${server.url}/oidc`, `${server.url}/graphql`]
  const another = (more: Partial<IssuerOptions> = {}) =>
    createIssuer({
      issuerUrl,
      resource,
      keys,
      store: database.store,
      directory,
      log: (event) => events.push(event),
      ...options,
      ...more,
    })
  const issuer = another()
  const checker = (more: Partial<SignInOptions> = {}) =>
    createSignIn({ issuer: issuerUrl, audience: resource, endpoint: resource, jwks: issuer.jwks, ...more })
  server.use((req, res) => issuer.handle(req, res))
  return {
    url: server.url,
    issuer,
    signIn: checker(),
    hospitalKey,
    accounts,
    clients,
    events,
    another,
    checker,
    use: server.use,
    interactions: async () =>
      (await database.hot.unsafe(`select 1 from issuer.artefact where kind = 'Interaction'`)).length,
    async close() {
      await server.close()
      await database.close()
      await rm(home, { recursive: true })
    },
  }
}
