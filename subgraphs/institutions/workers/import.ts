import type { Jobs } from '@yibao/drizzle/jobs'
import { workOffImports } from '../commands/import-work.ts'
import type { Services } from '../context.ts'

const SECONDS = 1

/** Takes files into the catalogue and into mappings, where documents are kept. */
export async function workOnImports(jobs: Jobs, { documents, ...services }: Services): Promise<void> {
  if (documents === undefined) return
  await jobs.every('import', SECONDS, () => workOffImports({ ...services, documents }))
}
