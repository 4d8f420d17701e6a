import type { Tx } from '@yibao/drizzle/connect'
import { consume } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { z } from 'zod'
import type { Services } from '../context.ts'
import { takenOverEntries, transferredEntries } from '../domain/account-transfer.ts'
import { nextTime } from '../domain/settlement-id.ts'
import {
  addTransfer,
  findDue,
  holdTransfer,
  noteTransferred,
  readLeaving,
  writeTransfer,
} from '../store/account-transfer.ts'
import { holdMoney } from '../store/merge-person.ts'

type Needed = Pick<Services, 'db' | 'clock' | 'newId' | 'logger'>

const payload = z.object({ pool: z.string(), insuranceType: z.string(), from: z.string() })
/** Only the insurance of employees keeps personal accounts. */
const WITH_ACCOUNT = '310'

/**
 * Moves what personal accounts hold into the pools in which their persons' insurance goes on, from the day on from which it
 * does: each transfer once. Returns how many were moved.
 */
export async function transferAccounts({ logger, ...services }: Needed, since?: Temporal.Instant): Promise<number> {
  const { db, clock } = services
  const transferred = { from: 'insured', topics: ['enrolment.transferred_in'], since } as const
  const { failures } = await consume(db, transferred, async (tx, event) => {
    const { pool, insuranceType, from } = payload.parse(event.payload)
    if (insuranceType !== WITH_ACCOUNT || event.insuredId === null) return
    const fromDay = Temporal.PlainDate.from(from)
    await addTransfer(tx, { eventId: event.id, insuredId: event.insuredId, pool, fromDay })
  })
  for (const error of failures) logger?.error({ error: String(error) }, 'a transfer between pools failed')
  const due = await db.orm.transaction((tx) => findDue(tx, dayOf(clock())))
  let moved = 0
  for (const id of due) {
    try {
      await db.orm.transaction((tx) => move(tx, services, id))
      moved += 1
    } catch (error) {
      // One that fails stays for the next time and does not hold up the others.
      logger?.error({ error: String(error) }, 'an account was not moved to another pool')
    }
  }
  return moved
}

/** Moves all accounts of one person, once: whoever comes second finds it done. */
async function move(tx: Tx, { clock, newId }: Pick<Needed, 'clock' | 'newId'>, eventId: string): Promise<void> {
  const transfer = await holdTransfer(tx, eventId)
  if (transfer === null) return
  const now = clock()
  const { insuredId, pool } = transfer
  const at = nextTime(now, await holdMoney(tx, { from: insuredId, into: insuredId }, now))
  for (const one of await readLeaving(tx, transfer)) {
    const moved = { ...one, eventId, insuredId, pool, groupId: newId(at), intoGroupId: newId(at), at }
    await writeTransfer(tx, moved, { left: transferredEntries(moved), taken: takenOverEntries(moved) })
  }
  await noteTransferred(tx, transfer, at)
}
