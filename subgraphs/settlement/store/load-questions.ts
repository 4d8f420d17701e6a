import type { ReadTx } from '@yibao/drizzle/connect'
import { uuidFault } from '@yibao/schema/ids'
import DataLoader from 'dataloader'
import type { Question, QuestionMessage } from '../domain/question.ts'
import { findQuestions, listQuestionMessages } from './question.ts'

/** Questions and what was said of them, as far as the reader may see it. */
export interface QuestionLoaders {
  /** By id; null when there is none the reader may see. As it is now, also after a change in the same operation. */
  readonly question: DataLoader<string, Question | null>
  readonly questionMessages: DataLoader<string, readonly QuestionMessage[]>
}

export const createQuestionLoaders = (
  read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>,
  noteRead: (insuredId: string, operation: string) => void,
): QuestionLoaders => ({
  question: new DataLoader(
    async (asked) => {
      const ids = asked.map((id) => id.toLowerCase()).filter((id) => uuidFault(id) === null)
      const rows = ids.length === 0 ? [] : await read((tx) => findQuestions(tx, ids))
      for (const row of rows) noteRead(row.insuredId, 'question')
      const found = new Map(rows.map((row) => [row.id, row]))
      return asked.map((id) => found.get(id.toLowerCase()) ?? null)
    },
    { cache: false },
  ),
  questionMessages: new DataLoader(
    async (ids) => {
      const found = Map.groupBy(await read((tx) => listQuestionMessages(tx, ids)), (one) => one.questionId)
      return ids.map((id) => found.get(id) ?? [])
    },
    { cache: false },
  ),
})
