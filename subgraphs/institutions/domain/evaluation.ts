import { problemAt } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { twice, unknownCriterion, type Score } from './application.ts'
import type { Criterion } from './designation-rules.ts'

const SCORE_MAX = 100

export interface ScoreInput {
  readonly criterion: string
  readonly score: number
  readonly note?: string | null | undefined
}

/** Reads the scores of an evaluation, 0 to 100 for each condition. Every required one is scored. @throws InvalidInput */
export function readScores(given: readonly ScoreInput[], criteria: readonly Criterion[]): Score[] {
  const problems: Problem[] = []
  const scores = given.slice(0, 100).map((one, i): Score => {
    const at = `input.scores[${i}]`
    if (!criteria.some(({ id }) => id === one.criterion)) problems.push(unknownCriterion(`${at}.criterion`))
    if (given.findIndex(({ criterion }) => criterion === one.criterion) < i) problems.push(twice(`${at}.criterion`))
    if (one.score < 0 || one.score > SCORE_MAX) problems.push({ path: `${at}.score`, ...RANGE })
    const note = one.note?.trim() ?? ''
    const wrong = textFault(note, { min: 0, max: 500 })
    if (wrong !== null) problems.push(problemAt(`${at}.note`, wrong))
    return { criterion: one.criterion, score: one.score, note: note === '' ? null : note }
  })
  for (const { id, required } of criteria) {
    if (!required || given.some(({ criterion }) => criterion === id)) continue
    const message = { zh: `缺少 ${id} 的评分`, en: `lacks a score of ${id}` }
    problems.push({ path: 'input.scores', code: 'CRITERION_UNSCORED', message })
  }
  InvalidInput.throwIf(problems)
  return scores
}

const RANGE = { code: 'RANGE', message: { zh: `应在 0 与 ${SCORE_MAX} 之间`, en: `must be 0 to ${SCORE_MAX}` } }
