import assert from 'node:assert/strict'
import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { question, questionMessage } from '@yibao/drizzle/settlement-question'
import { dayOf } from '@yibao/schema/dates'
import { and, asc, eq, gt, inArray, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm'
import { QuestionChanged, type Question, type QuestionMessage, type QuestionState } from '../domain/question.ts'
import { ofPerson } from './merge-person.ts'

/** Questions by their ids, those the reader may see. */
export const findQuestions = (db: ReadTx | Tx, ids: readonly string[]): Promise<Question[]> =>
  db
    .select()
    .from(question)
    .where(inArray(question.id, [...ids]))

export async function findQuestion(db: ReadTx | Tx, id: string): Promise<Question | null> {
  const [row] = await findQuestions(db, [id])
  return row ?? null
}

/** What was said and done about questions, in order. */
export const listQuestionMessages = (db: ReadTx | Tx, ids: readonly string[]): Promise<QuestionMessage[]> =>
  db
    .select()
    .from(questionMessage)
    .where(inArray(questionMessage.questionId, [...ids]))
    .orderBy(asc(questionMessage.questionId), asc(questionMessage.seq))

/** What a list of questions is narrowed to. */
export interface QuestionFilter {
  readonly pool?: string
  readonly insuredId?: string
  readonly employer?: string
  readonly state: QuestionState | null
  /** Days the deadline lies between, both included. */
  readonly due: { readonly from: Temporal.PlainDate | null; readonly to: Temporal.PlainDate | null } | null
  /** Caller of who answers; null for questions nobody has, undefined for all. */
  readonly assignee: string | null | undefined
  readonly after: { readonly due: string; readonly id: string } | null
}

/** A question with its place in the list. */
export interface Listed {
  readonly question: Question
  /** What waits for no answer comes last. */
  readonly due: string
}

/** Where questions that wait for no answer stand. */
export const LAST = '9999-12-31'
const DUE = sql`coalesce(${question.dueOn}, date '9999-12-31')`

/** What waits for an answer, the most urgent first, then the rest, the latest first. */
export const listQuestions = (tx: ReadTx, filter: QuestionFilter, limit: number): Promise<Listed[]> =>
  tx
    .select({ question, due: sql<string>`${DUE}::text` })
    .from(question)
    .where(and(...conditionsOf(filter)))
    .orderBy(sql`${DUE}`, sql`${question.id} desc`)
    .limit(limit)

function conditionsOf({ state, due, assignee, after, ...own }: QuestionFilter): (SQL | undefined)[] {
  const { dueOn } = question
  return [
    own.pool === undefined ? undefined : eq(question.pool, own.pool),
    own.insuredId === undefined ? undefined : ofPerson(question.insuredId, own.insuredId),
    own.employer === undefined ? undefined : eq(question.employer, own.employer),
    state === null ? undefined : eq(question.state, state),
    due === null || due.from === null ? undefined : sql`${dueOn} >= ${due.from.toString()}::date`,
    due === null || due.to === null ? undefined : sql`${dueOn} <= ${due.to.toString()}::date`,
    assignee === undefined
      ? undefined
      : assignee === null
        ? isNull(question.assignee)
        : eq(question.assignee, assignee),
    after === null
      ? undefined
      : or(
          sql`${DUE} > ${after.due}::date`,
          and(sql`${DUE} = ${after.due}::date`, sql`${question.id} < ${after.id}::uuid`),
        ),
  ]
}

/** How many questions of an asker wait for an answer. */
export const countWaiting = (
  tx: Tx,
  asker: { readonly records: readonly string[] } | { readonly employer: string },
): Promise<number> =>
  tx.$count(
    question,
    and(
      inArray(question.state, ['OPEN', 'FOLLOWED_UP']),
      'employer' in asker
        ? eq(question.employer, asker.employer)
        : and(eq(question.asker, 'PERSON'), inArray(question.insuredId, [...asker.records])),
    ),
  )

type Said = Pick<QuestionMessage, 'kind' | 'at' | 'by'> & Partial<Pick<QuestionMessage, 'words' | 'assignee'>>

/** Opens a question with what is asked. Its number says pool and day. Answers it as it is kept. */
export async function addQuestion(tx: Tx, one: Omit<Question, 'number' | 'version'>, words: string): Promise<Question> {
  const day = dayOf(one.askedAt).toString().replaceAll('-', '')
  const number = sql`${`Q${one.pool}${day}`} || lpad(nextval('settlement.question_number')::text, 8, '0')`
  const [row] = await tx
    .insert(question)
    .values({ ...one, number })
    .returning()
  assert(row !== undefined, 'what was inserted is returned')
  await addQuestionMessage(tx, row, { kind: 'ASKED', at: one.askedAt, by: one.askedBy, words })
  return row
}

/**
 * Takes a question one step on while it is the version it was decided on, together with what is said of it. Answers the
 * question as it is then.
 *
 * @throws QuestionChanged when somebody else was first
 */
export async function stepQuestion(
  tx: Tx,
  before: Question,
  said: Said,
  set: Partial<Omit<Question, 'id' | 'number' | 'version' | 'changedAt'>>,
): Promise<Question> {
  const [row] = await tx
    .update(question)
    .set({ ...set, version: before.version + 1, changedAt: said.at })
    .where(and(eq(question.id, before.id), eq(question.version, before.version)))
    .returning()
  if (row === undefined) throw QuestionChanged.of(before)
  await addQuestionMessage(tx, before, said)
  return row
}

async function addQuestionMessage(tx: Tx, { id }: Pick<Question, 'id'>, said: Said): Promise<void> {
  const { kind, at, by, words = null, assignee = null } = said
  const { rowCount } = await tx.execute(sql`
    insert into settlement.question_message (question_id, seq, kind, at, by, words, assignee)
    select ${id}, coalesce(max(seq), 0) + 1, ${kind}, ${at.toString()}, ${by}, ${words}, ${assignee}
    from settlement.question_message where question_id = ${id}`)
  assert(rowCount === 1, 'a thread grows by one')
}

/** Keeps what is no step of anybody: that something was told, or a day counted anew. */
export const markQuestion = async (
  tx: Tx,
  { id }: Pick<Question, 'id'>,
  set: Partial<Pick<Question, 'alarmedAt' | 'dueOn' | 'followUpUntil' | 'provisional'>>,
): Promise<void> => void (await tx.update(question).set(set).where(eq(question.id, id)))

/** Ids of questions that may have something to tell, or are to be closed. */
export const findDueQuestions = async (
  tx: Tx,
  { today, upTo, after, limit }: { today: Temporal.PlainDate; upTo: Temporal.PlainDate; after: string; limit: number },
): Promise<{ readonly id: string }[]> =>
  tx
    .select({ id: question.id })
    .from(question)
    .where(
      and(
        gt(question.id, after),
        or(
          lt(question.followUpUntil, today),
          and(
            lte(question.dueOn, upTo),
            isNull(question.breachedAt),
            or(isNull(question.alarmedAt), lt(question.dueOn, today)),
          ),
        ),
      ),
    )
    .orderBy(asc(question.id))
    .limit(limit)

/** Holds questions whose day was counted by a calendar that is not published. */
export const holdProvisionalQuestions = (tx: Tx, after: string, limit: number): Promise<Question[]> =>
  tx
    .select()
    .from(question)
    .where(and(gt(question.id, after), eq(question.provisional, true), sql`${question.state} <> 'CLOSED'`))
    .orderBy(asc(question.id))
    .limit(limit)
    .for('update')
