import type { Tx } from '@yibao/drizzle/connect'
import { messageContact, messagePreference } from '@yibao/drizzle/insured-message'
import { decrypt, encrypt, type Secrets } from '@yibao/schema/secrets'
import { and, eq } from 'drizzle-orm'
import type { Addressee, Choice } from '../domain/message.ts'
import { columnsOf } from './message.ts'

/** Where somebody is reached outside of the platform. */
export interface Contact {
  readonly phone: string | null
  readonly push: string | null
}

const ownerOf = ({ kind, code }: Addressee): string => `contact ${kind}:${code}`

const ofContact = (to: Addressee) =>
  and(eq(messageContact.recipientKind, columnsOf(to).recipientKind), eq(messageContact.recipient, to.code))

/** Opened: only for sending. */
export async function openContact(tx: Tx, secrets: Secrets, to: Addressee): Promise<Contact> {
  const [row] = await tx.select().from(messageContact).where(ofContact(to))
  const open = (sealed: Buffer | null) => (sealed === null ? null : decrypt(secrets, sealed, ownerOf(to)))
  return { phone: open(row?.phoneSealed ?? null), push: open(row?.pushSealed ?? null) }
}

/** What of it may be shown. */
export async function maskedContact(tx: Tx, to: Addressee): Promise<{ phone: string | null; push: boolean }> {
  const [row] = await tx
    .select({ phone: messageContact.phoneMasked, push: messageContact.pushSealed })
    .from(messageContact)
    .where(ofContact(to))
  return { phone: row?.phone ?? null, push: (row?.push ?? null) !== null }
}

export async function setContact(
  tx: Tx,
  secrets: Secrets,
  { to, phone, push, now }: Contact & { readonly to: Addressee; readonly now: Temporal.Instant },
): Promise<void> {
  const seal = (text: string | null) => (text === null ? null : encrypt(secrets, text, ownerOf(to)))
  const values = {
    phoneSealed: seal(phone),
    phoneMasked: phone === null ? null : `${phone.slice(0, 3)}********`,
    pushSealed: seal(push),
    updatedAt: now,
  }
  await tx
    .insert(messageContact)
    .values({ ...columnsOf(to), ...values })
    .onConflictDoUpdate({ target: [messageContact.recipientKind, messageContact.recipient], set: values })
}

/** Lets somebody be reached as under the old record of theirs, where they have said nothing under the other. */
export async function moveContact(
  tx: Tx,
  secrets: Secrets,
  { from, into, now }: { readonly from: Addressee; readonly into: Addressee; readonly now: Temporal.Instant },
): Promise<void> {
  const own = await openContact(tx, secrets, into)
  const old = await openContact(tx, secrets, from)
  if (own.phone === null && own.push === null && (old.phone ?? old.push) !== null) {
    await setContact(tx, secrets, { ...old, to: into, now })
  }
  const chosen = await findChoices(tx, into)
  for (const [kind, choice] of await findChoices(tx, from)) {
    if (!chosen.has(kind)) await setChoice(tx, into, { kind, ...choice })
  }
}

/** What a recipient chose, by kind of event. */
export async function findChoices(tx: Tx, to: Addressee): Promise<Map<string, Choice>> {
  const rows = await tx
    .select()
    .from(messagePreference)
    .where(
      and(eq(messagePreference.recipientKind, columnsOf(to).recipientKind), eq(messagePreference.recipient, to.code)),
    )
  return new Map(rows.map(({ kind, sms, push }) => [kind, { sms, push }]))
}

export async function setChoice(tx: Tx, to: Addressee, { kind, ...choice }: Choice & { readonly kind: string }) {
  const table = messagePreference
  await tx
    .insert(table)
    .values({ ...columnsOf(to), kind, ...choice })
    .onConflictDoUpdate({ target: [table.recipientKind, table.recipient, table.kind], set: choice })
}
