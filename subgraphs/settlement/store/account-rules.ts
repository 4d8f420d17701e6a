import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadAccountRules } from '../domain/account-rule.ts'

const FOLDER = join(import.meta.dirname, '..', 'accounts')

let loading: Promise<ReturnType<typeof loadAccountRules>> | null = null

/** How pools keep personal accounts, read once in a process: the rules of a pool by its code. */
export function accountRules(): Promise<ReturnType<typeof loadAccountRules>> {
  loading ??= readRules()
  return loading
}

async function readRules() {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).toSorted()
  const files = names.map(async (name) => ({ name, text: await readFile(join(FOLDER, name), 'utf8') }))
  return loadAccountRules(await Promise.all(files))
}
