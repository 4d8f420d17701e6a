import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import type { AccessEntry } from '@yibao/drizzle/access-log'
import type { Database, ReadTx } from '@yibao/drizzle/connect'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import DataLoader from 'dataloader'
import type { Filing } from './domain/filing.ts'
import { findFilings, findFilingsOf } from './store/filings.ts'
import type { Rulebook } from './store/rules.ts'

/** Everything impure one operation needs. */
export interface Context {
  readonly identity: Identity | null
  readonly db: Database
  readonly rules: Rulebook
  readonly now: () => Temporal.Instant
  /** Reads under the row rules of whoever asks. */
  readonly read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>
  /** The person who asks; the schema lets nobody else file. */
  readonly person: () => Extract<Identity, { kind: 'person' }>
  readonly load: {
    /** Null when there is no such filing or the reader may not see it. */
    readonly filing: DataLoader<string, Filing | null>
    readonly filingsOf: DataLoader<string, readonly Filing[]>
  }
  /** Whose filings this answer holds; written to the access log before the answer leaves. */
  readonly noteRead: (filings: readonly Filing[]) => void
  readonly readEntries: () => AccessEntry[]
}

interface Parts {
  readonly db: Database
  readonly rules: Rulebook
  readonly clock: () => Temporal.Instant
}

/** Makes the context of one operation. */
export function createContext({ db, rules, clock }: Parts, identity: Identity | null, traceId: string): Context {
  const subjects = new Set<string>()
  const read: Context['read'] = (work) => db.readAs(identity, work)
  const noteRead: Context['noteRead'] = (filings) => {
    for (const { insuredId } of filings) subjects.add(insuredId)
  }
  return {
    identity,
    db,
    rules,
    now: clock,
    read,
    person() {
      assert(identity?.kind === 'person', 'only a person reaches this')
      return identity
    },
    load: createLoaders(read, noteRead),
    noteRead,
    readEntries() {
      if (identity === null) return []
      const [role, actor, at] = [identity.kind, callerOf(identity), clock()]
      return [...subjects].map((subject) => ({
        id: randomUUIDv7(),
        at,
        role,
        actor,
        subject,
        operation: 'filing',
        traceId,
      }))
    },
  }
}

/** An id that is none is not found, and does not reach the database. */
const wellFormed = (asked: readonly string[]) => asked.filter((id) => uuidFault(id) === null)

function createLoaders(read: Context['read'], noteRead: Context['noteRead']): Context['load'] {
  return {
    filing: new DataLoader(async (asked) => {
      const ids = wellFormed(asked)
      const found = ids.length === 0 ? [] : await read((tx) => findFilings(tx, ids))
      noteRead(found)
      return asked.map((id) => found.find((one) => one.id === id.toLowerCase()) ?? null)
    }),
    filingsOf: new DataLoader(async (asked) => {
      const ids = wellFormed(asked)
      const found = ids.length === 0 ? [] : await read((tx) => findFilingsOf(tx, ids))
      noteRead(found)
      return asked.map((id) => found.filter((one) => one.insuredId === id.toLowerCase()))
    }),
  }
}
