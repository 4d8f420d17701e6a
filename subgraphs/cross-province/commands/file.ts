import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf, parseDay } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { InvalidInput, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkChange, checkNoStay, checkSameType, checkStanding, extend as decideExtension } from '../domain/change.ts'
import { isWaiting, type Filing } from '../domain/filing.ts'
import { findFilingsOf } from '../store/filings.ts'
import { findOpenStays } from '../store/open-stays.ts'
import { findApplicant, place, readTerms, type Applicant, type FileInput } from './place.ts'

/** Files treatment elsewhere for the person who signed in; answers the id of the filing. */
export async function file(
  { db, rules, now, person }: Context,
  { requestId, input }: { requestId: string; input: FileInput },
): Promise<string> {
  const identity = person()
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'fileTreatmentElsewhere', input, now: at, insuredId }
  const { filingId } = await once(db, asked, async (tx) => {
    const applicant = await findApplicant(tx, rules, { ...input, insuredId, actor: callerOf(identity), at })
    const terms = await readTerms(tx, input, applicant)
    return { filingId: (await place(tx, terms, applicant)).id }
  })
  return filingId
}

interface ChangeAsked {
  readonly requestId: string
  readonly filingId: string
  readonly input: FileInput
}

/** Files another place or period in place of a filing; answers the id of the new one. */
export async function change(
  { db, rules, now, person }: Context,
  { requestId, filingId, input }: ChangeAsked,
): Promise<string> {
  const identity = person()
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'changeFiling', input: { filingId, input }, now: at, insuredId }
  const changed = await once(db, asked, async (tx) => {
    const insuranceType = input.insuranceType ?? (await insuranceOf(tx, insuredId, filingId))
    const asking = { insuredId, actor: callerOf(identity), at, beginOn: input.beginOn, insuranceType }
    const applicant = await findApplicant(tx, rules, asking)
    const old = standing(applicant, filingId)
    checkChange(old, dayOf(at), applicant.rules)
    const terms = await readTerms(tx, input, applicant, old)
    checkSameType(old, terms)
    if (terms.destination !== old.destination) checkNoStay(old, await findOpenStays(tx, insuredId))
    return { filingId: (await place(tx, terms, applicant, old)).id }
  })
  return changed.filingId
}

/** Lets a temporary filing go on after its last day; answers the id of what it goes on as. */
export async function extend(
  { db, rules, now, person }: Context,
  { requestId, filingId, endOn }: { requestId: string; filingId: string; endOn: string },
): Promise<string> {
  const identity = person()
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'extendFiling', input: { filingId, endOn }, now: at, insuredId }
  const extended = await once(db, asked, async (tx) => {
    const last = parseDay(endOn)
    if (last === null) throw InvalidInput.of([NO_DAY])
    const insuranceType = await insuranceOf(tx, insuredId, filingId)
    const applicant = await findApplicant(tx, rules, { insuredId, actor: callerOf(identity), at, insuranceType })
    const old = standing(applicant, filingId)
    const terms = decideExtension(old, { endOn: last, rules: applicant.rules, now: at })
    const { id } = await place(tx, terms, applicant, { id: old.id, extensions: old.extensions + 1 })
    return { filingId: id }
  })
  return extended.filingId
}

const NO_DAY = {
  path: 'endOn',
  code: 'DATE_FORM',
  message: { zh: '不是有效日期 yyyy-MM-dd', en: 'is not a day yyyy-MM-dd' },
}

/** The insurance a filing rests on: whoever is covered in two pools need not say it again. */
async function insuranceOf(tx: Tx, insuredId: string, filingId: string): Promise<string | null> {
  const filings = await findFilingsOf(tx, insuredId)
  return filings.find((one) => one.id === filingId.toLowerCase())?.insuranceType ?? null
}

/** The person's own filing, which is not over. @throws NotFound, NotAllowed */
function standing({ existing, at }: Applicant, filingId: string): Filing {
  const filing = existing.find((one) => one.id === filingId.toLowerCase())
  if (filing === undefined || isWaiting(filing)) throw NotFound.of({ zh: '该备案', en: 'the filing' }, 'filingId')
  checkStanding(filing, existing, dayOf(at))
  return filing
}
