import { NotAllowed, NotFound, type Problem, type Text } from '@yibao/schema/rejection'

/** What a file is for: the catalogue (1312), first self-payment (1319), ceilings (1318), an institution's codes (3301). */
export type ImportKind = 'CATALOGUE' | 'SELF_PAY' | 'CEILINGS' | 'MAPPING'

export type ImportState = 'RECEIVED' | 'READING' | 'MERGING' | 'DONE' | 'FAILED' | 'CANCELLED'
export type Encoding = 'utf-8' | 'gb18030'

/** A row that was not taken, with what is wrong in it. */
export interface BadRow {
  readonly line: number
  readonly problems: readonly Problem[]
}

/** Why a file as a whole was not taken. */
export interface ImportFault {
  readonly code: string
  readonly text: Text
  readonly problems: readonly Problem[]
}

/** How far a file has come. `position` counts the lines that are done with, the header among them. */
export interface ImportProgress {
  readonly position: number
  readonly bytes: number
  /** Rows with something in them, without the header. */
  readonly rows: number
  readonly bad: number
  /** How often each fault occurred, by code. */
  readonly faults: Readonly<Record<string, number>>
  readonly firstBad: readonly BadRow[]
  /** Columns whose heading is not known; their cells were left aside. */
  readonly ignoredColumns: number
  /** The last line has no line break: the file may have been cut off. */
  readonly mayBeTruncated: boolean
}

export interface ImportJob extends ImportProgress {
  readonly id: string
  readonly kind: ImportKind
  /** Pool of rows that name none; null makes them valid in the whole country. */
  readonly pool: string | null
  /** Rows of another pool are refused; null when any may stand in the file. */
  readonly boundPool: string | null
  /** Whose own codes a mapping maps. */
  readonly institution: string | null
  readonly documentId: string | null
  readonly name: string
  readonly size: number
  readonly state: ImportState
  readonly encoding: Encoding | null
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly version: bigint | null
  readonly fault: ImportFault | null
  readonly failures: number
  readonly reportId: string | null
  readonly createdAt: Temporal.Instant
  readonly workedAt: Temporal.Instant | null
  readonly finishedAt: Temporal.Instant | null
}

const FIRST_BAD_MAX = 20

/** The progress after one more batch of rows. */
export function countBatch(
  before: ImportProgress,
  batch: { readonly position: number; readonly bytes: number; readonly rows: number; readonly bad: readonly BadRow[] },
): ImportProgress {
  const faults = { ...before.faults }
  for (const { code } of batch.bad.flatMap((row) => row.problems)) faults[code] = (faults[code] ?? 0) + 1
  const room = FIRST_BAD_MAX - before.firstBad.length
  return {
    ...before,
    position: batch.position,
    bytes: batch.bytes,
    rows: before.rows + batch.rows,
    bad: before.bad + batch.bad.length,
    faults,
    firstBad: room > 0 ? [...before.firstBad, ...batch.bad.slice(0, room)] : before.firstBad,
  }
}

/** Bureaus take lists of their own pool; the list of the whole country is the national bureau's, 100000. */
const NATION = '100000'

/**
 * For which pool staff of a bureau import: their own, or, of the national bureau, the whole country and any pool.
 *
 * @throws NotAllowed when it is another's.
 */
export function poolOfImport(
  asked: string | null,
  bureau: string,
): { readonly pool: string | null; readonly boundPool: string | null } {
  if (bureau === NATION) return { pool: asked === NATION ? null : asked, boundPool: null }
  if (asked !== null && asked !== bureau) {
    throw NotAllowed.at('pool', 'OTHER_POOL', {
      zh: '只能导入本统筹区的目录，全国目录由国家经办（100000）导入',
      en: 'is not your pool; the list of the whole country is imported by the national bureau, 100000',
    })
  }
  return { pool: bureau, boundPool: bureau }
}

export const noImport = (): NotFound => NotFound.of({ zh: '该导入', en: 'the import' }, 'id')

export const importIsOver = (): NotAllowed =>
  NotAllowed.of({
    code: 'IMPORT_IS_OVER',
    text: {
      zh: '该导入已结束或正在写入，不能取消',
      en: 'this import is over or being merged, and cannot be cancelled',
    },
  })

export const tooManyImports = (max: number): NotAllowed =>
  NotAllowed.of({
    code: 'TOO_MANY_IMPORTS',
    text: {
      zh: `同时进行的导入不得超过 ${max} 个，请等待或取消其中之一`,
      en: `no more than ${max} imports run at once; wait for one or cancel it`,
    },
  })
