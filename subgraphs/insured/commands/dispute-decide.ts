import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readBase } from '../domain/declaration.ts'
import { readId, readReason, requireOpen, type Dispute } from '../domain/dispute.ts'
import { findDeclarations, findStanding, putDraftLines } from '../store/declarations.ts'
import { closeDispute, correctsBill, findDispute } from '../store/disputes.ts'
import { noteEvent } from '../store/enrolment-events.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { freezeAndProve, openCorrection } from './declaration.ts'

export interface DecideInput {
  readonly disputeId: string
  readonly upheld: boolean
  readonly decision: string
  /** What the base of a disputed line should have been. */
  readonly base?: string | null | undefined
  /** The entry that corrects a disputed enrolment or bill, made before. */
  readonly correctedBy?: string | null | undefined
}

interface By {
  readonly caller: string
  readonly at: Temporal.Instant
}

/** Decides a dispute of the bureau’s pool; what is upheld is corrected by an entry that is linked to it. */
export async function decideDispute(
  { db, now, as }: Context,
  { requestId, input }: { requestId: string; input: DecideInput },
): Promise<string> {
  const identity = as('staff')
  const at = now()
  return once(db, { identity, requestId, operation: 'decideDispute', input, now: at }, async (tx) => {
    const problems: Problem[] = []
    const decision = readReason(input.decision, 'decision', problems)
    InvalidInput.throwIf(problems)
    const one = uuidFault(input.disputeId) === null ? await findDispute(tx, input.disputeId.toLowerCase()) : null
    if (one === null || one.pool !== identity.pool) throw NotFound.of({ zh: '该争议', en: 'the dispute' }, 'disputeId')
    requireOpen(one)
    const by = { caller: callerOf(identity), at }
    const correctedBy = input.upheld ? await correct(tx, one, input, by) : null
    const state = input.upheld ? 'UPHELD' : 'REJECTED'
    await closeDispute(tx, one.id, { state, decision, decidedBy: by.caller, decidedAt: at, correctedBy })
    const payload = { disputeId: one.id, pool: one.pool, subject: one.subject, state, correctedBy }
    await publish(tx, 'insured', { insuredId: one.insuredId, topic: 'dispute.decided', payload, at })
    return one.id
  })
}

/** Makes, or finds, the entry that corrects the record; answers its id. */
function correct(tx: Tx, one: Dispute, input: DecideInput, by: By): Promise<string> {
  if (one.subject === 'DECLARATION_LINE') return correctLine(tx, one, input, by)
  const problems: Problem[] = []
  const entry = readId(input.correctedBy ?? '', 'correctedBy', problems)
  if (entry === null) throw InvalidInput.of(problems)
  return one.subject === 'ENROLMENT' ? correctEnrolment(tx, one, entry, by) : correctBill(tx, one, entry)
}

async function correctLine(tx: Tx, one: Dispute, { base: text }: DecideInput, by: By): Promise<string> {
  const [declared] = await findDeclarations(tx, [one.subjectId])
  if (declared === undefined) throw NotFound.of({ zh: '该申报', en: 'the declaration' }, 'disputeId')
  const problems: Problem[] = []
  const where = { month: declared.month, isCorrection: true }
  const base = readBase(text ?? '', enrolmentRules(one.pool), where, problems)
  if (base === null) throw InvalidInput.of(problems)
  const stands = (await findStanding(tx, declared, [one.insuredId])).get(one.insuredId)
  if (stands === undefined || stands.base === base.base) {
    throw NotAllowed.at('base', 'NOTHING_CHANGED', { zh: '与已申报的相同', en: 'is what stands already' })
  }
  const reason = `争议 ${one.id} 成立`
  const correction = await openCorrection(tx, declared, { reason, by: by.caller, at: by.at })
  await putDraftLines(tx, correction, [{ insuredId: one.insuredId, personType: stands.personType, ...base }])
  await freezeAndProve(tx, correction, { by: by.caller, at: by.at })
  return correction.id
}

/** The bureau has made the change first; here it is linked, and the record of the enrolment says so. */
async function correctEnrolment(tx: Tx, one: Dispute, entry: string, { caller, at }: By): Promise<string> {
  const found = (await findEnrolments(tx, [one.insuredId])).find(({ id, pool }) => id === entry && pool === one.pool)
  if (found === undefined || found.id === one.subjectId) throw notLinked()
  const told = { kind: 'CORRECTED', from: dayOf(at), reason: one.subjectId, note: one.id } as const
  await noteEvent(tx, found, { ...told, caller, at })
  return entry
}

async function correctBill(tx: Tx, one: Dispute, entry: string): Promise<string> {
  if (!(await correctsBill(tx, one.insuredId, one.subjectId, entry))) throw notLinked()
  return entry
}

const notLinked = () =>
  NotAllowed.at('correctedBy', 'NOT_A_CORRECTION', {
    zh: '须为本统筹区内更正该记录的新记录',
    en: 'must be another entry of this pool that corrects the record',
  })
