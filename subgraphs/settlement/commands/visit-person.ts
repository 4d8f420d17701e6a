import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { checkUse, shownBy } from '../domain/credential.ts'
import { poolOf } from '../domain/identify-visit.ts'
import type { Visit } from '../domain/visit.ts'
import { findPerson, type CredentialPerson } from '../store/find-person.ts'
import { guardCredential } from './guard-credential.ts'

/** A credential in a digest: its kind, and its value as a keyed hash, so that it cannot be found by trying. */
export function hashed({ secrets }: Context, { kind, value }: { readonly kind: string; readonly value: string }) {
  return { kind, value: lookupHash(secrets, kind, value).toString('hex') }
}

/**
 * Looks up whom a credential shows, at most once however often it is asked: a transaction that begins again does not
 * count the number of nobody twice.
 */
export function lookingUp(context: Context): (credential: Bill['credential'], visit: Visit) => Promise<Shown> {
  let found: Promise<CredentialPerson> | undefined
  return async (credential, visit) => {
    found ??= findGuarded(context, credential)
    const { credential: shown, records, enrolments } = await found
    const { institution } = context.institution()
    const insuredId = shownBy(shown, { credential, institution, now: context.now() })
    checkUse(shown, { act: 'opens', careKind: visit.careKind, begins: context.now() })
    return { insuredId, records, pool: poolOf(enrolments, visit) }
  }
}

/** The person a credential shows. */
export interface Shown {
  readonly insuredId: string
  readonly records: readonly string[]
  readonly pool: string | null
}

async function findGuarded(context: Context, credential: Bill['credential']): Promise<CredentialPerson> {
  const { kind, value: hash } = hashed(context, credential)
  const { institution } = context.institution()
  const person = await findPerson(context.db.hot, { kind, hash })
  await guardCredential(context, { credential, institution }, person)
  return person
}
