import type { Jobs } from '@yibao/drizzle/jobs'
import { workOffImports } from '../commands/import-work.ts'
import type { Services } from '../context.ts'
import { sweepStaged } from '../store/import.ts'

const SECONDS = 1
const SWEEP_SECONDS = 600

/** Takes files into the catalogue and into mappings, where documents are kept. */
export async function workOnImports(jobs: Jobs, { documents, ...services }: Services): Promise<void> {
  if (documents === undefined) return
  await jobs.every('import', SECONDS, () => workOffImports({ ...services, documents }))
  await jobs.every('sweep-imports', SWEEP_SECONDS, () => sweepStaged(services.db.hot))
}
