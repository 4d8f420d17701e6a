import type { Context } from '../context.ts'
import { readMissing, readReason, type Missing } from '../domain/application.ts'
import { readScores, type ScoreInput } from '../domain/evaluation.ts'
import { takeStep } from './application.ts'

interface Asked<Input> {
  readonly requestId: string
  readonly input: Input & { readonly application: string }
}

/** Returns an application with all that is missing from it. */
export const returnApplication = (
  context: Context,
  { requestId, input }: Asked<{ missing: readonly Missing[] }>,
): Promise<string> =>
  takeStep(context, { requestId, operation: 'returnApplication', input, action: 'RETURNED' }, (_, criteria) => {
    const missing = readMissing(input.missing, criteria)
    return { change: { missing }, reason: null, details: { missing } }
  })

/** Accepts the papers of an application: its evaluation begins. */
export const acceptApplication = (context: Context, { requestId, input }: Asked<object>): Promise<string> =>
  takeStep(context, { requestId, operation: 'acceptApplication', input, action: 'ACCEPTED' }, () => ({
    change: {},
    reason: null,
  }))

/** Records an evaluation. After one that failed there is no agreement: the application is rejected or withdrawn. */
export const evaluateApplication = (
  context: Context,
  { requestId, input }: Asked<{ scores: readonly ScoreInput[]; passed: boolean; reason: string }>,
): Promise<string> =>
  takeStep(context, { requestId, operation: 'evaluateApplication', input, action: 'EVALUATED' }, (_, criteria) => {
    const scores = readScores(input.scores, criteria)
    const reason = readReason(input.reason)
    const { passed } = input
    return { change: { scores, passed }, reason, details: { scores, passed } }
  })

/** Rejects an application that is out of the question, or whose evaluation leads to no agreement. */
export const rejectApplication = (context: Context, { requestId, input }: Asked<{ reason: string }>): Promise<string> =>
  takeStep(context, { requestId, operation: 'rejectApplication', input, action: 'REJECTED' }, () => ({
    change: {},
    reason: readReason(input.reason),
  }))

/** Withdraws an application, as the institution wishes. */
export const withdrawApplication = (
  context: Context,
  { requestId, input }: Asked<{ reason: string }>,
): Promise<string> =>
  takeStep(context, { requestId, operation: 'withdrawApplication', input, action: 'WITHDRAWN' }, () => ({
    change: { missing: null },
    reason: readReason(input.reason),
  }))
