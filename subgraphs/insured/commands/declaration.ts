import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { problemAt, uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import type { Context } from '../context.ts'
import { readMonth, requireDraft, type Declaration } from '../domain/declaration.ts'
import { INSURANCE_TYPES } from '../domain/code-tables.ts'
import { addVoucher } from '../store/accounting-vouchers.ts'
import { addDeclaration, findDeclarations, findOriginal, freeze } from '../store/declarations.ts'
import { requireEmployer } from './enrol.ts'
import { bureauOrEmployer } from './own-enrolment.ts'

export interface OpenInput {
  /** An employer that asks may leave out its own. */
  readonly employer?: string | null | undefined
  /** A bureau that asks may leave out its own. */
  readonly pool?: string | null | undefined
  readonly insuranceType: string
  readonly month: string
}

/** Opens the draft of a month; answers the id of the declaration. */
export async function openDeclaration(
  { db, now, identity: asking }: Context,
  { requestId, input }: { requestId: string; input: OpenInput },
): Promise<string> {
  const identity = bureauOrEmployer(asking)
  const at = now()
  return once(db, { identity, requestId, operation: 'openEmployerDeclaration', input, now: at }, async (tx) => {
    const problems: Problem[] = []
    const month = readMonth(input.month, dayOf(at), problems)
    if (!INSURANCE_TYPES.has(input.insuranceType)) {
      const message = { zh: '险种代码不存在', en: 'is no known insurance type' }
      problems.push({ path: 'insuranceType', code: 'INSURANCE_TYPE_UNKNOWN', message })
    }
    const { employer, pool } = whoseMonth(identity, input, problems)
    InvalidInput.throwIf(problems)
    await requireEmployer(tx, employer, pool)
    const { insuranceType } = input
    const existing = await findOriginal(tx, { employer, pool, insuranceType, month })
    if (existing !== null) {
      const message =
        existing.state === 'DRAFT'
          ? { zh: '该月已有申报草稿，请继续办理', en: 'there is a draft of this month already; go on with it' }
          : { zh: '该月已申报；有误请办理更正申报', en: 'the month is declared; correct it by another declaration' }
      throw NotAllowed.at('month', 'DECLARATION_EXISTS', message, { declarationId: existing.id })
    }
    const one = draftOf({ employer, pool, insuranceType, month }, at)
    await addDeclaration(tx, one, callerOf(identity))
    return one.id
  })
}

const draftOf = (
  month: Pick<Declaration, 'employer' | 'pool' | 'insuranceType' | 'month'>,
  at: Temporal.Instant,
  correction: { readonly corrects: string | null; readonly reason: string | null } = { corrects: null, reason: null },
): Declaration => ({
  ...month,
  ...correction,
  id: newId(),
  state: 'DRAFT',
  heads: null,
  baseTotal: null,
  createdAt: at,
  declaredAt: null,
})

function whoseMonth(identity: ReturnType<typeof bureauOrEmployer>, input: OpenInput, problems: Problem[]) {
  const own =
    identity.kind === 'staff' ? { employer: null, pool: identity.pool } : { employer: identity.employer, pool: null }
  const employer = input.employer ?? own.employer
  const pool = input.pool ?? own.pool
  const missing = { zh: '须填写', en: 'is needed' }
  if (employer === null) problems.push({ path: 'employer', code: 'MISSING', message: missing })
  if (pool === null) problems.push({ path: 'pool', code: 'MISSING', message: missing })
  if (own.employer !== null && employer !== own.employer) {
    throw NotAllowed.at('employer', 'EMPLOYER_NOT_YOURS', { zh: '只能为本单位办理', en: 'must be your own' })
  }
  if (own.pool !== null && pool !== own.pool) {
    throw NotAllowed.at('pool', 'POOL_NOT_YOURS', { zh: '只能办理本统筹区的业务', en: 'must be your own pool' })
  }
  return { employer: employer ?? '', pool: pool ?? '' }
}

/** A declaration of the employer or the pool that asks. */
export async function ownDeclaration(
  tx: Tx,
  identity: ReturnType<typeof bureauOrEmployer>,
  id: string,
): Promise<Declaration> {
  const [found] = uuidFault(id) === null ? await findDeclarations(tx, [id.toLowerCase()]) : []
  const isOwn =
    found !== undefined &&
    (identity.kind === 'staff' ? found.pool === identity.pool : found.employer === identity.employer)
  if (!isOwn) throw NotFound.of({ zh: '该申报', en: 'the declaration' }, 'declarationId')
  return found
}

interface CorrectInput {
  readonly declarationId: string
  readonly reason: string
}

/** Opens a correction of what was declared, in the transaction of whoever corrects. */
export async function openCorrection(
  tx: Tx,
  declared: Declaration,
  { reason, by, at }: { readonly reason: string; readonly by: string; readonly at: Temporal.Instant },
): Promise<Declaration> {
  if (declared.state === 'DRAFT') {
    const message = { zh: '尚未申报，可直接修改', en: 'is a draft still; change it' }
    throw NotAllowed.at('declarationId', 'NOT_DECLARED', message)
  }
  const { employer, pool, insuranceType, month } = declared
  const corrects = declared.corrects ?? declared.id
  const one = draftOf({ employer, pool, insuranceType, month }, at, { corrects, reason })
  await addDeclaration(tx, one, by)
  return one
}

/** Opens a correction of what was declared; answers its id. */
export async function correctDeclaration(
  { db, now, identity: asking }: Context,
  { requestId, input }: { requestId: string; input: CorrectInput },
): Promise<string> {
  const identity = bureauOrEmployer(asking)
  const at = now()
  return once(db, { identity, requestId, operation: 'correctEmployerDeclaration', input, now: at }, async (tx) => {
    const fault = textFault(input.reason, { min: 2, max: 200 })
    InvalidInput.throwIf(fault === null ? [] : [problemAt('reason', fault)])
    const declared = await ownDeclaration(tx, identity, input.declarationId)
    return (await openCorrection(tx, declared, { reason: input.reason, by: callerOf(identity), at })).id
  })
}

/** Declares a draft: from then on nothing of it changes. Answers its id. */
export async function declare(
  { db, now, identity: asking }: Context,
  { requestId, declarationId }: { requestId: string; declarationId: string },
): Promise<string> {
  const identity = bureauOrEmployer(asking)
  const at = now()
  const asked = { identity, requestId, operation: 'declareEmployerMonth', input: { declarationId }, now: at }
  return once(db, asked, async (tx) => {
    const one = await ownDeclaration(tx, identity, declarationId)
    requireDraft(one, 'declarationId')
    await freezeAndProve(tx, one, { by: callerOf(identity), at })
    return one.id
  })
}

/** Freezes a draft, keeps its voucher and tells the others. */
export async function freezeAndProve(
  tx: Tx,
  one: Declaration,
  { by, at }: { readonly by: string; readonly at: Temporal.Instant },
): Promise<void> {
  const lines = await freeze(tx, one, { by, at })
  if (lines.length === 0) {
    const message = { zh: '没有任何明细', en: 'has no lines' }
    throw NotAllowed.at('declarationId', 'NO_LINES', message)
  }
  const { id, employer, pool, insuranceType, month, corrects, reason } = one
  const total = lines.reduce((sum, { base }) => sum + base, 0n)
  await addVoucher(tx, {
    kind: corrects === null ? 'DECLARATION' : 'CORRECTION',
    pool,
    employer,
    month,
    entryKind: 'DECLARATION',
    entryId: id,
    content: { declarationId: id, employer, pool, insuranceType, month, corrects, reason, baseTotal: total, lines },
    by,
    at,
  })
  const payload = { declarationId: id, employer, pool, insuranceType, month, corrects }
  await publish(tx, 'insured', { topic: 'declaration.declared', payload, at })
}
