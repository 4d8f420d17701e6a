import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { notify, type Recipient } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import type { Identity } from '@yibao/schema/identity'
import { lookupHash } from '@yibao/schema/secrets'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Addressee } from '../domain/message.ts'
import { checkPhone, checkPushToken, preferencesOf, type NoticeSettings } from '../domain/preference.ts'
import { findChoices, maskedContact, setChoice, setContact } from '../store/message-contact.ts'
import { NOTICES } from '../store/notices.ts'

/** Whom somebody is as a recipient with a phone. */
function ownAddress(identity: Identity | null): Addressee {
  if (identity?.kind === 'person') return { kind: identity.kind, code: identity.insuredId }
  if (identity?.kind === 'institution') return { kind: identity.kind, code: identity.institution }
  assert(identity?.kind === 'employer', 'the schema lets nobody else in')
  return { kind: identity.kind, code: identity.employer }
}

function recipientOf({ kind, code }: Addressee): Recipient {
  if (kind === 'person') return { kind, insuredId: code }
  if (kind === 'institution') return { kind, institution: code }
  return kind === 'staff' ? { kind, pool: code } : { kind, employer: code }
}

export async function readNoticeSettings({ db, identity }: Pick<Context, 'db' | 'identity'>): Promise<NoticeSettings> {
  const to = ownAddress(identity)
  const contact = await maskedContact(db.orm, to)
  return { ...contact, preferences: preferencesOf(NOTICES, await findChoices(db.orm, to)) }
}

/** Says where somebody is reached; what is left out is taken away. */
export async function changeContact(
  { db, identity, secrets, now }: Context,
  args: { requestId: string; phone: string | null; pushToken: string | null },
): Promise<void> {
  const to = ownAddress(identity)
  assert(identity !== null)
  const { requestId, phone, pushToken } = args
  const at = now()
  // What is kept of the request is a digest of it, from which a number could be guessed: it is of a keyed hash.
  const hidden = [phone, pushToken].map((one) =>
    one === null ? null : lookupHash(secrets, 'contact', one).toString('hex'),
  )
  await once(db, { identity, requestId, operation: 'setContact', input: hidden, now: at }, async (tx) => {
    const problems: Problem[] = []
    checkPhone(phone, problems)
    checkPushToken(pushToken, problems)
    InvalidInput.throwIf(problems)
    await setContact(tx, secrets, { to, phone, push: pushToken, now: at })
    await notify(tx, 'insured', {
      to: recipientOf(to),
      template: 'contact.changed',
      data: { time: at.toString(), day: dayOf(at).toString() },
      at,
      key: `contact.changed:${randomUUIDv7()}`,
    })
    return null
  })
}

/** Says by which channels somebody is told of a kind of event. */
export async function changePreference(
  { db, identity, now }: Context,
  { requestId, ...choice }: { requestId: string; kind: string; sms: boolean; push: boolean },
): Promise<void> {
  const to = ownAddress(identity)
  assert(identity !== null)
  const asked = { identity, requestId, operation: 'setPreference', input: choice, now: now() }
  await once(db, asked, async (tx) => {
    if (!NOTICES.kinds.has(choice.kind)) {
      const message = { zh: `须为 ${[...NOTICES.kinds.keys()].join('、')} 之一`, en: 'is no kind of event' }
      throw InvalidInput.of([{ path: 'kind', code: 'KIND_UNKNOWN', message }])
    }
    await setChoice(tx, to, choice)
    return null
  })
}
