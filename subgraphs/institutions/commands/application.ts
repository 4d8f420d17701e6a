import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { divisionFault, problemAt, uuidFault } from '@yibao/schema/ids'
import { isTextKey } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import type { Context } from '../context.ts'
import {
  checkReapplying,
  dueAfter,
  nextState,
  readAnswers,
  type AnswerInput,
  type Application,
  type Step,
} from '../domain/application.ts'
import type { Criterion } from '../domain/designation-rules.ts'
import type { Institution } from '../domain/institution.ts'
import { addApplication, addStep, findApplication, findApplications, saveApplication } from '../store/application.ts'
import { DESIGNATION_RULES } from '../store/designation-rules.ts'
import { findInstitutions } from '../store/institutions.ts'
import { useEvidence } from './evidence.ts'
import { tellInstitution } from './notice.ts'

export interface ApplyInput {
  readonly institution?: string | null | undefined
  readonly pool?: string | null | undefined
  readonly answers: readonly AnswerInput[]
  readonly note?: string | null | undefined
}

/** The conditions for institutions of a kind. */
export const criteriaOf = ({ kind }: Institution): Criterion[] =>
  DESIGNATION_RULES.criteria.filter((one) => one.kind === kind)

/**
 * Applies to be designated in a pool: an institution for itself, or staff of the pool who have its paper before them.
 * Answers the id.
 */
export async function applyForDesignation(
  { db, now, bureauOrOwn }: Context,
  { requestId, input }: { requestId: string; input: ApplyInput },
): Promise<string> {
  const identity = bureauOrOwn()
  const at = now()
  return once(db, { identity, requestId, operation: 'applyForDesignation', input, now: at }, async (tx) => {
    const { code, pool, note } = readHead(identity, input)
    const [institution] = isTextKey(code) ? await findInstitutions(tx, [code]) : []
    if (institution === undefined) throw NotFound.of({ zh: '该机构', en: 'the institution' }, 'input.institution')
    const earlier = await findApplications(tx, code, pool)
    if (earlier.some(({ state }) => !['AGREED', 'REJECTED', 'WITHDRAWN'].includes(state))) throw underWay()
    const failed = earlier.filter(({ passed }) => passed === false).map(({ changedAt }) => ({ at: dayOf(changedAt) }))
    checkReapplying(failed, dayOf(at), DESIGNATION_RULES)
    const answers = readAnswers(input.answers, criteriaOf(institution))
    const application: Application = {
      id: newId(),
      institution: code,
      pool,
      state: 'SUBMITTED',
      answers,
      note,
      missing: null,
      scores: null,
      passed: null,
      ...dueAfter('SUBMITTED', dayOf(at), DESIGNATION_RULES),
      agreementId: null,
      submittedAt: at,
      changedAt: at,
    }
    await useEvidence(tx, identity, application, at)
    await addApplication(tx, application)
    await recordStep(tx, application, { action: 'SUBMITTED', reason: null, details: { answers }, identity, at })
    return application.id
  })
}

const underWay = () =>
  NotAllowed.of({
    code: 'APPLICATION_UNDER_WAY',
    text: { zh: '该机构在本统筹区已有在办申请', en: 'an application of the institution in this pool is under way' },
  })

function readHead(identity: Identity, input: ApplyInput) {
  const problems: Problem[] = []
  const required = (path: string) =>
    problems.push({ path, code: 'REQUIRED', message: { zh: '须填写', en: 'is required' } })
  const own = identity.kind === 'institution' ? identity.institution : null
  const ownPool = identity.kind === 'staff' ? identity.pool : null
  const code = input.institution ?? own ?? ''
  const pool = input.pool ?? ownPool ?? ''
  if (code === '') required('input.institution')
  if (pool === '') required('input.pool')
  else {
    const fault = divisionFault(pool)
    if (fault !== null) problems.push(problemAt('input.pool', fault))
  }
  if (own !== null && code !== own) problems.push({ path: 'input.institution', ...OTHER })
  if (ownPool !== null && pool !== ownPool) problems.push({ path: 'input.pool', ...OTHER })
  const note = input.note?.trim() ?? ''
  const wrong = textFault(note, { min: 0, max: 2000 })
  if (wrong !== null) problems.push(problemAt('input.note', wrong))
  InvalidInput.throwIf(problems)
  return { code, pool, note: note === '' ? null : note }
}

const OTHER = { code: 'NOT_OWN', message: { zh: '只能为本机构或本统筹区', en: 'must be one’s own' } }

/** Corrects an application that was returned; it is submitted again. Answers the id. */
export async function correctApplication(
  context: Context,
  { requestId, input }: { requestId: string; input: { application: string; answers: readonly AnswerInput[] } },
): Promise<string> {
  return takeStep(
    context,
    { requestId, operation: 'correctApplication', input, action: 'CORRECTED' },
    (_, criteria) => {
      const answers = readAnswers(input.answers, criteria)
      return { change: { answers, missing: null }, reason: null, details: { answers } }
    },
  )
}

interface Asked {
  readonly requestId: string
  readonly operation: string
  readonly input: { readonly application: string }
  readonly action: Exclude<Step, 'SUBMITTED'>
}

export interface StepTaken {
  readonly change: Partial<Application>
  readonly reason: string | null
  readonly details?: object
}

/** Takes one step of an application the caller may decide about, and adds it to the history. Answers the id. */
export async function takeStep(
  { db, now, bureauOrOwn }: Context,
  { requestId, operation, input, action }: Asked,
  decide: (application: Application, criteria: readonly Criterion[]) => StepTaken,
): Promise<string> {
  const identity = bureauOrOwn()
  const at = now()
  return once(db, { identity, requestId, operation, input, now: at }, async (tx) => {
    const application = await findOwn(tx, identity, input.application)
    const state = nextState(application.state, action)
    const [institution] = await findInstitutions(tx, [application.institution])
    if (institution === undefined) throw new Error('an application is of an institution')
    const { change, reason, details } = decide(application, criteriaOf(institution))
    const due = dueAfter(state, dayOf(at), DESIGNATION_RULES)
    const after = { ...application, ...change, ...due, state, changedAt: at }
    if (change.answers !== undefined) await useEvidence(tx, identity, after, at)
    await saveApplication(tx, after)
    await recordStep(tx, after, { action, reason, details, identity, at })
    return application.id
  })
}

/** An application the caller may act on; others are not there. @throws NotFound */
export async function findOwn(tx: Tx, identity: Identity, id: string): Promise<Application> {
  const found = uuidFault(id) === null ? await findApplication(tx, id) : null
  const isOwn =
    identity.kind === 'institution' ? found?.institution === identity.institution : found?.pool === poolOf(identity)
  if (found === null || !isOwn) throw NotFound.of({ zh: '该申请', en: 'the application' }, 'input.application')
  return found
}

const poolOf = (identity: Identity): string | null => (identity.kind === 'staff' ? identity.pool : null)

interface Taken {
  readonly action: Step
  readonly reason: string | null
  readonly details?: object | undefined
  readonly identity: Identity
  readonly at: Temporal.Instant
}

/** Adds a step to the history and tells the institution of it. */
export async function recordStep(
  tx: Tx,
  application: Application,
  { action, reason, details, identity, at }: Taken,
): Promise<void> {
  const id = newId()
  await addStep(tx, application, { id, action, reason, details: details ?? null, actor: callerOf(identity), at })
  const data = { pool: application.pool, day: dayOf(at).toString(), due: application.dueOn?.toString() ?? '' }
  await tellInstitution(tx, application, {
    template: `designation.${action.toLowerCase()}`,
    data,
    at,
    key: `designation:${id}`,
  })
}
