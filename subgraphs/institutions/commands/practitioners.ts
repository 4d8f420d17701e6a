import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { isTextKey } from '@yibao/schema/page'
import { InvalidInput, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  nextStanding,
  readPractitioner,
  samePractitioner,
  type Practitioner,
  type PractitionerInput,
} from '../domain/practitioner.ts'
import { readJudgement, type JudgementInput } from '../domain/practitioner-standing.ts'
import { checkRows, sortRows, type RowOutcome } from '../domain/register-row.ts'
import {
  addPractitioners,
  findPractitioners,
  findStandings,
  savePractitioner,
  saveStanding,
} from '../store/practitioners.ts'
import { findOwnInstitution } from './own-institution.ts'

/** Registers who works in the institution that asks, as far as each is right; somebody may work in several. */
export async function registerPractitioners(
  { db, now, own }: Context,
  { requestId, practitioners }: { requestId: string; practitioners: readonly PractitionerInput[] },
): Promise<RowOutcome[]> {
  const identity = own()
  const at = now()
  const asked = { identity, requestId, operation: 'registerPractitioners', input: practitioners, now: at }
  return once(db, asked, async (tx) => {
    checkRows(practitioners, 'practitioners')
    const place = await findOwnInstitution(tx, identity)
    const read = practitioners.map((one, i) => readPractitioner(one, `practitioners[${i}]`, place))
    const codes = practitioners.map(({ code }) => code).filter(isTextKey)
    const stored = new Map((await findPractitioners(tx, place.institution, codes)).map((one) => [one.code, one]))
    const { outcomes, added } = sortRows(read, 'practitioners', (row) => {
      const before = stored.get(row.code)
      if (before === undefined) return 'NEW'
      return samePractitioner(before, row) ? 'SAME' : 'OTHER'
    })
    await addPractitioners(tx, added, at)
    return outcomes
  })
}

/** Changes what an institution says of somebody who works there; a last day ends it. Answers the code. */
export async function changePractitioner(
  { db, now, own }: Context,
  { requestId, input }: { requestId: string; input: PractitionerInput },
): Promise<string> {
  const identity = own()
  const at = now()
  return once(db, { identity, requestId, operation: 'changePractitioner', input, now: at }, async (tx) => {
    const place = await findOwnInstitution(tx, identity)
    const { row, problems } = readPractitioner(input, 'input', place)
    InvalidInput.throwIf(problems)
    const [before] = await findPractitioners(tx, place.institution, [row.code])
    if (before === undefined) throw nobody()
    await savePractitioner(tx, row, at)
    return row.code
  })
}

/** Notes points against somebody, suspends or resumes payment for what they do, wherever they work. */
export async function judgePractitioner(
  { db, now, staff }: Context,
  { requestId, input }: { requestId: string; input: JudgementInput },
): Promise<Pick<Practitioner, 'institution' | 'code'>> {
  const identity = staff()
  const at = now()
  return once(db, { identity, requestId, operation: 'judgePractitioner', input, now: at }, async (tx) => {
    const { institution, code } = input
    const known = isTextKey(institution) && isTextKey(code)
    const [found] = known ? await findPractitioners(tx, institution, [code]) : []
    if (found?.pool !== identity.pool) throw nobody()
    const judgement = readJudgement(input, dayOf(at))
    const { action, points } = judgement
    const [before] = await findStandings(tx, [code])
    const standing = nextStanding(before ?? null, { code, action, points, at })
    const event = { id: newId(), code, institution, pool: identity.pool, ...judgement }
    await saveStanding(tx, standing, { ...event, actor: callerOf(identity), at })
    return { institution, code }
  })
}

const nobody = () => NotFound.of({ zh: '该人员', en: 'the person' }, 'input.code')
