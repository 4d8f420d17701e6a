// The whole platform in one process, for `start.ts`, tests and bench: the only place that joins all parts.
import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { DocumentSettings } from '@yibao/documents/settings'
import { openStorage } from '@yibao/documents/storage'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { connect, type Database } from '@yibao/drizzle/connect'
import { createIssuerStore } from '@yibao/drizzle/issuer-store'
import { createJobs, type Jobs } from '@yibao/drizzle/jobs'
import { claimKeys } from '@yibao/drizzle/key-fingerprint'
import { migrate } from '@yibao/drizzle/migrate'
import { createPartnerKeys } from '@yibao/drizzle/partner-keys'
import { ensurePartitions } from '@yibao/drizzle/partitions'
import { openSandboxClock, refuseSandbox, type SandboxClock } from '@yibao/drizzle/sandbox-clock'
import { createSealer } from '@yibao/drizzle/seal'
import { createGateway } from '@yibao/gateway/gateway'
import type { Directory } from '@yibao/gateway/issuer/directory'
import { createIssuer, type IssuerEvent } from '@yibao/gateway/issuer/issuer'
import { signsInBy, withPartnerKeys } from '@yibao/gateway/issuer/partner-directory'
import { createSignIn, type SignIn, type SignInOptions } from '@yibao/gateway/sign-in'
import type { Limits } from '@yibao/gateway/limits'
import { systemClock } from '@yibao/schema/dates'
import type { InternalHandler } from '@yibao/schema/internal'
import type { Keys } from '@yibao/schema/keys'
import type { Logger } from '@yibao/schema/logger'
import type { Subgraph } from '@yibao/schema/subgraph'
import { createCrossProvince } from '@yibao/cross-province/schema'
import { createWebhookPort } from '@yibao/institutions/peers/webhook'
import { createInstitutions } from '@yibao/institutions/schema'
import type { Carriers } from '@yibao/insured/peers/deliver'
import { createInsured } from '@yibao/insured/schema'
import type { PaymentSettings } from '@yibao/settlement/peers/payment'
import { createProvincePort } from '@yibao/settlement/peers/province'
import { createSettlement } from '@yibao/settlement/schema'

/** Who vouches for callers: the embedded issuer with these clients and accounts, or an issuer elsewhere. */
export type IssuerChoice =
  | { readonly kind: 'embedded'; readonly directory: Directory }
  | ({ readonly kind: 'external' } & Omit<SignInOptions, 'endpoint'>)

export interface PlatformOptions {
  readonly databaseUrl: string
  readonly keys: Keys
  readonly issuer: IssuerChoice
  readonly logger: Logger
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** A folder outside of the database for the latest head of each access log, so that a cut-off log is noticed. */
  readonly sealFolder: string
  /** Where documents lie, and what looks at those that are uploaded. */
  readonly documents: DocumentSettings
  /** What brings messages to phones; without any they are read in the app alone. */
  readonly carriers?: Carriers
  /** How clients reach it, without a path, when that is not host and port. */
  readonly publicUrl?: string | undefined
  /** Whether tokens must be bound to a key of the client. */
  readonly requireDPoP?: boolean
  readonly clock?: () => Temporal.Instant
  /** A place for trying things out, whose time its users can move on; only on a database that was one from the start. */
  readonly sandbox?: boolean
  /** Whether clients may ask for the schema; true unless said otherwise. */
  readonly introspection?: boolean
  readonly limits?: Partial<Limits>
  /** Folders of policy files besides those that ship. */
  readonly policies?: readonly string[]
  /** Where the cash of online orders is paid; without it orders with a cash part are refused. */
  readonly payment?: PaymentSettings | undefined
  /** The province it is the platform of, first two digits of its divisions; without it there is no exchange with others. */
  readonly province?: string | undefined
  /** Whether events may be sent to this machine, for trying things out. */
  readonly webhooks?: { readonly allowLocal: boolean }
}

interface Databases {
  readonly insured: Database
  readonly institutions: Database
  readonly settlement: Database
  readonly crossProvince: Database
  readonly issuer: Database
}

export interface Platform {
  /** `http://127.0.0.1:4000` */
  readonly address: string
  readonly databases: Databases
  readonly subgraphs: readonly Subgraph[]
  readonly clock: () => Temporal.Instant
  close(): Promise<void>
}

const POLICIES = join(import.meta.dirname, 'subgraphs', 'settlement', 'policies')
/** An entry of the access log is sealed well within a minute. */
const SEAL_SECONDS = 10
const SWEEP_SECONDS = 300
const PARTITION_SECONDS = 6 * 3600
const MONTHS_AHEAD = 3
const SUPERGRAPH = join(import.meta.dirname, 'schema', 'supergraph.graphql')

/** Starts everything on a migrated or empty database and accepts requests. Nothing is left running when it throws. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { databaseUrl, logger, host = '127.0.0.1' } = options
  await migrate(databaseUrl)
  await claimKeys(databaseUrl, options.keys)
  const port = options.port === undefined || options.port === 0 ? await freePort() : options.port
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    for (const one of closing.splice(0).toReversed()) await one()
  }
  try {
    const databases = await connectAll(databaseUrl)
    closing.push(() => closeAll(databases))
    const sandbox = await openSandbox(options, databases)
    closing.push(async () => sandbox?.close())
    const clock = sandbox?.now ?? options.clock ?? systemClock
    const jobs = await createJobs({ url: databaseUrl, logger })
    closing.push(() => jobs.stop())
    const subgraphs = await createSubgraphs(options, { databases, clock, jobs, sandbox })
    await keepHouse(jobs, options, { databases, clock })
    const { signIn, routes } = createIssuing(options, { db: databases.issuer, clock }, options.publicUrl ?? address)
    const gateway = await createGateway({
      transports: subgraphs,
      supergraphSdl: await readFile(SUPERGRAPH, 'utf8'),
      signIn,
      introspection: options.introspection ?? true,
      logger,
      ...(options.limits && { limits: options.limits }),
      routes,
    })
    closing.push(() => gateway.close())
    await gateway.listen({ port, host })
    return { address, databases, subgraphs, clock, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @throws NotThatKind when the database is that of a sandbox and should be none, or the other way round */
async function openSandbox(
  { sandbox }: PlatformOptions,
  { institutions }: Databases,
): Promise<SandboxClock | undefined> {
  if (sandbox === true) return openSandboxClock(institutions)
  await refuseSandbox(institutions)
  return undefined
}

interface Shared {
  readonly databases: Databases
  readonly clock: () => Temporal.Instant
  readonly jobs: Jobs
  readonly sandbox: SandboxClock | undefined
}

/** The subgraphs of this process, and the jobs that keep house for them. */
async function createSubgraphs(
  {
    keys: secrets,
    logger,
    policies = [],
    payment,
    documents: { storage, scanner },
    carriers = {},
    webhooks = { allowLocal: false },
    province,
    issuer,
  }: PlatformOptions,
  { databases, clock, jobs, sandbox }: Shared,
): Promise<Subgraph[]> {
  const { insured, institutions, settlement, crossProvince, issuer: sessions } = databases
  const parts = { secrets, clock, logger, documents: await openStorage(storage, secrets) }
  const money = await createSettlement({
    ...parts,
    db: settlement,
    accessLog: createAccessLog(settlement),
    jobs,
    policies: [POLICIES, ...policies],
    ...(payment && { payment }),
    ...(province !== undefined && {
      provinces: createProvincePort(province, (...asked) => internalOf(exchange)(...asked)),
    }),
  })
  const persons = await createInsured({
    ...parts,
    db: insured,
    accessLog: createAccessLog(insured),
    jobs,
    scanner,
    carriers,
    crossProvince: (...asked) => internalOf(exchange)(...asked),
  })
  const exchange: Subgraph = await createCrossProvince({
    ...parts,
    db: crossProvince,
    accessLog: createAccessLog(crossProvince),
    jobs,
    ...(province !== undefined && {
      exchange: { province, key: secrets.exchange, settlement: internalOf(money), insured: internalOf(persons) },
    }),
  })
  const places = await createInstitutions({
    ...parts,
    db: institutions,
    jobs,
    sandbox,
    webhooks: createWebhookPort(webhooks),
    ...(issuer.kind === 'embedded' && { signsIn: signsInBy(issuer.directory, createPartnerKeys(sessions.hot, clock)) }),
  })
  return [persons, places, money, exchange]
}

function internalOf({ name, internal }: Subgraph): InternalHandler {
  if (internal === undefined) throw new Error(`${name} answers nothing beyond the graph`)
  return internal
}

/** What has to be done now and then, in one process at a time. */
async function keepHouse(
  jobs: Jobs,
  { databaseUrl, keys, sealFolder, logger }: PlatformOptions,
  { databases, clock }: { databases: Databases; clock: () => Temporal.Instant },
): Promise<void> {
  const sealer = createSealer({ url: databaseUrl, privateKey: keys.platform.privateKey, folder: sealFolder, logger })
  const store = createIssuerStore(databases.issuer.hot)
  await jobs.every('seal-access-log', SEAL_SECONDS, async () => void (await sealer.seal()))
  await jobs.every('sweep-issuer', SWEEP_SECONDS, () => store.sweep())
  await jobs.every('make-partitions', PARTITION_SECONDS, () =>
    ensurePartitions(databases.settlement, clock(), MONTHS_AHEAD),
  )
}

interface Issuing {
  readonly signIn: SignIn
  readonly routes: Record<string, RequestListener>
}

/** The check of tokens, and the embedded issuer under `/oidc` when there is none elsewhere. */
function createIssuing(
  { issuer: choice, keys, logger, requireDPoP = false }: PlatformOptions,
  { db, clock }: { db: Database; clock: () => Temporal.Instant },
  address: string,
): Issuing {
  const store = createIssuerStore(db.hot)
  const endpoint = `${address}/graphql`
  if (choice.kind === 'external') return { signIn: createSignIn({ ...choice, endpoint, used: store }), routes: {} }
  const issuerUrl = `${address}/oidc`
  const log = (event: IssuerEvent) => logger.info(event, 'sign-in')
  const issuer = createIssuer({
    issuerUrl,
    resource: endpoint,
    keys,
    store,
    directory: withPartnerKeys(choice.directory, createPartnerKeys(db.hot, clock)),
    requireDPoP,
    log,
  })
  const signIn = createSignIn({
    issuer: issuerUrl,
    audience: endpoint,
    jwks: issuer.jwks,
    endpoint,
    used: store,
    requireDPoP,
  })
  return { signIn, routes: { '/oidc': (request, response) => void issuer.handle(request, response) } }
}

/**
 * At most 31 connections per process, of which the job queue takes 3, and two more where limits between provinces are counted. Eligibility at 200 a second, each answer of which leaves
 * a durable row, had a p99 of 26.2 ms with one hot connection and of 19.7 ms with three, in runs that lay hours apart.
 */
async function connectAll(url: string): Promise<Databases> {
  const [insured, institutions, settlement, crossProvince, issuer] = await Promise.all([
    connect({ url, schema: 'insured', hot: 3, writers: 1, readers: 2 }),
    connect({ url, schema: 'institutions', hot: 1, writers: 1, readers: 1 }),
    connect({ url, schema: 'settlement', hot: 8, writers: 1, readers: 2 }),
    connect({ url, schema: 'cross_province', hot: 3, writers: 1, readers: 1 }),
    connect({ url, schema: 'issuer', hot: 1, writers: 1, readers: 1 }),
  ])
  return { insured, institutions, settlement, crossProvince, issuer }
}

async function closeAll(databases: Databases): Promise<void> {
  await Promise.all(Object.values(databases).map((one: Database) => one.close()))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
