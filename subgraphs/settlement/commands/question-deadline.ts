import type { Tx } from '@yibao/drizzle/connect'
import { before, dayOf } from '@yibao/schema/dates'
import { NOBODY } from '@yibao/schema/ids'
import type { Services } from '../context.ts'
import { isAlarming, isBreached, WORKING_DAYS, type Calendar } from '../domain/claim-clock.ts'
import { BY_RULE } from '../domain/claim-review.ts'
import { deadlineOf, recountQuestion, type Question } from '../domain/question.ts'
import {
  findDueQuestions,
  findQuestion,
  holdProvisionalQuestions,
  markQuestion,
  stepQuestion,
} from '../store/question.ts'
import { questionRulesOf } from '../store/question-rules.ts'
import { closedAt } from './question.ts'
import { tellAsker, tellQuestionStaff } from './question-tell.ts'

type Parts = Pick<Services, 'db' | 'clock'>

const PAGE = 200
/** No pool is told more working days before a deadline than fit into so many days. */
const AHEAD_DAYS = 60

/**
 * Says of every question that its answer is nearly due, and that it is late, once each, and closes those whose answer nobody
 * asked further about in time. The row is the truth; whoever comes again finds nothing left to do.
 */
export async function watchQuestions(parts: Parts): Promise<void> {
  const today = dayOf(parts.clock())
  const upTo = today.add({ days: AHEAD_DAYS })
  const failures: unknown[] = []
  for (let after = NOBODY; ;) {
    const found = { today, upTo, after, limit: PAGE }
    const rows = await parts.db.orm.transaction((tx) => findDueQuestions(tx, found))
    for (const { id } of rows) await watchOne(parts, id).catch((error: unknown) => void failures.push(error))
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.id
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} questions were not looked after`)
}

/** Serializable, as the steps of people are: a question that was answered meanwhile says nothing any more. */
const watchOne = ({ db, clock }: Parts, id: string): Promise<void> =>
  db.orm.transaction(async (tx) => {
    const at = clock()
    const today = dayOf(at)
    const question = await findQuestion(tx, id)
    if (question === null) return
    if (question.followUpUntil !== null && before(question.followUpUntil, today)) {
      const one = await stepQuestion(tx, question, { kind: 'CLOSED', at, by: BY_RULE }, closedAt(at))
      return tellAsker(tx, one, { template: 'closed', at })
    }
    const deadline = deadlineOf(question)
    if (deadline === null) return
    if (isBreached(deadline, today)) await tellLate(tx, question, at)
    else if (isAlarming(deadline, { today, alarmDays: questionRulesOf(question.pool).alarm.workingDays })) {
      await markQuestion(tx, question, { alarmedAt: at })
      await tellQuestionStaff(tx, question, { template: 'due-soon', at, due: question.dueOn })
    }
  }, 'serializable')

/** That an answer is late stands in the thread, also once it is given. */
async function tellLate(tx: Tx, question: Question, at: Temporal.Instant): Promise<void> {
  const one = await stepQuestion(tx, question, { kind: 'OVERDUE', at, by: BY_RULE }, { breachedAt: at })
  await tellAsker(tx, one, { template: 'overdue', at, due: one.dueOn })
  await tellQuestionStaff(tx, one, { template: 'breached', at, due: one.dueOn })
}

/** Counts days anew that were counted before the holidays of their year were published, a page to a transaction. */
export async function countQuestionClocks({ db, clock }: Parts, calendar: Calendar = WORKING_DAYS): Promise<void> {
  for (let after = NOBODY; ;) {
    const held = await db.orm.transaction(async (tx) => {
      const found = await holdProvisionalQuestions(tx, after, PAGE)
      for (const one of found) await countOne(tx, one, { calendar, at: clock() })
      return found
    })
    const last = held.at(-1)
    if (last === undefined) return
    after = last.id
  }
}

async function countOne(
  tx: Tx,
  one: Question,
  { calendar, at }: { readonly calendar: Calendar; readonly at: Temporal.Instant },
): Promise<void> {
  const anew = recountQuestion(one, calendar)
  if (anew.provisional) return
  await markQuestion(tx, one, anew)
  const [was, is] = [one.dueOn ?? one.followUpUntil, anew.dueOn ?? anew.followUpUntil]
  if (was === null || is === null || was.equals(is)) return
  await tellAsker(tx, one, { template: 'due-moved', at, due: is })
}
