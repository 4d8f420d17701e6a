import type { Adapter, AdapterPayload } from 'oidc-provider'
import { InvalidGrant, InvalidRequest } from 'oidc-provider/lib/helpers/errors.js'
import type { Directory } from './directory.ts'
import { metadataOf } from './metadata.ts'

interface Saved {
  readonly kind: string
  readonly id: string
  readonly payload: Record<string, unknown>
  /** Seconds from now; undefined keeps it until it is removed. */
  readonly seconds: number | undefined
}

/** What the issuer remembers, shared by all processes. `drizzle/issuer-store.ts` is one. */
export interface IssuerStore extends UsedOnce {
  save(saved: Saved): Promise<void>
  find(kind: string, id: string): Promise<Record<string, unknown> | undefined>
  findSession(uid: string): Promise<Record<string, unknown> | undefined>
  /** True for the first caller only. */
  consume(kind: string, id: string): Promise<boolean>
  remove(kind: string, id: string): Promise<void>
  removeGrant(grantId: string): Promise<void>
  /** Counts a try to sign in; returns for how many seconds what `key` stands for is locked, 0 when it is not. */
  countAttempt(key: string, limit: { max: number; lockSeconds: number }): Promise<number>
  forgetAttempts(key: string): Promise<void>
}

/** Remembers keys that may be used once only. */
export interface UsedOnce {
  /** True the first time `key` is seen; it is remembered for `seconds`. Of several at once, one gets true. */
  firstUse(key: string, seconds: number): Promise<boolean>
}

/** Characters kept of a sign-in that has begun; one is about 1,000. */
const INTERACTION_MAX = 6_000

/** The way oidc-provider asks the store and the directory: one adapter per kind of thing it keeps. */
export function createAdapter(kind: string, store: IssuerStore, directory: Directory, requireDPoP: boolean): Adapter {
  return {
    async find(id) {
      if (kind !== 'Client') return store.find(kind, id)
      const client = await directory.client(id)
      return client === null ? undefined : metadataOf(client, requireDPoP)
    },
    async consume(id) {
      // oidc-provider looks and then consumes; of two that redeem a code at once only one may win.
      if (!(await store.consume(kind, id))) throw new InvalidGrant('already consumed')
    },
    async upsert(id, payload: AdapterPayload, expiresIn) {
      // Anybody can begin to sign in, and with a form instead of an address the parameters may have 56 kB.
      if (kind === 'Interaction' && JSON.stringify(payload).length > INTERACTION_MAX) {
        throw new InvalidRequest('the parameters are too long')
      }
      await store.save({ kind, id, payload: { ...payload }, seconds: expiresIn })
    },
    findByUid: (uid) => store.findSession(uid),
    findByUserCode: () => Promise.resolve(undefined),
    destroy: (id) => store.remove(kind, id),
    revokeByGrantId: (grantId) => store.removeGrant(grantId),
  }
}
