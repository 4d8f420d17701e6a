import assert from 'node:assert/strict'
import type { DocumentStorage } from '@yibao/documents/storage'
import type { Database, ReadTx } from '@yibao/drizzle/connect'
import type { SandboxClock } from '@yibao/drizzle/sandbox-clock'
import { dayOf } from '@yibao/schema/dates'
import type { Identity } from '@yibao/schema/identity'
import { divisionFault } from '@yibao/schema/ids'
import type { Logger } from '@yibao/schema/logger'
import { isTextKey } from '@yibao/schema/page'
import type { Secrets } from '@yibao/schema/secrets'
import DataLoader from 'dataloader'
import type { Agreement, AgreementEvent } from './domain/agreement.ts'
import type { ApplicationEvent } from './domain/application.ts'
import type { Ceiling, Item, SelfPay } from './domain/catalogue.ts'
import type { Institution } from './domain/institution.ts'
import type { Standing } from './domain/practitioner.ts'
import type { WebhookPort } from './peers/webhook.ts'
import { findAgreements, findHistory } from './store/agreements.ts'
import { findSteps } from './store/application.ts'
import { findCeilings, findItems, findSelfPays } from './store/catalogue.ts'
import { findInstitutions } from './store/institutions.ts'
import { findStandings } from './store/practitioners.ts'

/** Everything impure one operation needs. */
export interface Context {
  readonly identity: Identity | null
  readonly db: Database
  readonly now: () => Temporal.Instant
  /** Only in a sandbox, where time can be moved on. */
  readonly sandbox: SandboxClock | undefined
  /** Reads under the row rules of whoever asks. */
  readonly read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>
  /** The staff member who asks; the schema lets nobody else reach the mutations. */
  readonly staff: () => Extract<Identity, { kind: 'staff' }>
  /** The institution that asks, where the schema lets nobody else in. */
  readonly own: () => Extract<Identity, { kind: 'institution' }>
  readonly secrets: Secrets | undefined
  /** Whether a system can sign in by some key now, as the embedded issuer knows; false where there is none. */
  readonly signsIn: (clientId: string) => Promise<boolean>
  /** Whether events may be sent to this machine, for trying things out. */
  readonly allowLocalWebhooks: boolean
  /** Staff for their pool, or an institution for itself. */
  readonly bureauOrOwn: () => Extract<Identity, { kind: 'staff' | 'institution' }>
  readonly load: {
    readonly institution: DataLoader<string, Institution | null>
    readonly agreements: DataLoader<string, readonly Agreement[]>
    /** Null when the reader may not know the history; every agreement has at least its signing. */
    readonly history: DataLoader<string, readonly AgreementEvent[] | null>
    /** The steps of an application. */
    readonly steps: DataLoader<string, readonly ApplicationEvent[]>
    /** What a bureau said of a person; null when none did. */
    readonly standing: DataLoader<string, Standing | null>
    /** Today's entry that is valid in the whole country. */
    readonly item: DataLoader<string, Item | null>
    readonly selfPays: DataLoader<PriceKey, readonly SelfPay[], string>
    readonly ceilings: DataLoader<PriceKey, readonly Ceiling[], string>
  }
}

interface PriceKey {
  readonly code: string
  readonly pool: string
  readonly on: Temporal.PlainDate
}

type FindPrices<T> = (tx: ReadTx, codes: string[], at: { pool: string; on: Temporal.PlainDate }) => Promise<T[]>

/** Loads prices of many entries with one statement for each pool and day, in practice one. */
function priceLoader<T extends { code: string }>(read: Context['read'], find: FindPrices<T>) {
  const placeOf = ({ pool, on }: PriceKey) => `${pool} ${on.toString()}`
  return new DataLoader<PriceKey, readonly T[], string>(
    async (keys) => {
      const found = new Map<string, T[]>()
      for (const [place, group] of Map.groupBy(keys, placeOf)) {
        const [first] = group
        if (first === undefined || divisionFault(first.pool) !== null) continue
        const codes = group.map(({ code }) => code)
        for (const row of await read((tx) => find(tx, codes, first))) {
          const key = `${place} ${row.code}`
          found.set(key, [...(found.get(key) ?? []), row])
        }
      }
      return keys.map((key) => found.get(`${placeOf(key)} ${key.code}`) ?? [])
    },
    { cacheKeyFn: (key) => `${placeOf(key)} ${key.code}` },
  )
}

/** Finds by keys; a text no database keeps is no key, and not sent there. */
async function ofKeys<T>(asked: readonly string[], find: (keys: string[]) => Promise<T[]>): Promise<T[]> {
  const keys = asked.filter(isTextKey)
  return keys.length === 0 ? [] : find(keys)
}

/** What an operation and a worker are handed alike. */
export interface Services {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  readonly logger?: Logger | undefined
  readonly sandbox?: SandboxClock | undefined
  /** Where the contents of documents lie; without it no uploaded file is read. */
  readonly documents?: DocumentStorage | undefined
  /** The keys that encrypt what signs webhooks; without them none are sent. */
  readonly secrets?: Secrets | undefined
  readonly webhooks?: WebhookPort | undefined
  /** Whether a system can sign in by some key now; only where the issuer is of the same process. */
  readonly signsIn?: ((clientId: string) => Promise<boolean>) | undefined
}

/** Makes the context of one operation. */
export function createContext(
  { db, clock, sandbox, secrets, webhooks, signsIn = () => Promise.resolve(false) }: Services,
  identity: Identity | null,
): Context {
  const read: Context['read'] = (work) => db.readAs(identity, work)
  return {
    identity,
    db,
    now: clock,
    secrets,
    signsIn,
    allowLocalWebhooks: webhooks?.allowLocal ?? false,
    sandbox,
    read,
    staff() {
      assert(identity?.kind === 'staff', 'only staff reach this')
      return identity
    },
    bureauOrOwn() {
      assert(identity?.kind === 'staff' || identity?.kind === 'institution', 'the schema lets nobody else in')
      return identity
    },
    own() {
      assert(identity?.kind === 'institution', 'only institutions reach this')
      return identity
    },
    load: {
      institution: new DataLoader(async (codes) => {
        const found = await ofKeys(codes, (keys) => read((tx) => findInstitutions(tx, keys)))
        return codes.map((code) => found.find((one) => one.code === code) ?? null)
      }),
      agreements: new DataLoader(async (codes) => {
        const rows = await ofKeys(codes, (keys) => read((tx) => findAgreements(tx, keys)))
        const found = Map.groupBy(rows, (one) => one.institution)
        return codes.map((code) => found.get(code) ?? [])
      }),
      history: new DataLoader(async (ids) => {
        const found = Map.groupBy(await read((tx) => findHistory(tx, ids)), (one) => one.agreementId)
        return ids.map((id) => found.get(id) ?? null)
      }),
      steps: new DataLoader(async (ids) => {
        const found = Map.groupBy(await read((tx) => findSteps(tx, ids)), (one) => one.applicationId)
        return ids.map((id) => found.get(id) ?? [])
      }),
      standing: new DataLoader(async (codes) => {
        const found = await read((tx) => findStandings(tx, codes))
        return codes.map((code) => found.find((one) => one.code === code) ?? null)
      }),
      item: new DataLoader(async (codes) => {
        const point = { on: dayOf(clock()), pool: null }
        const found = await ofKeys(codes, (keys) => read((tx) => findItems(tx, keys, point)))
        return codes.map((code) => found.find((one) => one.code === code) ?? null)
      }),
      selfPays: priceLoader(read, findSelfPays),
      ceilings: priceLoader(read, findCeilings),
    },
  }
}
