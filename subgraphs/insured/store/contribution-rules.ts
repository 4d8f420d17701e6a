import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadContributionRules, type ContributionRule } from '../domain/contribution-rule.ts'

const FOLDER = join(import.meta.dirname, '..', 'contributions')

let loading: Promise<readonly ContributionRule[]> | null = null

/** The rules of contributions that ship with the platform, read once in a process. */
export function contributionRules(): Promise<readonly ContributionRule[]> {
  loading ??= readRules()
  return loading
}

async function readRules(): Promise<readonly ContributionRule[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).toSorted()
  const files = names.map(async (name) => ({ name, text: await readFile(join(FOLDER, name), 'utf8') }))
  return loadContributionRules(await Promise.all(files))
}
