import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf, parseInstant } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { ClaimCause } from '../domain/claim.ts'
import { chooseEnrolment } from '../domain/claim-enrolment.ts'
import { draftOfBill, type KnownBill } from '../domain/claim-prefill.ts'
import { isGiven, type Maybe } from '../domain/fields.ts'
import { findClaimEnrolments } from '../store/claim-facts.ts'
import { findOrder, findOrderBill } from '../store/order.ts'
import { findRefusedBill, findTaken } from '../store/refused-bill.ts'
import { findRecords } from '../store/own-records.ts'
import { listUnsettled } from '../store/visit-lines.ts'
import { findVisit } from '../store/visits.ts'
import { claimantOf, open, requireRoom } from './claim-draft.ts'

interface BillAsked {
  readonly requestId: string
  readonly cause: ClaimCause
  /** A visit, by institution and number, or an online order. */
  readonly institutionCode?: Maybe<string>
  readonly visit?: Maybe<string>
  readonly order?: Maybe<string>
  /** A bill of another province that was refused here, by its id. */
  readonly refusedBill?: Maybe<string>
}

/**
 * Makes a draft of a bill the platform knows and nobody has settled: a visit of the person after its discharge, an online
 * order that came to nothing, or a bill another province asked for and that was refused. Answers the id of the claim; invoices and papers are still to be added.
 */
export async function startClaimFromBill(context: Context, { requestId, ...asked }: BillAsked): Promise<string> {
  const identity = claimantOf(context)
  if (identity.kind !== 'person') throw noBill()
  const { insuredId } = identity
  const at = context.now()
  const request = { identity, requestId, operation: 'startClaimFromBill', input: asked, now: at, insuredId }
  const { id } = await once(context.db, request, async (tx) => {
    const records = await findRecords(tx, insuredId)
    const bill = await findKnown(tx, asked, records)
    await requireRoom(tx, records)
    const enrolments = await findClaimEnrolments(tx, insuredId)
    const chosen = chooseEnrolment(enrolments, { day: dayOf(bill.begin), insuranceType: null })
    const content = draftOfBill(bill)
    return { id: await open(tx, context, { identity, insuredId, ...chosen, content, cause: asked.cause, at }) }
  })
  return id
}

function findKnown(tx: Tx, asked: Omit<BillAsked, 'requestId'>, records: readonly string[]): Promise<KnownBill> {
  if (isGiven(asked.refusedBill)) return findRefused(tx, asked.refusedBill, records)
  return isGiven(asked.order) ? findOrdered(tx, asked.order, records) : findTreated(tx, asked, records)
}

/** A bill of another province that was refused, unless it was settled or claimed since. */
async function findRefused(tx: Tx, id: string, records: readonly string[]): Promise<KnownBill> {
  const bill = uuidFault(id) === null ? await findRefusedBill(tx, records, id.toLowerCase()) : null
  if (bill === null) throw noBill('refusedBill')
  const taken = await findTaken(tx, bill)
  if (taken !== null) throw NotAllowed.at('refusedBill', taken, TAKEN[taken])
  return bill
}

/** What of a visit nobody has settled. */
async function findTreated(
  tx: Tx,
  asked: Omit<BillAsked, 'requestId'>,
  records: readonly string[],
): Promise<KnownBill> {
  if (!isGiven(asked.institutionCode) || !isGiven(asked.visit)) {
    throw InvalidInput.of([{ path: 'visit', code: 'REQUIRED', message: WHICH }])
  }
  const key = { institution: asked.institutionCode, visit: asked.visit }
  const found = await findVisit(tx, key)
  if (found?.insuredId == null || !records.includes(found.insuredId)) throw noBill()
  if (found.dischargedAt === null) throw NotAllowed.at('visit', 'NOT_DISCHARGED', NOT_DISCHARGED)
  const lines = await listUnsettled(tx, key)
  if (lines.length === 0) throw NotAllowed.at('visit', 'SETTLED', NOTHING_LEFT)
  return {
    ...key,
    chargeBatch: lines[0]?.chargeBatch ?? null,
    careType: found.careType,
    emergency: found.emergency,
    trauma: found.trauma !== null,
    birthType: found.birthType,
    disease: found.disease,
    begin: found.admittedAt,
    end: found.dischargedAt,
    diagnoses: found.diagnoses,
    lines: lines.map(({ sent }) => sent),
  }
}

const OVER = ['EXPIRED', 'CANCELLED', 'REFUNDED']

/** The bill of an order that came to nothing. */
async function findOrdered(tx: Tx, id: string, records: readonly string[]): Promise<KnownBill> {
  const order = uuidFault(id) === null ? await findOrder(tx, id.toLowerCase()) : null
  if (order === null || !records.includes(order.insuredId)) throw noBill()
  if (!OVER.includes(order.state)) throw NotAllowed.at('order', 'ORDER_OPEN', ORDER_OPEN)
  const bill = await findOrderBill(tx, order.id)
  return {
    institution: order.institution,
    visit: bill.visit,
    chargeBatch: bill.chargeBatch,
    careType: bill.careType,
    emergency: bill.emergency ?? false,
    trauma: bill.trauma != null,
    birthType: bill.birthType ?? null,
    disease: bill.disease ?? null,
    begin: parseInstant(bill.begin) ?? order.createdAt,
    end: parseInstant(bill.end) ?? order.createdAt,
    diagnoses: bill.diagnoses,
    lines: bill.lines,
  }
}

const WHICH = {
  zh: '须指明就诊（机构与就诊编号）、线上订单或被拒的跨省账单',
  en: 'is needed: a visit by institution and number, an order, or a bill of another province that was refused',
}
const NOT_DISCHARGED = { zh: '该就诊尚未结束', en: 'is not over yet' }
const NOTHING_LEFT = { zh: '该就诊没有未结算的费用', en: 'has nothing left that is not settled' }
const ORDER_OPEN = { zh: '该订单尚未结束', en: 'is under way or settled' }
const TAKEN = {
  SETTLED: { zh: '该账单其后已直接结算', en: 'was settled since' },
  CLAIMED: { zh: '该账单已由一份报销申请占用', en: 'is claimed already' },
}
const noBill = (path = 'visit'): NotFound => NotFound.of({ zh: '该账单', en: 'the bill' }, path)
