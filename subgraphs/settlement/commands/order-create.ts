import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { personNumberFault } from '@yibao/schema/ids'
import { ZERO } from '@yibao/schema/money'
import { Rejection } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { shownBy } from '../domain/credential.ts'
import { Fields, isGiven } from '../domain/fields.ts'
import { normalForm } from '../domain/normal-form.ts'
import {
  needsCredential,
  OPEN_MAX,
  orderExists,
  paymentNotOffered,
  TooManyOrders,
  type Order,
  type OrderInput,
} from '../domain/order.ts'
import { readCredential } from '../domain/read-bill.ts'
import { TooManyUnknown, UNKNOWN_MAX } from '../domain/unknown-credential.ts'
import { addOrder, countOpen, isOrdered } from '../store/order.ts'
import { findByNumber, findCredential } from '../store/order-person.ts'
import { countOfUnknown, countUnknown } from '../store/unknown-credentials.ts'
import { guardCredential } from './guard-credential.ts'
import { readOrder } from './order.ts'
import { quoteOrder, readOrderBill } from './order-bill.ts'

/** Sends an unpaid bill to the phone of the person it is about, with what it would come to. */
export async function createOrder(context: Context, requestId: string, input: OrderInput): Promise<Order> {
  const identity = context.institution()
  const { institution } = identity
  const now = context.now()
  const { person, ...bill } = input
  const nobody = { kind: '01', value: '' }
  const asked = {
    identity,
    requestId,
    operation: 'createOrder',
    input: { bill: normalForm({ ...bill, credential: nobody }, institution), person: hashed(context, person) },
    now,
  }
  const { id } = await once(context.db, asked, async (tx) => {
    const { number, shown } = readAddressee(person)
    const ordered = { id: context.newId(now), institution, bill }
    // What is wrong with the bill itself is said before anybody is looked for.
    const { visit, chargeBatch, careType, lines } = readOrderBill(context, ordered)
    if (await isOrdered(tx, { institution, visit, chargeBatch })) throw orderExists()
    const send = async (insuredId: string): Promise<void> => {
      context.noteRead(insuredId, 'createOrder')
      if ((await countOpen(tx, { institution, insuredId })) >= OPEN_MAX) throw TooManyOrders.open()
      const { quote, decided } = await quoteOrder(context, { ...ordered, insuredId })
      const { pool } = decided.settling.settlement
      if (quote.cash > ZERO && context.payment === null) throw paymentNotOffered('total')
      const expiresAt = now.add({ minutes: decided.rules.online.minutes })
      const beside = { pool, visit, chargeBatch, shown: shown !== null, careType, lineCount: lines.length }
      await addOrder(tx, { ...ordered, ...quote, ...beside, insuredId, createdAt: now, expiresAt })
    }
    if (shown === null) await sendUnshown(context, number, send)
    else await send(await presented(context, shown))
    return { id: ordered.id }
  })
  return readOrder(context, id)
}

/** As a request is recognised by it: what is kept must not let a number be tried out. */
const hashed = ({ secrets }: Context, { number, credential }: OrderInput['person']) => ({
  number: number ?? null,
  credential:
    credential == null
      ? null
      : { kind: credential.kind, value: lookupHash(secrets, credential.kind, credential.value).toString('hex') },
})

/** Whom the order is for: a person number, unless a credential was shown. */
interface Addressee {
  readonly number: string
  readonly shown: Bill['credential'] | null
}

/** Throws InvalidInput. */
function readAddressee({ number, credential }: OrderInput['person']): Addressee {
  const fields = new Fields()
  if (isGiven(number) === (credential !== null && credential !== undefined))
    fields.fault('person', 'ONE_OF', {
      zh: '人员编号和凭证须填且只填一项',
      en: 'needs the person number or a credential, not both',
    })
  const shown = credential == null ? null : readCredential(fields.within('person'), credential)
  const fault = isGiven(number) ? personNumberFault(number) : null
  if (fault !== null) fields.fault('person.number', fault.code, fault.message)
  fields.check()
  return { number: number ?? '', shown }
}

/** Whose credential was shown. */
async function presented(context: Context, credential: Bill['credential']): Promise<string> {
  const { institution } = context.institution()
  const hash = lookupHash(context.secrets, credential.kind, credential.value).toString('hex')
  const found = await findCredential(context.db.hot, { kind: credential.kind, hash })
  await guardCredential(context, { institution, credential }, { credential: found }, 'person.credential.kind')
  return shownBy(found, { credential, institution, now: context.now(), path: 'person.credential.value' })
}

/**
 * Sends an order to whoever has a number. Numbers follow one another, and a bill is refused for what the person suffers
 * from, where they are insured, or that they died: whoever was shown nothing learns only that no order came of it, the
 * same for a number of nobody. All of these count as identity numbers of nobody do.
 */
async function sendUnshown(
  context: Context,
  number: string,
  send: (insuredId: string) => Promise<void>,
): Promise<void> {
  const { hot } = context.db
  const place = { institution: context.institution().institution, day: dayOf(context.now()) }
  if ((await countOfUnknown(hot, place)) >= UNKNOWN_MAX) throw TooManyUnknown.on(place.day, 'person.number')
  try {
    const found = await findByNumber(hot, number)
    if (found === null) throw needsCredential()
    await send(found)
  } catch (refusal) {
    if (!(refusal instanceof Rejection) || refusal.retryable) throw refusal
    await countUnknown(hot, place)
    throw needsCredential()
  }
}
