import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { formatYuan } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import { encrypt, lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import {
  looksFine,
  mayEnterAccount,
  ownEntry,
  readClaimAccount,
  type ClaimAccountInput,
} from '../domain/claim-account.ts'
import { isRefusedByBank, leftToPay } from '../domain/claim-payment.ts'
import { ClaimChanged, claimNotFound, stepNotAllowed, type Claim } from '../domain/claim.ts'
import { requireNotReviewed } from '../domain/claim-duty.ts'
import { maskAccount } from '../domain/clearing-bank-account.ts'
import {
  addClaimAccount,
  findLatestAccount,
  findPersonName,
  hasOwnAccount,
  passAccount,
  sealOwner,
  shippedCardRules,
} from '../store/claim-account.ts'
import { findClaim, stepClaim, stepsBy } from '../store/claim.ts'
import { listFailedAccounts } from '../store/claim-payment.ts'
import { findRecords } from '../store/own-records.ts'
import { goOnWithPayment, pausePaymentClock } from './claim-payment-clock.ts'
import { tellClaimant, tellClaimStaff } from './claim-tell.ts'
import { staffOf } from './monthly-statement.ts'

interface Entering extends ClaimAccountInput {
  readonly claim: string
}

/**
 * The person, or the window for them, says where a claim is to be paid; after the bank gave a payment back it is the
 * correction that lets it be paid again. The number is kept encrypted. Answers the id of the claim.
 */
export async function enterClaimAccount(context: Context, requestId: string, input: Entering): Promise<string> {
  const { identity, secrets } = context
  assert(identity !== null, 'the schema lets nobody in who has not signed in')
  const now = context.now()
  // The digest of a request is stored, so the number is in it by its keyed hash.
  const digested = { ...input, number: lookupHash(secrets, 'bank-account', input.number).toString('hex') }
  const request = { identity, requestId, operation: 'enterClaimAccount', input: digested, now }
  const { id } = await once(context.db, request, async (tx) => {
    const claim = await findWritableClaim(tx, identity, input.claim)
    if (!mayEnterAccount(claim)) throw stepNotAllowed('input.claim', claim)
    const name = await findPersonName(tx, claim.insuredId)
    if (name === null) throw noPerson()
    const { number, concerns: found, ...rest } = readClaimAccount(input, { rules: shippedCardRules(), name })
    const before = await findLatestAccount(tx, claim.id)
    const key = { insuredId: claim.insuredId, claimId: claim.id, seq: (before?.seq ?? 0) + 1 }
    const by = callerOf(identity)
    const isStaff = identity.kind === 'staff'
    requireNotReviewed(await stepsBy(tx, claim, by), 'input.claim')
    // Staff do not alone put another account in the place of the person's.
    const isOther = isStaff && (await hasOwnAccount(tx, claim.id))
    const concerns = isOther ? [...found, 'NOT_THE_PERSONS' as const] : found
    const fits = concerns.length === 0
    await addClaimAccount(tx, {
      ...key,
      ...rest,
      sealed: encrypt(secrets, number, sealOwner(key)),
      masked: maskAccount(number),
      fits,
      enteredBy: by,
      enteredAt: now,
    })
    const step = { path: 'input.claim', kind: 'ACCOUNT_ENTERED', at: now, by, data: { account: key.seq, concerns } }
    const changed = await stepClaim(tx, claim, step)
    await goOnWithPayment(tx, changed, now)
    if (isStaff) await tellClaimant(tx, changed, { template: 'account-entered', at: now })
    if (!fits && claim.state !== 'DRAFT') await tellClaimStaff(tx, changed, { template: 'account-to-check', at: now })
    return { id: claim.id }
  })
  return id
}

interface PassingAccount {
  readonly claim: string
  /** Which account was looked at. */
  readonly account: number
}

/**
 * One of the staff has looked at an account that did not pass by itself. Answers the id of the claim.
 *
 * @throws ClaimChanged when another account was entered since
 */
export async function passClaimAccount(context: Context, requestId: string, input: PassingAccount): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const request = { identity, requestId, operation: 'passClaimAccount', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const claim = await findWritableClaim(tx, identity, input.claim, 'claim')
    if (!mayEnterAccount(claim) || claim.state === 'DRAFT') throw stepNotAllowed('claim', claim)
    const account = await findLatestAccount(tx, claim.id)
    if (account !== null && account.seq !== input.account) throw ClaimChanged.of(claim)
    if (account === null || account.fits) throw looksFine()
    const by = callerOf(identity)
    if (account.enteredBy === by) throw ownEntry()
    await passAccount(tx, account)
    await stepClaim(tx, claim, { path: 'claim', kind: 'ACCOUNT_PASSED', at: now, by, data: { account: account.seq } })
    return { id: claim.id }
  })
  return id
}

/**
 * What was approved has nowhere to be paid to: the person is asked, and the time to pay stands still until they have said where to;
 * or the staff who have to look at what was entered.
 */
export async function claimAwaitsAccount(tx: Tx, claim: Claim, at: Temporal.Instant): Promise<void> {
  const account = await findLatestAccount(tx, claim.id)
  const data = { owed: formatYuan(leftToPay(claim)) }
  const failed = await listFailedAccounts(tx, [claim.id])
  if (account === null || isRefusedByBank(account, failed)) {
    await pausePaymentClock(tx, claim, at, account === null ? NO_ACCOUNT : REFUSED_ACCOUNT)
    await tellClaimant(tx, claim, { template: 'account-needed', at, data })
  } else if (!account.fits) await tellClaimStaff(tx, claim, { template: 'account-to-check', at })
}

const NO_ACCOUNT = {
  zh: '等待填写收款账户，填写后继续计算拨付期限',
  en: 'nobody has said yet where to pay; the time to pay goes on once an account is entered',
}
const REFUSED_ACCOUNT = {
  zh: '银行未接受所填账户，等待更正，更正后继续计算拨付期限',
  en: 'the bank has not taken the account; the time to pay goes on once another is entered',
}

/** A claim of whoever asks, or of the pool whose staff asks: submitted, or written at its window. */
export async function findWritableClaim(tx: Tx, identity: Identity, id: string, path = 'input.claim'): Promise<Claim> {
  const claim = uuidFault(id) === null ? await findClaim(tx, id.toLowerCase()) : null
  if (claim === null) throw claimNotFound(path)
  if (identity.kind === 'staff') {
    const isShown = claim.submittedAt !== null || claim.channel === 'WINDOW'
    if (claim.pool !== identity.pool || !isShown) throw claimNotFound(path)
    return claim
  }
  const isOwn = identity.kind === 'person' && (await findRecords(tx, identity.insuredId)).includes(claim.insuredId)
  if (!isOwn) throw claimNotFound(path)
  return claim
}

const noPerson = (): NotAllowed =>
  NotAllowed.at('input.claim', 'NOT_INSURED', {
    zh: '未找到参保登记，无法核对户名',
    en: 'there is no registration to compare the holder with',
  })
