import { dayOf, holdsOn } from '@yibao/schema/dates'
import { fenOf, formatYuan } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkSender, type Detail, type FilingTold } from '../domain/elsewhere.ts'
import { standingOn } from '../domain/enrolment-standing.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import type { Insured } from '../domain/person.ts'
import type { Registration } from '../domain/registration.ts'
import { isOfNobody, PROVINCE_UNKNOWN_MAX, tooManyOfProvince } from '../domain/unknown-credential.ts'
import type { PersonAnswer, PersonMessage, ToldPerson } from '../peers/person-message.ts'
import { findCounters, findFilingsFor } from '../store/elsewhere.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { findRegistrations } from '../store/registrations.ts'
import { countOfProvince, discountOfProvince } from '../store/unknown-credentials.ts'
import { decodeVoucher } from './decode-voucher.ts'
import { presentCredential } from './present-credential.ts'

/**
 * Tells the platform of the province where somebody shows a credential who they are, what covers them and what they have
 * filed for that place. The rules are those of an institution here: a code is decoded once, a token is good in its
 * institution alone, and whoever asks for nobody too often learns nothing more that day.
 */
export async function answerInquiry(context: Context, message: PersonMessage): Promise<PersonAnswer> {
  const { institution, shown, details } = message
  checkSender(context.as('institution').province ?? '', institution)
  const { person, token } = await countingOfProvince(context, shown.kind, () => identify(context, message))
  const told = await tell(context, person, { division: institution.slice(1, 7), details })
  return { person: told, token, rejection: null }
}

type Identified = { readonly person: Insured; readonly token: PersonAnswer['token'] }

async function identify(context: Context, { exchange, shown }: PersonMessage): Promise<Identified> {
  if (shown.kind !== 'CODE') return { person: await presentCredential(context, shown), token: null }
  const { value: code, purpose } = shown
  const { insured, token, expiresAt } = await decodeVoucher(context, { requestId: exchange, code, purpose })
  return { person: insured, token: { token, expiresAt: expiresAt.toString() } }
}

/** Counted before it is looked up, so that many look-ups at once do not get past the limit together. */
async function countingOfProvince<T>(
  { as, db, now, logger }: Context,
  kind: PersonMessage['shown']['kind'],
  work: () => Promise<T>,
): Promise<T> {
  // Nobody guesses a token.
  if (kind === 'E_VOUCHER') return work()
  const sender = { province: as('institution').province ?? '', day: dayOf(now()) }
  if (!(await countOfProvince(db.orm, sender, PROVINCE_UNKNOWN_MAX))) {
    logger?.warn(sender, 'a province has asked for too many credentials of nobody')
    throw tooManyOfProvince(sender.day)
  }
  try {
    const found = await work()
    await discountOfProvince(db.orm, sender)
    return found
  } catch (error) {
    if (!isNobody(error)) await discountOfProvince(db.orm, sender)
    throw error
  }
}

const isNobody = (error: unknown): boolean =>
  (error instanceof NotFound || error instanceof NotAllowed) && isOfNobody(error)

interface Wanted {
  readonly division: string
  readonly details: readonly Detail[]
}

async function tell(
  { db: { orm }, now, noteRead }: Context,
  person: Insured,
  { division, details }: Wanted,
): Promise<ToldPerson> {
  const { id, personNumber, name, sex, nationality, birthDate, certificateType, identityMasked } = person
  const day = dayOf(now())
  const filings = await findFilingsFor(orm, id, { division, day })
  noteRead(id, 'filings')
  const asked = (detail: Detail) => details.includes(detail)
  if (asked('DISEASES')) noteRead(id, 'registrations')
  if (asked('ACCUMULATORS')) noteRead(id, 'accumulators')
  return {
    id,
    personNumber,
    name,
    sex,
    nationality,
    birthDate: birthDate.toString(),
    certificateType,
    identityMasked,
    enrolments: (await findEnrolments(orm, [id])).map((one) => enrolmentTold(one, day)),
    filings: filings.map(filingTold),
    diseases: asked('DISEASES') ? (await findRegistrations(orm, [id])).filter(holding(day)).map(diseaseTold) : null,
    accumulators: asked('ACCUMULATORS') ? (await findCounters(orm, id)).map(counterTold) : null,
  }
}

const text = (day: Temporal.PlainDate | null): string | null => day?.toString() ?? null

function enrolmentTold(one: Enrolment, day: Temporal.PlainDate): ToldPerson['enrolments'][number] {
  const { pool, insuranceType, personType, civilServant, beginOn, endOn, coverFrom } = one
  const { state, since, until, reason } = standingOn(one, day)
  return {
    pool,
    insuranceType,
    personType,
    civilServant,
    beginOn: beginOn.toString(),
    endOn: text(endOn),
    coveredFrom: (coverFrom ?? beginOn).toString(),
    standing: { state, since: since.toString(), until: text(until), reason: reason && { ...reason } },
  }
}

const filingTold = ({ beginOn, endOn, ...one }: FilingTold) => ({
  ...one,
  beginOn: beginOn.toString(),
  endOn: text(endOn),
})

const holding = (day: Temporal.PlainDate) => (one: Registration) => !one.withdrawn && holdsOn(one, day)

const diseaseTold = ({ insuranceType, disease, name, kind, institutions, beginOn, endOn }: Registration) => ({
  insuranceType,
  disease,
  name,
  kind,
  institutions: institutions && [...institutions],
  beginOn: beginOn.toString(),
  endOn: text(endOn),
})

const counterTold = ({ amount, ...one }: Awaited<ReturnType<typeof findCounters>>[number]) => ({
  ...one,
  amount: formatYuan(fenOf(amount)),
})
