import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Scope } from '@yibao/schema/identity'
import { publicHalf } from '@yibao/schema/keys'
import type { Client, Directory, SystemClient } from './directory.ts'

/** A key of a system that signs in by itself, kept outside of the directory. */
interface PartnerKey {
  readonly thumbprint: string
  /** Null for a key of the directory that was retired. */
  readonly jwk: JWK | null
  readonly isChannel: boolean
  readonly counts: boolean
  /** Registered by the bureau, for whom no key of the directory counts. */
  readonly byBureau: boolean
}

/** What the system of an institution may do that the directory does not name. */
export const INSTITUTION_SCOPES: readonly Scope[] = [
  'settlement:write',
  'settlement:read',
  'insured:read',
  'insured:write',
  'institutions:read',
  'institutions:write',
  'filing:read',
  'filing:write',
]

/**
 * A directory in which institutions and channels also have the keys they registered themselves. A key of the directory
 * that was retired or revoked there no longer counts. An institution the directory does not name signs in with registered
 * keys alone; who is a channel only the directory says. What the bureau registered counts only while no key of the directory
 * does: who has a key gets no other from somebody else.
 */
export function withPartnerKeys(
  directory: Directory,
  keysOf: (clientId: string) => Promise<readonly PartnerKey[]>,
): Directory {
  return {
    account: (login) => directory.account(login),
    async client(id) {
      const known = await directory.client(id)
      if (known?.kind === 'application') return known
      const registered = await keysOf(id)
      return registered.length === 0 ? known : withKeys(known, id, registered)
    },
  }
}

/** Whether the system of an institution or a channel has a key that counts. */
export function signsInBy(
  directory: Directory,
  keysOf: (clientId: string) => Promise<readonly PartnerKey[]>,
): (id: string) => Promise<boolean> {
  const whole = withPartnerKeys(directory, keysOf)
  return async (id) => ((await whole.client(id))?.keys ?? []).length > 0
}

async function withKeys(
  known: SystemClient | null,
  id: string,
  registered: readonly PartnerKey[],
): Promise<Client | null> {
  const retired = new Set(registered.filter((one) => !one.counts).map((one) => one.thumbprint))
  const own: JWK[] = []
  for (const key of known?.keys ?? []) {
    // Written anew first: the file may write the key in another way than whoever retired it did.
    if (!retired.has(await calculateJwkThumbprint(publicHalf(key)))) own.push(key)
  }
  const counting = registered.filter(({ counts, byBureau }) => counts && !(byBureau && own.length > 0))
  const keys = [...counting.flatMap(({ jwk }) => (jwk === null ? [] : [jwk])), ...own]
  if (keys.length === 0) return null
  if (known !== null) return { ...known, keys }
  return registered.some((one) => one.isChannel) ? null : { kind: 'institution', id, keys, scopes: INSTITUTION_SCOPES }
}
