import { sweepContents, sweepDocuments, sweepPieces } from '@yibao/documents/sweep'
import type { Jobs } from '@yibao/drizzle/jobs'

const SECONDS = 10
const LEFT_SECONDS = 3600

/** Goes on with uploads whose process died, and removes what nobody needs. */
export async function sweepUploads(jobs: Jobs, parts: Parameters<typeof sweepDocuments>[0]): Promise<void> {
  await jobs.every('sweep-documents', SECONDS, () => sweepDocuments(parts))
  await jobs.every('sweep-document-pieces', LEFT_SECONDS, () => sweepPieces(parts))
  await jobs.every('sweep-document-contents', LEFT_SECONDS, () => sweepContents(parts))
}
