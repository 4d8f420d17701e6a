import { dayOf } from '@yibao/schema/dates'
import { CREDENTIAL_KINDS } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { checkCredential } from '../domain/voucher.ts'
import type { Insured } from '../domain/person.ts'
import { addPresence, findCredential } from '../store/credentials.ts'

/** A credential as it is shown at a counter. */
export interface CredentialInput {
  readonly kind: keyof typeof CREDENTIAL_KINDS
  readonly value: string
}

/** Finds the person a credential belongs to and lets the institution read their basic data for the day. */
export async function presentCredential(context: Context, { kind, value }: CredentialInput): Promise<Insured> {
  const { db, secrets, now, as, load, noteRead } = context
  const { institution } = as('institution')
  const at = now()
  const code = CREDENTIAL_KINDS[kind]
  const credential = await findCredential(db.orm, code, lookupHash(secrets, code, value))
  if (credential === null) throw unknown()
  checkCredential(credential, at)
  const { insuredId } = credential
  await addPresence(db.orm, { insuredId, institution, day: dayOf(at), kind: code, at })
  const person = await load.person.load(insuredId)
  if (person === null) throw unknown()
  noteRead(insuredId, 'insuredByCredential')
  return person
}

const unknown = () => NotFound.of({ zh: '该凭证对应的参保人', en: 'a person with this credential' }, 'credential.value')
