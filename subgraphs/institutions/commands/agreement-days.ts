import { dayOf } from '@yibao/schema/dates'
import type { Services } from '../context.ts'
import { endDecided, takeEnding } from '../store/agreement-days.ts'
import { DESIGNATION_RULES } from '../store/designation-rules.ts'
import { tellInstitution } from './notice.ts'

/**
 * What the passing of days does to agreements: a termination decided for today is carried out, and institutions whose
 * agreement ends soon are told, once for each last day.
 */
export async function followDays({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  const at = clock()
  const today = dayOf(at)
  await db.orm.transaction(async (tx) => void (await endDecided(tx, today)))
  const span = { today, days: DESIGNATION_RULES.limits.expiryWarningDays.value }
  for (let taken = 1; taken > 0;) {
    taken = await db.orm.transaction(async (tx) => {
      const ending = await takeEnding(tx, span)
      for (const one of ending) {
        const data = { pool: one.pool, day: one.endOn }
        const key = `agreement.expiring:${one.id}:${one.endOn}`
        await tellInstitution(tx, one, { template: 'agreement.expiring', data, at, key })
      }
      return ending.length
    })
  }
}
