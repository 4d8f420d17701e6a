import type { Role } from './rights-table.ts'

/** Who may ask what about questions. */
export const QUESTION_TABLE: Record<string, readonly Role[]> = {
  'Query.question': ['staff', 'person', 'employer', 'auditor'],
  'Query.questions': ['staff', 'person', 'employer', 'auditor'],
  'Mutation.askQuestion': ['person', 'employer'],
  'Mutation.followUpQuestion': ['person', 'employer'],
  'Mutation.closeQuestion': ['person', 'employer'],
  'Mutation.assignQuestion': ['staff'],
  'Mutation.answerQuestion': ['staff'],
}
