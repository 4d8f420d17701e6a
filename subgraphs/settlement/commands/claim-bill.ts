import { canonicalDigest } from '@yibao/drizzle/digest'
import { Busy, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { billOfClaim, type ClaimToSettle } from '../domain/claim-bill.ts'
import type { Claim } from '../domain/claim.ts'
import { factsOfClaim } from '../domain/claim-resolve.ts'
import type { ClaimLineReview } from '../domain/claim-review.ts'
import type { Facts } from '../domain/facts.ts'
import { findInvoiceHolder } from '../store/claim-holders.ts'
import { lastingCredential, type CredentialKey } from '../store/order-person.ts'
import type { Request } from '../store/requests.ts'
import { AlreadySettled } from '../domain/refusals.ts'
import { decide, keyOf, readSnapshot, type Decided } from './settle.ts'

/** A claim with its bill, and by what the facts of its person are found. */
export interface OpenedClaim {
  readonly claim: ClaimToSettle & Pick<Claim, 'insuredId'>
  readonly bill: Bill
  readonly credential: CredentialKey
}

interface Opening {
  readonly reviews: readonly ClaimLineReview[]
  readonly isEstimate: boolean
  readonly by: string
}

/** The request a decided claim is settled under: one for each time it is decided. */
export const settleRequestOf = ({ id, pool, version }: Pick<Claim, 'id' | 'pool' | 'version'>): Request => ({
  caller: `claim:${pool}`,
  requestId: `${id}:${version}`,
  operation: 'settle',
  digest: canonicalDigest('settle', { claim: id, version }),
})

/** Makes the bill of a claim. Throws InvalidInput, and NotFound for a person who is no longer registered. */
export async function openClaim(
  { db }: Pick<Context, 'db'>,
  claim: OpenedClaim['claim'],
  opening: Opening,
): Promise<OpenedClaim> {
  const bill = billOfClaim(claim, opening)
  const credential = await lastingCredential(db.hot, claim.insuredId)
  if (credential === null) throw NotFound.of({ zh: '该参保人', en: 'the person' }, 'claim')
  return { claim, bill, credential }
}

/** The facts of a claim's bill; `request` is null when it is only looked at. */
export async function readClaimFacts(
  context: Context,
  { claim, bill, credential }: OpenedClaim,
  request: Request | null,
): Promise<Facts> {
  const { kind: credentialKind, hash: credentialHash } = credential
  const incoming = { request: request ?? NO_REQUEST, institution: bill.institution, credentialHash }
  const key = keyOf(context, bill, incoming, request?.requestId ?? null)
  const facts = await readSnapshot(context, bill, { ...key, credentialKind })
  if (facts.request === null && facts.isMoneyUnderWay) throw Busy.of()
  return factsOfClaim(facts, { ...claim, careKind: bill.careKind }, claim.insuredId)
}

const NO_REQUEST: Request = { caller: '', requestId: '', operation: 'settle', digest: '' }

/** Decides what a claim comes to, as its bill would on the day of care. Throws what a bill is refused for. */
export async function decideClaim(
  context: Context,
  { claim, bill }: OpenedClaim,
  facts: Facts,
  request: Request | null,
): Promise<Decided> {
  const { invoices = [] } = claim.content
  const { institution } = bill
  const { records } = facts
  const holder = await findInvoiceHolder(context.db.hot, { institution, invoices, records, claimId: claim.id })
  if (holder !== null) throw AlreadySettled.of(holder, 'invoice')
  return decide(context, bill, facts, request ?? NO_REQUEST)
}
