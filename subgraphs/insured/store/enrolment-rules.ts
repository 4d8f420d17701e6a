import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRuleBook, rulesOf, type EnrolmentRules } from '../domain/enrolment-rules.ts'

const FOLDER = join(import.meta.dirname, '..', 'rules', 'enrolment')

/** Read once, when the process starts: a file with a fault stops it there. */
const BOOK = readRuleBook(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, content: JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) })),
)

/** What a pool has of its own, and the national rules for the rest. */
export const enrolmentRules = (pool: string): EnrolmentRules => rulesOf(BOOK, pool)
