import { boolean, char, integer, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { day, instant } from './columns.ts'

const schema = pgSchema('settlement')

/** A question of a person or an employer, with the clock of its state. */
export const question = schema.table('question', {
  id: uuid().primaryKey(),
  number: text().notNull(),
  pool: char({ length: 6 }).notNull(),
  asker: text({ enum: ['PERSON', 'EMPLOYER'] }).notNull(),
  employer: char({ length: 18 }),
  insuredId: uuid().notNull(),
  about: text({ enum: ['SETTLEMENT', 'CLAIM', 'CONTRIBUTION', 'CERTIFICATE'] }).notNull(),
  aboutId: uuid().notNull(),
  line: text(),
  state: text({ enum: ['OPEN', 'ANSWERED', 'FOLLOWED_UP', 'CLOSED'] }).notNull(),
  version: integer().notNull().default(1),
  askedBy: text().notNull(),
  askedAt: instant().notNull(),
  changedAt: instant().notNull(),
  answeredAt: instant(),
  closedAt: instant(),
  assignee: text(),
  clockFrom: instant().notNull(),
  clockDays: integer().notNull(),
  dueOn: day(),
  followUpUntil: day(),
  provisional: boolean().notNull(),
  alarmedAt: instant(),
  breachedAt: instant(),
})

/** What was said and done about a question. */
export const questionMessage = schema.table(
  'question_message',
  {
    questionId: uuid().notNull(),
    seq: integer().notNull(),
    kind: text({ enum: ['ASKED', 'ANSWERED', 'FOLLOWED_UP', 'ASSIGNED', 'OVERDUE', 'CLOSED'] }).notNull(),
    at: instant().notNull(),
    by: text().notNull(),
    words: text(),
    assignee: text(),
  },
  (t) => [primaryKey({ columns: [t.questionId, t.seq] })],
)
