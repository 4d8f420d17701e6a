import type { Tx } from '@yibao/drizzle/connect'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import type { Bill, BillInput } from '../domain/bill.ts'
import { shownBy } from '../domain/credential.ts'
import type { Presented } from '../domain/presented.ts'
import { credentialUnknown } from '../domain/refusals.ts'
import { findPresented } from '../store/presented-person.ts'
import { guardCredential } from './guard-credential.ts'

type Credential = Bill['credential']

const hashOf = ({ secrets }: Context, { kind, value }: BillInput['credential']): string =>
  lookupHash(secrets, kind, value).toString('hex')

/** A credential as a request is recognised by it: what is stored must not let a number be tried out. */
export const hashedCredential = (context: Context, credential: BillInput['credential']) => ({
  kind: credential.kind,
  value: hashOf(context, credential),
})

/** The person who shows a credential where no bill is settled. Throws NotAllowed when it is nobody's or counts no longer. */
export async function presentCredential(context: Context, tx: Tx, credential: Credential): Promise<Presented> {
  const found = await lookUp(context, tx, credential, null)
  if (found === null) throw credentialUnknown()
  return found
}

/** Whether it is this person who shows the credential. Anybody else's is answered like nobody's, and counted like it. */
export async function isPresentedBy(
  context: Context,
  tx: Tx,
  { credential, insuredId }: { readonly credential: Credential; readonly insuredId: string },
): Promise<boolean> {
  return (await lookUp(context, tx, credential, insuredId)) !== null
}

async function lookUp(
  context: Context,
  tx: Tx,
  credential: Credential,
  insuredId: string | null,
): Promise<Presented | null> {
  const { institution } = context.institution()
  const found = await findPresented(tx, credential.kind, hashOf(context, credential))
  const wanted = insuredId === null || found?.records.includes(insuredId) === true ? found : null
  await guardCredential(context, { institution, credential }, { credential: wanted })
  if (wanted !== null) shownBy(wanted, { credential, institution, now: context.now() })
  return wanted
}
