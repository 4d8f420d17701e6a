import type { Tx } from '@yibao/drizzle/connect'
import { notify, type Recipient } from '@yibao/drizzle/notify'
import type { Question } from '../domain/question.ts'

/** What is said of a question, besides its number. What was asked and answered never leaves by a message. */
interface Told {
  /** Code of a template of the kind QUESTION, without its `question.`: `answered`. */
  readonly template: string
  readonly at: Temporal.Instant
  /** The day it goes by. */
  readonly due?: Temporal.PlainDate | null
}

/** Tells whoever asked, in the transaction of the step. Once for a version of the question and a day. */
export const tellAsker = (tx: Tx, question: Question, told: Told): Promise<void> =>
  tell(
    tx,
    question,
    told,
    question.employer === null
      ? { kind: 'person', insuredId: question.insuredId }
      : { kind: 'employer', employer: question.employer },
  )

/** Tells the staff of the pool of a question they have to do something about. */
export const tellQuestionStaff = (tx: Tx, question: Question, told: Told): Promise<void> =>
  tell(tx, question, told, { kind: 'staff', pool: question.pool })

async function tell(tx: Tx, question: Question, { template, at, due = null }: Told, to: Recipient): Promise<void> {
  const { id, number, pool, version } = question
  const day = due?.toString() ?? ''
  await notify(tx, 'settlement', {
    to,
    template: `question.${template}`,
    data: { number, pool, ...(due !== null && { due: day }) },
    at,
    key: `question.${template}:${id}:${version}:${day}`,
  })
}
