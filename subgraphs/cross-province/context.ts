import assert from 'node:assert/strict'
import type { Database, ReadTx } from '@yibao/drizzle/connect'
import { collectReads, type Reads } from '@yibao/drizzle/reads'
import type { Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { decrypt, type Secrets } from '@yibao/schema/secrets'
import DataLoader from 'dataloader'
import type { Certification } from './domain/certification.ts'
import type { FilingEvent } from './domain/event.ts'
import type { Say } from './domain/exchange.ts'
import type { Filing } from './domain/filing.ts'
import type { ElectronicReferral } from './domain/referral.ts'
import type { StayNotice } from './domain/stay-notice.ts'
import type { IncomingStay, StayElsewhere } from './domain/stay.ts'
import { findCertifications, findSealedNumber } from './store/certifications.ts'
import { findEvents } from './store/filing-events.ts'
import { findFilings, findFilingsByOwner } from './store/filings.ts'
import { findIncomingStays, findNotices } from './store/incoming-stays.ts'
import { findReferrals } from './store/referrals.ts'
import type { Rulebook } from './store/rules.ts'
import { findStaysElsewhere } from './store/stays-elsewhere.ts'

/** What a process of this subgraph has, for operations and workers alike. */
export interface Services {
  readonly db: Database
  readonly rules: Rulebook
  readonly clock: () => Temporal.Instant
  /** Speaks to the platforms of other provinces, where there is an exchange. */
  readonly say?: Say | undefined
  /** What seals identity numbers; only a platform that takes part in the exchange keeps any here. */
  readonly secrets?: Secrets | undefined
}

/** Everything impure one operation needs. */
export interface Context extends Reads {
  readonly identity: Identity | null
  readonly db: Database
  readonly rules: Rulebook
  readonly now: () => Temporal.Instant
  readonly say: Say | undefined
  /** Reads under the row rules of whoever asks. */
  readonly read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>
  /** The person who asks; the schema lets nobody else file. */
  readonly person: () => Extract<Identity, { kind: 'person' }>
  /** The staff who ask; the schema lets nobody else decide. */
  readonly staff: () => Extract<Identity, { kind: 'staff' }>
  /** The hospital that asks; the schema lets nobody else refer. */
  readonly institution: () => Extract<Identity, { kind: 'institution' }>
  /** The hospital or the staff who take a step of a referral. */
  readonly decider: () => Extract<Identity, { kind: 'institution' | 'staff' }>
  readonly load: {
    /** Null when there is no such filing or the reader may not see it. */
    readonly filing: DataLoader<string, Filing | null>
    readonly filingsOf: DataLoader<string, readonly Filing[]>
    /** The history of a filing, oldest first. */
    readonly events: DataLoader<string, readonly FilingEvent[]>
    /** Null when there is no such referral or the reader may not see it. */
    readonly referral: DataLoader<string, ElectronicReferral | null>
    /** Stays of a person in other provinces, the latest first. */
    readonly staysElsewhere: DataLoader<string, readonly StayElsewhere[]>
    /** Null when there is no such stay here or the reader may not see it. */
    readonly incomingStay: DataLoader<string, IncomingStay | null>
    /** What home is told of an incoming stay, in order. */
    readonly notices: DataLoader<string, readonly StayNotice[]>
    /** Null when no such certification is asked for here or the reader may not see it. */
    readonly certification: DataLoader<string, Certification | null>
  }
  /** The identity number a certification is about. Not under row rules: of one that was seen, and after `noteRead`. */
  readonly identityOf: (certificationId: string, insuredId: string) => Promise<string>
  /** Notes whose filings this answer holds. */
  readonly noteFilings: (filings: readonly Filing[]) => void
  /** Notes whose referrals this answer holds. */
  readonly noteReferrals: (referrals: readonly ElectronicReferral[]) => void
}

/** Makes the context of one operation. */
export function createContext(
  { db, rules, clock, secrets, say }: Services,
  identity: Identity | null,
  traceId: string,
): Context {
  const reads = collectReads(identity, clock, traceId)
  const read: Context['read'] = (work) => db.readAs(identity, work)
  const noteFilings: Context['noteFilings'] = (filings) => {
    for (const { insuredId } of filings) reads.noteRead(insuredId, 'filing')
  }
  const noteReferrals: Context['noteReferrals'] = (referrals) => {
    for (const { insuredId } of referrals) reads.noteRead(insuredId, 'referral')
  }
  return {
    identity,
    db,
    rules,
    now: clock,
    say,
    read,
    person() {
      assert(identity?.kind === 'person', 'only a person reaches this')
      return identity
    },
    staff() {
      assert(identity?.kind === 'staff', 'only staff reach this')
      return identity
    },
    institution() {
      assert(identity?.kind === 'institution', 'only an institution reaches this')
      return identity
    },
    decider() {
      assert(identity?.kind === 'institution' || identity?.kind === 'staff', 'nobody else reaches this')
      return identity
    },
    load: createLoaders(read, { noteFilings, noteReferrals, noteRead: reads.noteRead }),
    async identityOf(certificationId, insuredId) {
      const sealed = await findSealedNumber(db.orm, certificationId)
      assert(sealed !== null && secrets !== undefined, 'what was seen is there')
      return decrypt(secrets, sealed, insuredId)
    },
    noteFilings,
    noteReferrals,
    ...reads,
  }
}

/** An id that is none is not found, and does not reach the database. */
const wellFormed = (asked: readonly string[]) => asked.filter((id) => uuidFault(id) === null)

function createLoaders(
  read: Context['read'],
  { noteFilings, noteReferrals, noteRead }: Pick<Context, 'noteFilings' | 'noteReferrals' | 'noteRead'>,
): Context['load'] {
  return {
    filing: new DataLoader(async (asked) => {
      const ids = wellFormed(asked)
      const found = ids.length === 0 ? [] : await read((tx) => findFilings(tx, ids))
      noteFilings(found)
      return asked.map((id) => found.find((one) => one.id === id.toLowerCase()) ?? null)
    }),
    filingsOf: new DataLoader(async (asked) => {
      const ids = wellFormed(asked)
      const lower = ids.map((id) => id.toLowerCase())
      const found = ids.length === 0 ? new Map<string, Filing[]>() : await read((tx) => findFilingsByOwner(tx, lower))
      noteFilings([...found.values()].flat())
      return asked.map((id) => found.get(id.toLowerCase()) ?? [])
    }),
    events: new DataLoader(async (asked) => {
      const found = await read((tx) => findEvents(tx, asked))
      return asked.map((id) => found.filter((one) => one.filingId === id))
    }),
    referral: new DataLoader(async (asked) => {
      const ids = wellFormed(asked)
      const found = ids.length === 0 ? [] : await read((tx) => findReferrals(tx, ids))
      noteReferrals(found)
      return asked.map((id) => found.find((one) => one.id === id.toLowerCase()) ?? null)
    }),
    staysElsewhere: new DataLoader(async (asked) => {
      const ids = wellFormed(asked).map((id) => id.toLowerCase())
      const found =
        ids.length === 0 ? new Map<string, StayElsewhere[]>() : await read((tx) => findStaysElsewhere(tx, ids))
      for (const { insuredId } of [...found.values()].flat()) noteRead(insuredId, 'stayElsewhere')
      return asked.map((id) => found.get(id.toLowerCase()) ?? [])
    }),
    incomingStay: new DataLoader(async (asked) => {
      const ids = wellFormed(asked)
      const found = ids.length === 0 ? [] : await read((tx) => findIncomingStays(tx, ids))
      for (const { insuredId } of found) noteRead(insuredId, 'incomingStay')
      return asked.map((id) => found.find((one) => one.id === id.toLowerCase()) ?? null)
    }),
    notices: new DataLoader(async (asked) => {
      const found = await read((tx) => findNotices(tx, asked))
      return asked.map((id) => found.filter((one) => one.stayId === id))
    }),
    certification: new DataLoader(async (asked) => {
      const ids = wellFormed(asked)
      const found = ids.length === 0 ? [] : await read((tx) => findCertifications(tx, ids))
      for (const { insuredId } of found) noteRead(insuredId, 'certification')
      return asked.map((id) => found.find((one) => one.id === id.toLowerCase()) ?? null)
    }),
  }
}
