import { randomUUIDv7 } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoAccount } from '@yibao/gateway/issuer/demo-directory'
import { seedInstitutions, type SeedInstitution } from '@yibao/institutions/seed'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { seedPersons, type SeedEnrolment, type SeedPerson } from '@yibao/insured/seed'
import { loadKeys, type Keys } from '@yibao/schema/keys'
import type { Logger } from '@yibao/schema/logger'
import { fenOf } from '@yibao/schema/money'
import { openAccounts } from '@yibao/settlement/seed'
import pg from 'pg'
import { demoNames } from '../demo/directory.ts'
import { loadDemo } from '../demo/load.ts'
import { demoPersons, type DemoPerson } from '../demo/persons.ts'
import { startPlatform, type Platform, type PlatformOptions } from '../platform.ts'
import { testDatabase } from './database.ts'
import { lazyDirectory, type Names } from './faults/directory.ts'
import { tokenOf } from './faults/tokens.ts'

/** What the gateway answered. `data` is as the test knows it to be. */
export interface Answer<T = Data> {
  readonly status: number
  readonly data: T
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[]
}

/** Answered data; the query beside it says its shape. */
export type Data = ReturnType<typeof JSON.parse>

/** A person of a story, who can sign in by person number. */
export interface WorldPerson {
  readonly insuredId: string
  readonly personNumber: string
  readonly identityNumber: string
  readonly cardNumber: string
}

/** Who is added to a story: born when, as what enrolled, with how many yuan in the account. */
interface NewPerson {
  readonly birthDate?: string
  readonly sex?: '1' | '2'
  readonly enrolments: readonly SeedEnrolment[]
  readonly account?: { readonly pool: string; readonly current?: number; readonly history?: number }
}

/** Time stands still in a story until a test moves it on. */
export const NOW = '2026-11-22T10:00:00+08:00'

/** Everything before the platform runs: a database with the demo's data needs none. */
export interface Place {
  readonly databaseUrl: string
  /** The superuser, for looking and for little else. */
  readonly admin: pg.Pool
  readonly dataDir: string
  readonly keys: Keys
  close(): Promise<void>
}

/** A database and a folder with keys, of its own. */
export async function openPlace(): Promise<Place> {
  const database = await testDatabase()
  const databaseUrl = database.url
  const dataDir = await mkdtemp(join(tmpdir(), 'yibao-world-'))
  const admin = new pg.Pool({ connectionString: databaseUrl, max: 3 })
  // The end of a pool does not wait for its sockets: dropping the database may still cut one, which is no fault.
  admin.on('error', () => {})
  admin.on('connect', (client) => client.on('error', () => {}))
  return {
    databaseUrl,
    admin,
    dataDir,
    keys: await loadKeys(dataDir),
    async close() {
      await admin.end()
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Sends one operation to the gateway over HTTP, as anybody would. */
export async function send(address: string, token: string | null, query: string, variables = {}): Promise<Answer> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  })
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) }
}

interface WorldOptions {
  /** What brings messages to phones. */
  readonly carriers?: PlatformOptions['carriers']
  readonly webhooks?: PlatformOptions['webhooks']
  /** The province whose platform it is. */
  readonly province?: string
  /** Folders of policy files besides those that ship. */
  readonly policies?: readonly string[]
  readonly institutions?: readonly SeedInstitution[]
}

/** The whole platform with the demo's data on a database of its own, spoken to over HTTP with real tokens. */
export async function openWorld({ policies = [], institutions = [], carriers, webhooks, province }: WorldOptions = {}) {
  const place = await openPlace()
  const { dataDir, keys, databaseUrl } = place
  const time = { now: Temporal.Instant.from(NOW) }
  const names: Names = demoNames()
  names.institutions.push(...institutions.map(({ code, name }) => ({ code, label: name })))
  const logged: { readonly details: object; readonly message: string }[] = []
  const platform = await startPlatform({
    databaseUrl,
    keys,
    issuer: { kind: 'embedded', directory: lazyDirectory(dataDir, names) },
    logger: collecting(logged),
    sealFolder: join(dataDir, 'audit'),
    documents: { storage: { kind: 'folder', folder: join(dataDir, 'documents') } },
    clock: () => time.now,
    policies,
    ...(carriers && { carriers }),
    ...(webhooks && { webhooks }),
    province,
  })
  const { address, databases } = platform
  await loadDemo({ databases, keys, clock: () => time.now })
  await seedInstitutions(databases.institutions, institutions, time.now)

  const tokens = new Map<string, Promise<string>>()
  function token(name: string): Promise<string> {
    const known = tokens.get(name) ?? tokenOf(address, dataDir, name)
    tokens.set(name, known)
    return known
  }
  const gql = async (bearer: string | null, query: string, variables = {}) => send(address, bearer, query, variables)

  return {
    ...place,
    address,
    platform,
    time,
    logged,
    /** A token of an institution by code, or of a clerk, auditor or person by login. */
    token,
    gql,
    /** Asks as somebody who has signed in, and wants data: an error of the gateway fails the test. */
    async as(name: string, query: string, variables = {}): Promise<Data> {
      const answer = await gql(await token(name), query, variables)
      if (answer.errors !== undefined) throw new Error(`${JSON.stringify(answer.errors)} ${JSON.stringify(logged)}`)
      return answer.data
    },
    /** Lets somebody sign in by login from now on. */
    letIn: (account: DemoAccount) => void names.accounts.push(account),
    addPerson: (person: NewPerson) => addPerson(databases, { keys, names, now: time.now }, person),
    async close() {
      await platform.close()
      await place.close()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

function collecting(logged: { details: object; message: string }[]): Logger {
  const note = (details: object, message: string) => void logged.push({ details, message })
  return { info: () => {}, warn: note, error: note }
}

let sequence = 0

interface Adding {
  readonly keys: Keys
  /** Whoever is added can sign in. */
  readonly names: Names
  readonly now: Temporal.Instant
}

/** Adds an artificial person to the databases. */
export async function addPerson(
  databases: Pick<Platform['databases'], 'insured' | 'settlement'>,
  { keys, names, now }: Adding,
  { birthDate = '1980-05-06', sex = '2', enrolments, account }: NewPerson,
): Promise<WorldPerson> {
  sequence += 1
  const pool = enrolments[0]?.pool ?? '620200'
  const born = Temporal.PlainDate.from(birthDate)
  const seed = {
    insuredId: randomUUIDv7(),
    personNumber: `${pool}7${String(sequence).padStart(7, '0')}`,
    name: '故事人物',
    sex,
    birthDate,
    identityNumber: artificialIdentity(pool, born, (sequence * 2 + (sex === '1' ? 1 : 0)) % 1000),
    cardNumber: `W${pool}${String(sequence).padStart(4, '0')}`,
    enrolments,
  } satisfies SeedPerson
  await seedPersons(databases.insured, keys, [seed], now)
  if (account !== undefined) {
    const { pool: keeper, current = 0, history = 0 } = account
    const opening = (kind: 'CURRENT' | 'HISTORY', yuan: number) => ({
      insuredId: seed.insuredId,
      pool: keeper,
      kind,
      balance: fenOf(BigInt(Math.round(yuan * 100))),
    })
    await openAccounts(databases.settlement, [opening('CURRENT', current), opening('HISTORY', history)], now)
  }
  const { insuredId, personNumber, identityNumber, cardNumber } = seed
  names.accounts.push({ kind: 'person', login: personNumber, label: personNumber, insuredId })
  return { insuredId, personNumber, identityNumber, cardNumber }
}

/** The first demo person of a pool whose label has these words: `demoPerson('629900', 'retired')`. */
export function demoPerson(pool: string, label: string): DemoPerson {
  const found = demoPersons().find((one) => one.label.startsWith(pool) && one.label.includes(label))
  if (found === undefined) throw new Error(`there is no demo person ${pool} ${label}`)
  return found
}
