import type { Tx } from '@yibao/drizzle/connect'
import type { Filing } from '../domain/filing.ts'
import { addRequest } from '../store/certification-requests.ts'

/** Notes in the transaction of a filing that its certifier lies in another province, whose platform has to be asked. */
export async function askElsewhere(tx: Tx, filing: Filing, at: Temporal.Instant): Promise<void> {
  const { id: filingId, insuredId, pool, certifier, dueOn, stage } = filing
  if (stage !== 'AWAITING_CERTIFICATION' || certifier === null || dueOn === null) return
  if (certifier.slice(0, 2) === pool.slice(0, 2)) return
  await addRequest(tx, { insuredId, filingId, certifier, dueOn, askedAt: at })
}
