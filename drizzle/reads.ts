import assert from 'node:assert/strict'
import { callerOf, type Identity } from '@yibao/schema/identity'
import type { AccessEntry } from './access-log.ts'
import { newId } from './uuid.ts'

/** Whose data one operation has read, for the access log. */
export interface Reads {
  /** Notes that data of this person was read; what is noted twice stands in the log once. */
  readonly noteRead: (insuredId: string, operation: string, purpose?: string) => void
  readonly readEntries: () => AccessEntry[]
}

/** Starts collecting what `identity` reads. Nobody who has not signed in gets to read anything of a person. */
export function collectReads(identity: Identity | null, clock: () => Temporal.Instant, traceId: string): Reads {
  const reads = new Map<string, AccessEntry>()
  return {
    noteRead(subject, operation, purpose) {
      assert(identity !== null, 'nobody reads personal data without signing in')
      // The person is to see which institution it was, also where the platform of its province speaks for it.
      const actor = identity.kind === 'institution' ? `institution:${identity.institution}` : callerOf(identity)
      const role = identity.kind
      const entry = { id: newId(), at: clock(), role, actor, subject, operation, purpose, traceId }
      reads.set(`${subject} ${operation} ${purpose}`, entry)
    },
    readEntries: () => [...reads.values()],
  }
}
