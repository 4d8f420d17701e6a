import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readId, readReason, requireOpen, type Dispute, type Subject } from '../domain/dispute.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import { addDispute, closeDispute, findDispute, findRecord, hasOpenDispute } from '../store/disputes.ts'

export interface OpenDisputeInput {
  readonly subject: Subject
  readonly id: string
  /** A person that asks may leave out their own. */
  readonly insuredId?: string | null | undefined
  readonly reason: string
}

const noRecord = () => NotFound.of({ zh: '该记录', en: 'the record' }, 'id')

function employerOrPerson(identity: Context['identity']) {
  assert(identity?.kind === 'employer' || identity?.kind === 'person', 'the schema lets nobody else in')
  return identity
}

/** Says that a record of one’s own is wrong; answers the id of the dispute. */
export async function openDispute(
  { db, now, identity: asking }: Context,
  { requestId, input }: { requestId: string; input: OpenDisputeInput },
): Promise<string> {
  const identity = employerOrPerson(asking)
  const at = now()
  return once(db, { identity, requestId, operation: 'openDispute', input, now: at }, async (tx) => {
    const problems: Problem[] = []
    const reason = readReason(input.reason, 'reason', problems)
    const subjectId = readId(input.id, 'id', problems)
    const own = identity.kind === 'person' ? identity.insuredId : null
    const insuredId = readId(input.insuredId ?? own ?? '', 'insuredId', problems)
    if (subjectId === null || insuredId === null || problems.length > 0) throw InvalidInput.of(problems)
    if (own !== null && insuredId !== own) throw noRecord()
    const record = await findRecord(tx, input.subject, { id: subjectId, insuredId })
    if (record === null || (identity.kind === 'employer' && record.employer !== identity.employer)) throw noRecord()

    const days = enrolmentRules(record.pool).rules.disputeDays.value
    const dispute: Dispute = {
      ...record,
      id: newId(),
      subject: input.subject,
      subjectId,
      openedAs: identity.kind === 'person' ? 'PERSON' : 'EMPLOYER',
      reason,
      openedAt: at,
      dueOn: dayOf(at).add({ days }),
      state: 'OPEN',
      decision: null,
      decidedAt: null,
      correctedBy: null,
    }
    await refuseSecond(tx, dispute)
    await addDispute(tx, dispute, callerOf(identity))
    const payload = { disputeId: dispute.id, pool: record.pool, subject: dispute.subject }
    await publish(tx, 'insured', { insuredId, topic: 'dispute.opened', payload, at })
    return dispute.id
  })
}

async function refuseSecond(tx: Tx, { subjectId, insuredId }: Dispute): Promise<void> {
  if (!(await hasOpenDispute(tx, subjectId, insuredId))) return
  const message = { zh: '该记录已有未办结的争议', en: 'there is an open dispute of this record' }
  throw NotAllowed.at('id', 'DISPUTE_OPEN', message)
}

/** Takes back a dispute of one’s own. */
export async function withdrawDispute(
  { db, now, identity: asking }: Context,
  { requestId, disputeId, reason }: { requestId: string; disputeId: string; reason: string },
): Promise<string> {
  const identity = employerOrPerson(asking)
  const at = now()
  const asked = { identity, requestId, operation: 'withdrawDispute', input: { disputeId, reason }, now: at }
  return once(db, asked, async (tx) => {
    const problems: Problem[] = []
    const decision = readReason(reason, 'reason', problems)
    InvalidInput.throwIf(problems)
    const one = uuidFault(disputeId) === null ? await findDispute(tx, disputeId.toLowerCase()) : null
    const isOwn =
      identity.kind === 'person'
        ? one?.insuredId === identity.insuredId && one.openedAs === 'PERSON'
        : one?.employer === identity.employer && one.openedAs === 'EMPLOYER'
    if (one === null || !isOwn) throw NotFound.of({ zh: '该争议', en: 'the dispute' }, 'disputeId')
    requireOpen(one)
    const closed = { decision, decidedBy: callerOf(identity), decidedAt: at, correctedBy: null }
    await closeDispute(tx, one.id, { ...closed, state: 'WITHDRAWN' })
    return one.id
  })
}
