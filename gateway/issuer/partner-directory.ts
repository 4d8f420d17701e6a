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
 * keys alone; who is a channel only the directory says.
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

async function withKeys(
  known: SystemClient | null,
  id: string,
  registered: readonly PartnerKey[],
): Promise<Client | null> {
  const retired = new Set(registered.filter((one) => !one.counts).map((one) => one.thumbprint))
  const keys: JWK[] = registered.flatMap(({ counts, jwk }) => (counts && jwk !== null ? [jwk] : []))
  for (const key of known?.keys ?? []) {
    // Written anew first: the file may write the key in another way than whoever retired it did.
    if (!retired.has(await calculateJwkThumbprint(publicHalf(key)))) keys.push(key)
  }
  if (keys.length === 0) return null
  if (known !== null) return { ...known, keys }
  return registered.some((one) => one.isChannel) ? null : { kind: 'institution', id, keys, scopes: INSTITUTION_SCOPES }
}
