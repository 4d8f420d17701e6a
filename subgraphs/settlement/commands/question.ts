import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readClaimWords } from '../domain/claim-review.ts'
import type { Maybe } from '../domain/fields.ts'
import {
  answeredBy,
  clockOf,
  isAwaited,
  QuestionChanged,
  questionNotFound,
  readQuestionWords,
  readSubject,
  requireQuestionState,
  tooManyQuestions,
  type Question,
  type SubjectInput,
} from '../domain/question.ts'
import { shippedCardRules } from '../store/claim-account.ts'
import { findRecords } from '../store/own-records.ts'
import { addQuestion, countWaiting, findQuestion, stepQuestion } from '../store/question.ts'
import { questionRulesOf } from '../store/question-rules.ts'
import { findSubject, type Asker } from '../store/question-subject.ts'
import { staffOf } from './monthly-statement.ts'
import { tellAsker, tellQuestionStaff } from './question-tell.ts'

interface AskAsked {
  readonly requestId: string
  readonly about: SubjectInput
  readonly words: string
}

/** Asks a question about what is the asker's to see; answers its id. */
export async function askQuestion(context: Context, { requestId, ...asked }: AskAsked): Promise<string> {
  const { identity } = context
  assert(identity?.kind === 'person' || identity?.kind === 'employer', 'the schema lets nobody else in')
  const at = context.now()
  const request = { identity, requestId, operation: 'askQuestion', input: asked, now: at }
  const { id } = await once(context.db, request, async (tx) => {
    const subject = readSubject(asked.about)
    const words = readWords(asked.words)
    const { insuredId, pool } = await findSubject(tx, identity, subject)
    const rules = questionRulesOf(pool)
    await requireRoom(tx, identity, rules.waiting)
    const one = await addQuestion(
      tx,
      {
        id: context.newId(at),
        pool,
        asker: identity.kind === 'person' ? 'PERSON' : 'EMPLOYER',
        employer: identity.kind === 'employer' ? identity.employer : null,
        insuredId,
        about: subject.about,
        aboutId: subject.id,
        line: subject.line,
        state: 'OPEN',
        askedBy: callerOf(identity),
        askedAt: at,
        changedAt: at,
        answeredAt: null,
        closedAt: null,
        assignee: null,
        ...clockOf('OPEN', { at, days: rules.answer.workingDays }),
      },
      words,
    )
    await tellQuestionStaff(tx, one, { template: 'waiting', at, due: one.dueOn })
    return { id: one.id }
  })
  return id
}

const readWords = (words: string): string => readQuestionWords('words', words, shippedCardRules())

/** @throws NotAllowed when as many questions of the asker wait as may */
async function requireRoom(
  tx: Tx,
  asker: Asker,
  { person, employer }: { readonly person: number; readonly employer: number },
): Promise<void> {
  const isPerson = asker.kind === 'person'
  const waiting = await countWaiting(
    tx,
    isPerson ? { records: await findRecords(tx, asker.insuredId) } : { employer: asker.employer },
  )
  const most = isPerson ? person : employer
  if (waiting >= most) throw tooManyQuestions(most)
}

/** Which question a step is about, as the caller has seen it. */
interface QuestionAsked {
  readonly requestId: string
  readonly questionId: string
  readonly version: number
}

interface Stepping {
  readonly tx: Tx
  readonly question: Question
  readonly by: string
  readonly at: Temporal.Instant
}

/** Takes one step of a question, once for each request, on the version the caller has seen; answers its id. */
async function stepOf(
  context: Context,
  operation: string,
  asked: QuestionAsked,
  take: (stepping: Stepping) => Promise<unknown>,
): Promise<string> {
  const { identity } = context
  assert(identity !== null, 'the schema lets nobody else in')
  const at = context.now()
  const { requestId, ...input } = asked
  const done = await once(context.db, { identity, requestId, operation, input, now: at }, async (tx) => {
    const { questionId } = asked
    const question = uuidFault(questionId) === null ? await findQuestion(tx, questionId.toLowerCase()) : null
    if (question === null || !(await isTheirs(tx, identity, question))) throw questionNotFound('questionId')
    if (question.version !== asked.version) throw QuestionChanged.of(question)
    await take({ tx, question, by: callerOf(identity), at })
    return { id: question.id }
  })
  return done.id
}

async function isTheirs(tx: Tx, identity: Identity, { pool, employer, asker, insuredId }: Question): Promise<boolean> {
  if (identity.kind === 'staff') return identity.pool === pool
  if (identity.kind === 'employer') return identity.employer === employer
  if (identity.kind !== 'person' || asker !== 'PERSON') return false
  return (await findRecords(tx, identity.insuredId)).includes(insuredId)
}

interface WordsAsked extends QuestionAsked {
  readonly words: string
}

/** Asks further about an answer: another one is awaited, from whoever gave the first. */
export const followUpQuestion = (context: Context, asked: WordsAsked): Promise<string> =>
  stepOf(context, 'followUpQuestion', asked, async ({ tx, question, by, at }) => {
    requireQuestionState(question, ['ANSWERED'])
    const words = readWords(asked.words)
    const clock = clockOf('FOLLOWED_UP', { at, days: questionRulesOf(question.pool).answer.workingDays })
    const said = { kind: 'FOLLOWED_UP', at, by, words } as const
    const one = await stepQuestion(tx, question, said, { state: 'FOLLOWED_UP', ...clock })
    await tellQuestionStaff(tx, one, { template: 'followed-up', at, due: one.dueOn })
  })

/** Answers a question. What was answered can be put right by a further answer; nothing that was said is changed. */
export const answerQuestion = (context: Context, asked: WordsAsked): Promise<string> =>
  stepOf(context, 'answerQuestion', asked, async ({ tx, question, by, at }) => {
    requireQuestionState(question, ['OPEN', 'FOLLOWED_UP', 'ANSWERED'])
    const assignee = answeredBy(question, by)
    const words = readWords(asked.words)
    const clock = clockOf('ANSWERED', { at, days: questionRulesOf(question.pool).followUp.workingDays })
    const said = { kind: 'ANSWERED', at, by, words } as const
    const one = await stepQuestion(tx, question, said, { state: 'ANSWERED', answeredAt: at, assignee, ...clock })
    await tellAsker(tx, one, { template: 'answered', at, due: one.followUpUntil })
  })

interface AssignAsked extends QuestionAsked {
  /** Who has it from now on, by account; whoever asks when left out. */
  readonly to?: Maybe<string>
  /** Why it is taken from somebody who has it. */
  readonly reason?: Maybe<string>
}

/** Gives a question to one of the staff of the pool, or takes it over. */
export const assignQuestion = (context: Context, asked: AssignAsked): Promise<string> =>
  stepOf(context, 'assignQuestion', asked, async ({ tx, question, by, at }) => {
    requireQuestionState(question, ['OPEN', 'FOLLOWED_UP', 'ANSWERED'])
    const subject = asked.to == null ? null : readClaimWords('to', asked.to)
    const assignee = subject === null ? by : callerOf({ ...staffOf(context), subject })
    if (assignee === question.assignee) {
      throw NotAllowed.at('to', 'ASSIGNED_ALREADY', { zh: '该咨询已由其办理', en: 'has the question already' })
    }
    const isTaken = question.assignee !== null && question.assignee !== by
    const words = isTaken ? readClaimWords('reason', asked.reason) : null
    await stepQuestion(tx, question, { kind: 'ASSIGNED', at, by, words, assignee }, { assignee })
  })

/** Closes a question, by whoever asked it: nothing more is awaited. */
export const closeQuestion = (context: Context, asked: QuestionAsked): Promise<string> =>
  stepOf(context, 'closeQuestion', asked, async ({ tx, question, by, at }) => {
    requireQuestionState(question, ['OPEN', 'ANSWERED', 'FOLLOWED_UP'])
    const one = await stepQuestion(tx, question, { kind: 'CLOSED', at, by }, closedAt(at))
    if (isAwaited(question)) await tellQuestionStaff(tx, one, { template: 'withdrawn', at })
  })

/** What a question is once nothing more is awaited. */
export const closedAt = (at: Temporal.Instant) =>
  ({ state: 'CLOSED', closedAt: at, dueOn: null, followUpUntil: null, provisional: false }) as const
