import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { Busy } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { benefitYear } from '../domain/benefit-year.ts'
import type { Bill, BillInput } from '../domain/bill.ts'
import { claimsBeside } from '../domain/claim-beside.ts'
import { yearClosed } from '../domain/closed-period.ts'
import { poolsAskingMonths } from '../domain/insured-months.ts'
import type { Facts, RequestRecord } from '../domain/facts.ts'
import { prescriptionIdsOf } from '../domain/dispense.ts'
import { isGiven } from '../domain/fields.ts'
import { normalForm } from '../domain/normal-form.ts'
import { readBill } from '../domain/read-bill.ts'
import type { PoolRules } from '../domain/policy.ts'
import { otherInstitution } from '../domain/refusals.ts'
import { resolveBill, type ResolvedBill } from '../domain/resolve-bill.ts'
import { settleBill, type Settling } from '../domain/settle.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { nextTime } from '../domain/settlement-id.ts'
import { askedOf } from '../domain/held-registrations.ts'
import { needsRegistration } from '../domain/care-type.ts'
import { packagesOf } from '../domain/trace-codes.ts'
import { isStale, visitKeyOf } from '../domain/opened-visit.ts'
import { inTermsOfVisit } from '../domain/settle-visit.ts'
import type { Sender } from '../store/bill-queue.ts'
import { readYearClosing } from '../store/closed-periods.ts'
import type { FactsKey } from '../store/read-facts.ts'
import { findRequest, type addRequest, type Request } from '../store/requests.ts'
import { provinceElsewhere } from './away-bill.ts'
import { giveWay } from './claim-give-way.ts'
import { guardCredential } from './guard-credential.ts'
import { mergePersons } from './merge-person.ts'
import { holdToQuote } from './quote.ts'
import { checkResolved } from './check-bill.ts'
import { refuseBesideReserved, unlessReserved } from './exchange-outcome.ts'
import { checkRequestIds, digestOf } from './read-request.ts'
import { refuse, replay } from './refuse.ts'
import { settleAway } from './settle-away.ts'

/** In each round one of those who compete for a person gets through, so this many rounds serve as many processes. */
const ROUNDS_MAX = 40
/** The money of a record that was merged more than once moves once in each round. */
const MERGES_MAX = 10
/** An older merge the worker carries out, or it fails. */
const MERGED_HOURS = 24

/** A bill on its way: who sent it, and by what it is found again. */
export interface Incoming {
  readonly request: Request
  readonly institution: string
  /** Keyed hash of the credential, hexadecimal. */
  readonly credentialHash: string
  /** How a refusal is put on record where more than the request is kept of it. */
  readonly addRefused?: typeof addRequest
}

/** What was decided about a bill, and on which facts. */
export interface Decided {
  readonly settling: Settling
  readonly facts: Facts
  /** Rules of the pool that insures the person. */
  readonly rules: PoolRules
}

/**
 * Settles a bill: read once, decide in memory, write once. The same request again gets the same answer; a bill is
 * committed whole or not at all. Throws a Rejection, which is recorded under the request id unless it is retryable.
 */
export async function settle(context: Context, requestId: string, input: BillInput): Promise<SettledBill> {
  checkRequestIds({ requestId })
  const incoming = receive(context, requestId, input)
  const { request } = incoming
  const bill = await readOrRefuse(context, incoming, input)
  if (bill === null) return answerRecorded(context, request)
  const province = provinceElsewhere(context, bill)
  if (province !== null) {
    const make = () => Promise.resolve({ bill, input, province })
    const made = { credential: input.credential, make }
    return context.queueTo(province).run(senderOf(incoming), () => settleAway(context, incoming, made))
  }
  return context.queue.run(senderOf(incoming), () => decideAndWrite(context, incoming, () => Promise.resolve(bill)))
}

/** Under whose names a bill waits. */
export const senderOf = ({ institution, credentialHash }: Incoming): Sender => ({ institution, person: credentialHash })

/** Takes in a bill in the name of the institution that signed in. */
export function receive(context: Context, requestId: string, input: BillInput): Incoming {
  const identity = context.institution()
  const { kind, value } = input.credential
  const credentialHash = lookupHash(context.secrets, kind, value).toString('hex')
  const request: Request = {
    caller: callerOf(identity),
    requestId,
    operation: 'settle',
    digest: digestOf('settle', normalForm(input, identity.institution), credentialHash),
  }
  return { request, institution: identity.institution, credentialHash }
}

/** The bill, or null when the request has a record already: what was once refused as invalid stays so. */
async function readOrRefuse(
  context: Context,
  { request, institution }: Incoming,
  input: BillInput,
): Promise<Bill | null> {
  try {
    return readOwnBill(input, institution, context.now())
  } catch (refusal) {
    await refuse(context, request, refusal, null)
    return null
  }
}

/** Reads a bill in the name of the institution that sent it. */
export function readOwnBill(input: BillInput, institution: string, now: Temporal.Instant): Bill {
  const named = isGiven(input.institution) ? input.institution : institution
  if (named !== institution) throw otherInstitution()
  return readBill(input, { now, institution })
}

/** The outcome a request has on record. */
export async function answerRecorded(context: Context, request: Request): Promise<SettledBill> {
  const record = await findRequest(context.db.hot, request)
  // It was under way elsewhere, and forgotten at this moment.
  if (record === null) throw Busy.of()
  return answer(context, replay(request, record))
}

/** The settlement a committed request was answered with, under the row rules of whoever asks now. */
async function answer(context: Context, { result, insuredId }: RequestRecord): Promise<SettledBill> {
  const id = result?.settlement
  assert(id !== undefined && insuredId !== null, 'a committed settlement has its ids')
  const settlement = await context.load.settlement.load({ id, insuredId })
  assert(settlement !== null, 'an institution sees the settlements of its own requests')
  return settlement
}

/**
 * Decides about a bill and writes it, until nothing has changed between the two. What was sent is the same bill in each
 * round; one that is made of what the database holds is made again.
 */
export async function decideAndWrite(
  context: Context,
  incoming: Incoming,
  makeBill: () => Promise<Bill>,
): Promise<SettledBill> {
  const { request } = incoming
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const bill = await makeBill().catch((refusal: unknown) => refuse(context, request, refusal, null))
    if (bill === undefined) return answerRecorded(context, request)
    const facts = await readAll(context, bill, keyOf(context, bill, incoming, request.requestId))
    if (facts.request !== null) return answer(context, replay(request, facts.request))
    if (isStale(bill, facts)) continue
    await guardCredential(context, bill, facts)
    await refuseBesideReserved(context, bill, facts)
    const decided = await decide(context, bill, facts, request)
      .then((one) => holdToQuote(context, bill, one))
      .catch(async (refusal: unknown) => {
        if (await giveWay(context, bill, facts)) return undefined
        const why = await unlessReserved(context, bill, refusal)
        return refuse(context, request, why, facts.credential?.insuredId ?? null, incoming.addRefused)
      })
    if (decided === undefined) continue
    const { settling } = decided
    const written = await context.writeSettlement({
      ...settling,
      version: facts.version,
      digest: request.digest,
      operation: request.operation,
      isReserved: bill.place !== undefined,
    })
    if (written) return { ...settling.settlement, lines: settling.lines, records: facts.records }
  }
  throw Busy.of()
}

/** What the facts of a bill are read by; `requestId` is null for a trial. */
export const keyOf = (
  context: Context,
  bill: Bill,
  { request, credentialHash }: Incoming,
  requestId: string | null,
): FactsKey => ({
  caller: request.caller,
  requestId,
  credentialKind: bill.credential.kind,
  credentialHash,
  institution: bill.institution,
  visit: bill.visit,
  chargeBatch: bill.chargeBatch,
  invoice: bill.invoice,
  now: context.now(),
  sponsors: false,
  settledClaims: false,
  registrations: needsRegistration(bill.careType),
  paidMonths: false,
  quote: bill.quote,
  converts: bill.converts?.invoice ?? null,
  begin: bill.begin,
  prescriptions: prescriptionIdsOf(bill.lines),
  traceCodes: packagesOf(bill.lines).map((one) => one.code),
  ...visitKeyOf(bill),
})

/**
 * The facts of a bill as they stand. Those of relatives who may pay are read only when the bill may ask them and there are any, claims
 * only where some of the person were settled, months of contributions and what is registered only when a pool of the person asks; once more as one snapshot with everything
 * else.
 */
export async function readSnapshot({ readFacts, policies }: Context, bill: Bill, key: FactsKey): Promise<Facts> {
  const facts = await readFacts(key)
  if (facts.request !== null) return facts
  const { list } = await policies.get(facts.policyVersion)
  const asking = poolsAskingMonths(list)
  const paidMonths = facts.enrolments.some(({ pool }) => asking.has(pool))
  const sponsors = facts.hasSponsors && bill.useAccount && bill.useMutualAid
  const { chosen, maternity } = askedOf(bill, facts.enrolments, list)
  // What is read once more is read with the claims: one may have been settled since.
  const settledClaims = bill.claim === undefined
  const isAsked = settledClaims && facts.hasSettledClaims
  if (!sponsors && !isAsked && !paidMonths && !chosen && !maternity) return facts
  return readFacts({ ...key, sponsors, settledClaims, paidMonths, chosen, maternity })
}

/**
 * The facts of a bill, once the money of records that were merged is together: what was used of a year under an old record
 * counts from the moment of the merge.
 */
export async function readAll(context: Context, bill: Bill, key: FactsKey): Promise<Facts> {
  for (let round = 0; round < MERGES_MAX; round += 1) {
    const facts = await readSnapshot(context, bill, key)
    if (facts.request !== null || !facts.isMoneyUnderWay) return facts
    await mergePersons(context, context.now().subtract({ hours: MERGED_HOURS }))
  }
  throw Busy.of()
}

/**
 * For a bill of an earlier benefit year: the number of closings, as long as that year is not closed. What is claimed by hand is
 * claimed after the year as well, and counts in it whenever it is settled.
 */
async function closingsOf(
  context: Context,
  { bill: { claim }, input: { pool, insuranceType, care }, coverage: { rules } }: ResolvedBill,
): Promise<Pick<Settling, 'closings'>> {
  if (care.year === benefitYear(rules.benefitYear, dayOf(context.now())).label) return {}
  const { closings, isClosed } = await readYearClosing(context.db.hot, { pool, insuranceType, year: care.year })
  if (isClosed && claim === undefined) throw yearClosed(care.year)
  return { closings }
}

/** Decides about a bill by the catalogue, the policies and the suspensions of the versions the facts name. */
export async function decide(
  context: Context,
  bill: Bill,
  facts: Facts,
  { caller, requestId }: Pick<Request, 'caller' | 'requestId'>,
): Promise<Decided> {
  const catalogue = await context.catalogue.get(facts.catalogueVersion)
  const { list: policies } = await context.policies.get(facts.policyVersion)
  const suspensions = await context.suspensions.get(facts.suspensionVersion)
  const times = [facts.lastAt, ...facts.sponsors.map((one) => one.lastAt)]
  const now = times.reduce<Temporal.Instant>(nextTime, context.now())
  const settler = { id: context.newId(now), caller, requestId, now }
  try {
    const rulesNow = { catalogue, policies, suspensions }
    const found = resolveBill(bill, facts, rulesNow, now)
    // What is claimed was looked at by whoever decided about it.
    const beside = bill.claim === undefined ? claimsBeside(found, facts.settledClaims) : []
    const resolved = bill.claim === undefined ? await checkResolved(context, found, facts, now) : found
    const { rules } = resolved.coverage
    const settling = settleBill(resolved, facts, policies, settler)
    const told = beside.map(({ insuredId, id }) => ({ insuredId, id, noticeId: newId() }))
    return { settling: { ...settling, ...(await closingsOf(context, resolved)), beside: told }, facts, rules }
  } catch (refusal) {
    throw bill.opened === undefined ? refusal : inTermsOfVisit(refusal, bill.lines)
  }
}
