import { randomBytes } from 'node:crypto'

/** Where the content of a document lies. The first characters of its id, a time, keep folders small. */
export const contentPath = (documentId: string): string => `content/${documentId.slice(0, 6)}/${documentId}`

/** One folder for each upload. */
export const UPLOADS = 'uploads'

/** Where the pieces of an unfinished upload lie. */
export const uploadFolder = (documentId: string): string => `${UPLOADS}/${documentId}`

/** A place of its own for each piece: two processes that receive the same bytes do not overwrite each other's. */
export const segmentPath = (documentId: string, begin: number): string =>
  `${uploadFolder(documentId)}/${begin}-${randomBytes(8).toString('hex')}`
