import type { ReadTx } from '@yibao/drizzle/connect'
import DataLoader from 'dataloader'
import type { Visit } from '../domain/visit.ts'
import { findVisits, type VisitKey } from './visits.ts'

const textOf = ({ institution, visit }: VisitKey): string => `${institution} ${visit}`

/** Numbers the database can have; there is no visit of another. */
const isNumber = (text: string): boolean => /^[\x21-\x7e]{1,30}$/.test(text)

/** Loads visits of one operation together, and notes whose were seen. Null when there is none the reader may see. */
export const createVisitLoader = (
  read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>,
  noteRead: (insuredId: string, operation: string) => void,
) =>
  new DataLoader<VisitKey, Visit | null, string>(
    async (keys) => {
      const wanted = keys.filter(({ institution, visit }) => isNumber(institution) && isNumber(visit))
      const rows = wanted.length === 0 ? [] : await read((tx) => findVisits(tx, wanted))
      for (const { insuredId } of rows) if (insuredId !== null) noteRead(insuredId, 'visit')
      const found = new Map(rows.map((row) => [textOf(row), row]))
      return keys.map((key) => found.get(textOf(key)) ?? null)
    },
    { cacheKeyFn: textOf },
  )

export type VisitLoader = ReturnType<typeof createVisitLoader>
