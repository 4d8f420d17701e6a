import { once } from '@yibao/drizzle/once'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  enrolmentOf,
  LINES_MAX,
  readBase,
  requireDraft,
  type Declaration,
  type LineInput,
} from '../domain/declaration.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import { findStanding, putDraftLines, removeDraftLines } from '../store/declarations.ts'
import { enrolmentRules } from '../store/enrolment-rules.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { findByPersonNumbers } from '../store/persons.ts'
import { ownDeclaration } from './declaration.ts'
import { bureauOrEmployer } from './own-enrolment.ts'

export interface LinesUploaded {
  readonly declarationId: string
  readonly accepted: number
  /** Of the accepted ones: whose base was moved to a limit of the pool. */
  readonly clamped: number
  readonly removed: number
  readonly rejected: readonly { readonly index: number; readonly problems: readonly Problem[] }[]
}

type Standing = Awaited<ReturnType<typeof findStanding>>

interface Setting {
  readonly one: Declaration
  readonly people: ReadonlyMap<string, string>
  readonly enrolments: ReadonlyMap<string, readonly Enrolment[]>
  readonly standing: Standing
}

/** Takes lines into a draft: good ones in, bad ones back, each with its reason. */
export async function uploadDeclarationLines(
  { db, now, identity: asking }: Context,
  { requestId, input }: { requestId: string; input: { declarationId: string; lines: readonly LineInput[] } },
): Promise<LinesUploaded> {
  const identity = bureauOrEmployer(asking)
  const asked = { identity, requestId, operation: 'uploadEmployerLines', input, now: now() }
  return once(db, asked, async (tx) => {
    if (input.lines.length === 0 || input.lines.length > LINES_MAX) {
      const message = { zh: `每次 1–${LINES_MAX} 条`, en: `must be 1 to ${LINES_MAX} lines` }
      throw InvalidInput.of([{ path: 'lines', code: 'TOO_MANY', message }])
    }
    const one = await ownDeclaration(tx, identity, input.declarationId)
    requireDraft(one, 'declarationId')
    const numbers = input.lines.map(({ personNumber }) => personNumber)
    const people = await findByPersonNumbers(tx, numbers)
    const ids = [...new Set(people.values())]
    const enrolments = Map.groupBy(await findEnrolments(tx, ids), (row) => row.insuredId)
    const standing: Standing = one.corrects === null ? new Map() : await findStanding(tx, one, ids)

    const read = input.lines.map((line, index) => readLine(line, index, numbers, { one, people, enrolments, standing }))
    const good = read.flatMap(({ line }) => (line === null ? [] : [line]))
    const removed = read.flatMap(({ remove }) => (remove === null ? [] : [remove]))
    await putDraftLines(tx, one, good)
    await removeDraftLines(tx, one.id, removed)
    return {
      declarationId: one.id,
      accepted: good.length,
      clamped: good.filter(({ base, enteredBase }) => base !== enteredBase).length,
      removed: removed.length,
      rejected: read.flatMap(({ problems }, index) => (problems.length === 0 ? [] : [{ index, problems }])),
    }
  })
}

/** One line: what goes into the draft, who is taken out of it, or what is wrong. */
function readLine(line: LineInput, index: number, numbers: readonly string[], setting: Setting) {
  const { one, people, enrolments, standing } = setting
  const problems: Problem[] = []
  const fail = (path: string, code: string, zh: string, en: string) => {
    problems.push({ path: `lines[${index}].${path}`, code, message: { zh, en } })
    return { line: null, remove: null, problems }
  }
  const insuredId = people.get(line.personNumber)
  const enrolment = insuredId === undefined ? null : enrolmentOf(enrolments.get(insuredId) ?? [], one)
  const before = insuredId === undefined ? undefined : standing.get(insuredId)
  // Whether a person exists is no employer’s business: of those it does not employ, all are told alike.
  if (insuredId === undefined || (enrolment === null && before === undefined)) {
    return fail(
      'personNumber',
      'NOT_EMPLOYED',
      '该月未经本单位参加此险种',
      'is not enrolled through the employer in this month',
    )
  }
  if (numbers.indexOf(line.personNumber) < index) return fail('personNumber', 'TWICE', '重复', 'is named twice')
  if (line.remove === true) return { line: null, remove: insuredId, problems }
  const where = { month: one.month, isCorrection: one.corrects !== null }
  const faults: Problem[] = []
  const base = readBase(line.base, enrolmentRules(one.pool), where, faults)
  const [fault] = faults
  if (base === null) {
    return fail('base', fault?.code ?? '', fault?.message.zh ?? '', fault?.message.en ?? '')
  }
  const personType = enrolment?.personType ?? before?.personType ?? ''
  if (one.corrects !== null && (before?.base ?? 0n) === base.base) {
    return fail('base', 'NOTHING_CHANGED', '与已申报的相同', 'is what stands already')
  }
  return { line: { insuredId, personType, ...base }, remove: null, problems }
}
