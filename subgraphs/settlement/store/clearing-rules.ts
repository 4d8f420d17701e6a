import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readClearingRules, type ClearingRules } from '../domain/clearing-rules.ts'

const FILE = join(import.meta.dirname, '..', 'clearing', '100000-national.json')
let shipped: ClearingRules | null = null

/** The ratios, limits and codes of clearing that ship with the platform, read once. */
export const shippedClearing = (): ClearingRules => (shipped ??= readClearingRules(readFileSync(FILE, 'utf8')))
