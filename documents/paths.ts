import { randomBytes, randomUUIDv7 } from 'node:crypto'

export const CONTENTS = 'content'

/**
 * A place of its own for each attempt to write a content: nobody overwrites what another wrote, and the row of the
 * document says which one counts. What stands in it is a time, and keeps folders small.
 */
export function contentPath(): string {
  const attempt = randomUUIDv7()
  return contentAt(attempt.slice(0, FOLDER_DIGITS), attempt)
}

export const contentAt = (folder: string, name: string): string => `${CONTENTS}/${folder}/${name}`

/** Of the twelve digits of milliseconds an id begins with: a folder holds what was begun within five hours. */
const FOLDER_DIGITS = 6

/** The folder of what is begun at a moment. They stand in the order of time. */
export const contentFolder = (at: Temporal.Instant): string =>
  at.epochMilliseconds.toString(16).padStart(12, '0').slice(0, FOLDER_DIGITS)

/** Within what time a content that was begun is named by a row, or never; and when one that none names is removed. */
const NAMED_WITHIN = { hours: 12 }
export const SWEPT_AFTER = { hours: 24 }

/** Fails for a content that was begun so long ago that it may be about to be removed, for want of a row. */
export function checkFresh(path: string): void {
  const begun = Number.parseInt(
    path
      .slice(path.lastIndexOf('/') + 1)
      .replaceAll('-', '')
      .slice(0, 12),
    16,
  )
  const latest = Temporal.Instant.fromEpochMilliseconds(begun).add(NAMED_WITHIN)
  if (Temporal.Instant.compare(Temporal.Now.instant(), latest) > 0)
    throw new Error('a content was begun too long ago to be named by a document: write it anew')
}

/** One folder for each upload. */
export const UPLOADS = 'uploads'

/** Where the pieces of an unfinished upload lie. */
export const uploadFolder = (documentId: string): string => `${UPLOADS}/${documentId}`

/** A place of its own for each piece: two processes that receive the same bytes do not overwrite each other's. */
export const segmentPath = (documentId: string, begin: number): string =>
  `${uploadFolder(documentId)}/${begin}-${randomBytes(8).toString('hex')}`
