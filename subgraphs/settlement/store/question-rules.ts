import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadQuestionRules, type QuestionRules } from '../domain/question-rules.ts'

const FOLDER = join(import.meta.dirname, '..', 'questions')

let shipped: ((pool: string) => QuestionRules) | null = null

/** How pools answer questions, read once in a process: the rules of a pool by its code. */
export function questionRulesOf(pool: string): QuestionRules {
  shipped ??= loadQuestionRules(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') })),
  )
  return shipped(pool)
}
