import type { Jobs } from '@yibao/drizzle/jobs'
import { postCollections } from '../commands/collection-post.ts'

const SECONDS = 1

/** Posts collection files that were uploaded. */
export const postUploadedCollections = (jobs: Jobs, parts: Parameters<typeof postCollections>[0]): Promise<void> =>
  jobs.every('collection', SECONDS, () => postCollections(parts))
