import { canonicalDigest } from '@yibao/drizzle/digest'
import { compileChecks, type CheckLibrary } from '../domain/check-library.ts'
import { loadChecks } from '../domain/check-load.ts'
import { readPolicyFiles } from './policies.ts'

/** Enough of a digest to tell the forms of one rule apart. */
const VERSION_LENGTH = 16

/** Reads the rule library from the files of some folders. @throws InvalidChecks */
export async function readCheckRules(directories: readonly string[]): Promise<CheckLibrary> {
  const files = await readPolicyFiles(directories)
  return compileChecks(
    loadChecks(files, (deciding) => canonicalDigest('check-rule', deciding).slice(0, VERSION_LENGTH)),
  )
}
