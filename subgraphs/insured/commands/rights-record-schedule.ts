import { notify } from '@yibao/drizzle/notify'
import { dayOf } from '@yibao/schema/dates'
import type { Services } from '../context.ts'
import { lastYearToTell } from '../domain/rights-record-schedule.ts'
import { listEnrolledIn, noteRun, openRun } from '../store/rights-record.ts'
import { makeRecord } from './rights-record.ts'

/** A transaction holds the one writer of a process for well under a second. */
const BATCH = 20

/**
 * Makes the records of the year that is over for everybody who was insured in it, some at a time; whoever is killed is
 * gone on after, and nobody gets two. True when nothing is left to do.
 */
export async function tellRights({ db, secrets, clock }: Services): Promise<boolean> {
  const at = clock()
  const year = lastYearToTell(dayOf(at))
  if (year === null) return true
  return db.orm.transaction(async (tx) => {
    const after = await openRun(tx, year)
    if (after === null) return true
    const persons = await listEnrolledIn(tx, { year, after, limit: BATCH })
    for (const insuredId of persons) {
      const record = await makeRecord(tx, secrets, { insuredId, year, occasion: 'SCHEDULE', at })
      if (record === null) continue
      await notify(tx, 'insured', {
        to: { kind: 'person', insuredId },
        template: 'rights-record.issued',
        data: { year: String(year) },
        key: `rights-record:${year}`,
        at,
      })
    }
    await noteRun(tx, year, persons.at(-1) ?? null)
    return false
  })
}
