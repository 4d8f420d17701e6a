import type { Jobs } from '@yibao/drizzle/jobs'
import { countQuestionClocks, watchQuestions } from '../commands/question-deadline.ts'
import type { Services } from '../context.ts'

const WATCH_SECONDS = 600

/** Says of questions that their answer is due or late, and closes those that are done with. */
export const lookAfterQuestions = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('questions', WATCH_SECONDS, () => watchQuestions(services))

const DAY_SECONDS = 86_400

/** Counts the days of questions anew when the holidays of their year are published. */
export const countClocksOfQuestions = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('count-question-clocks', DAY_SECONDS, () => countQuestionClocks(services))
