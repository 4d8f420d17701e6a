import { once } from '@yibao/drizzle/once'
import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import type { Context } from '../context.ts'
import { agencyOf, findAgreement } from '../domain/designation.ts'
import { checkOneAdmission, identify } from '../domain/identify-visit.ts'
import { given } from '../domain/normal-form.ts'
import { directly } from '../domain/not-settled-directly.ts'
import { joinObservation } from '../domain/open-visit.ts'
import { readOpening } from '../domain/read-visit.ts'
import { transferOf } from '../domain/transfer.ts'
import type { OpenVisitInput, Visit } from '../domain/visit.ts'
import { refuseAcross } from '../domain/visit-elsewhere.ts'
import { visitExists, visitInUse } from '../domain/visit-refusals.ts'
import { findAgreements } from '../store/find-person.ts'
import { findTransfer } from '../store/find-transfer.ts'
import { lastLineAt, moveLines } from '../store/visit-lines.ts'
import { findRecords } from '../store/own-records.ts'
import { addVisit, findVisit, hasBills, listStays, saveVisit } from '../store/visits.ts'
import { provinceElsewhere } from './away-bill.ts'
import { loadVisit } from './load-visit.ts'
import { showingElsewhere } from './visit-elsewhere.ts'
import { hashed, lookingUp } from './visit-person.ts'
import { rulesFor } from './visit-rules.ts'

/**
 * Opens a stay or an outpatient registration, with a credential or, when none is at hand, without a person. Which
 * policy pays and whether any does is not decided here but when the visit is settled.
 */
export async function openVisit(context: Context, requestId: string, input: OpenVisitInput): Promise<Visit> {
  const identity = context.institution()
  const { institution } = identity
  const now = context.now()
  const { credential } = input
  const asked = given({ ...input, credential: credential && hashed(context, credential) })
  const id = context.newId(now)
  const elsewhere = await showingElsewhere(context, { requestId, ...input })
  const lookUp = lookingUp(context)
  await once(context.db, { identity, requestId, operation: 'openVisit', input: asked, now }, async (tx) => {
    const { visit: read, credential: shown, insuredPool } = readOpening(input, { now, institution, id })
    const agreements = await findAgreements(context.db.hot, institution)
    const { careKind } = read
    const agreement = directly(insuredPool, () => findAgreement(agreements, { pool: '', careKind, on: dayOf(now) }))
    if ((await findVisit(tx, read)) !== null) throw visitExists()
    if (await hasBills(tx, read)) throw visitInUse()
    const isElsewhere = provinceElsewhere(context, { insuredPool }) !== null
    if (isElsewhere) refuseAcross(read)
    const opened = isElsewhere ? { ...read, pool: insuredPool } : read
    const visit = shown === null ? opened : identify(opened, elsewhere?.() ?? (await lookUp(shown, opened)))
    if (visit.insuredId !== null) checkOneAdmission(visit, await listStays(tx, visit, visit.insuredId))
    await checkTransfer(context, visit)
    const agency = agencyOf(agreements, visit.pool, agreement.pool)
    await addVisit(tx, { ...(await join(context, tx, visit)), agency })
    return { visit: visit.visit }
  })
  return loadVisit(context, input.visit)
}

/** Holds a stay that goes on from another hospital to the one before, as far as the person is known. */
export async function checkTransfer(
  context: Context,
  { transferredFrom, insuredId, pool, admittedAt }: Visit,
): Promise<void> {
  if (transferredFrom === null || insuredId === null) return
  const { rules } = await rulesFor(context, pool)
  const record = await findTransfer(context.db.hot, { settlementId: transferredFrom, insuredId })
  transferOf(record, { admittedAt, days: rules?.transfer.days ?? 0 })
}

/** Takes the lines of the observation along that the stay names. */
async function join(context: Context, tx: Tx, visit: Visit): Promise<Visit> {
  if (visit.joins === null) return visit
  const key = { institution: visit.institution, visit: visit.joins }
  const before = await findVisit(tx, key)
  const { rules } = await rulesFor(context, visit.pool)
  const { stay, observation } = joinObservation(visit, before, {
    days: rules?.observationJoins.days ?? 0,
    lastLineAt: await lastLineAt(tx, key),
    records: visit.insuredId === null ? [] : await findRecords(tx, visit.insuredId),
  })
  await saveVisit(tx, observation, { ...observation, changedAt: visit.openedAt })
  await moveLines(tx, key, visit)
  return stay
}
