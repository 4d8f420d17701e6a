import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadClaimRules, type ClaimRules } from '../domain/claim-rules.ts'

const FOLDER = join(import.meta.dirname, '..', 'claims')

let shipped: ((pool: string) => ClaimRules) | null = null

/** How pools take claims, read once in a process: the rules of a pool by its code. */
export function claimRulesOf(pool: string): ClaimRules {
  shipped ??= loadClaimRules(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') })),
  )
  return shipped(pool)
}
