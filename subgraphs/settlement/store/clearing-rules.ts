import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readClearingRules, type ClearingRules } from '../domain/clearing-rules.ts'

const FILE = join(import.meta.dirname, '..', 'clearing', '100000-national.json')

/** The ratios, limits and codes of clearing that ship with the platform, or those of another file. */
export const loadClearingRules = async (file: string = FILE): Promise<ClearingRules> =>
  readClearingRules(await readFile(file, 'utf8'))
