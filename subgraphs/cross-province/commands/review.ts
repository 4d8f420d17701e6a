import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { BY_RULE } from '../domain/event.ts'
import type { Filing } from '../domain/filing.ts'
import { readReason } from '../domain/read-filing.ts'
import { certify as decideCertified, confirm, refuse as decideRefused } from '../domain/review.ts'
import { findFilings, saveFiling } from '../store/filings.ts'
import type { Rulebook } from '../store/rules.ts'
import { confirmWaiting } from './place.ts'
import { record } from './record.ts'

interface Asked {
  readonly requestId: string
  readonly filingId: string
}

interface Step {
  readonly tx: Tx
  readonly filing: Filing
  readonly rulebook: Rulebook
  readonly actor: string
  readonly at: Temporal.Instant
}

type Operation = 'approveFiling' | 'refuseFiling' | 'certifyFiling'

/** Approves a filing that waits for the staff who ask; answers its id. */
export const approve = (context: Context, asked: Asked): Promise<string> =>
  step(context, 'approveFiling', asked, asked.filingId, async ({ tx, filing, ...rest }) =>
    confirmWaiting(tx, confirm(filing, rest.at), rest),
  )

/** Refuses a filing for a reason the person is told; answers its id. */
export const refuse = (context: Context, asked: Asked & { readonly reason: string }): Promise<string> =>
  step(context, 'refuseFiling', asked, asked.filingId, async ({ tx, filing, actor, at }) => {
    const reason = readReason(asked.reason)
    const refused = decideRefused(filing, at)
    await saveFiling(tx, refused)
    await record(tx, refused, { action: 'REFUSED', actor, at, reason })
  })

interface Certification extends Asked {
  readonly certified: boolean
  readonly reason?: string | null | undefined
}

/** Certifies that the person is there as filed, or says why not; for the agency of the place. Answers the id. */
export const certify = (context: Context, asked: Certification): Promise<string> =>
  step(context, 'certifyFiling', asked, asked.filingId, (one) => keepCertification(one, asked))

/**
 * Keeps what the agency of the other place answered. An agency on another platform answers by a message, whose bearer
 * calls this with its own `actor` once the message is proven.
 */
export async function keepCertification(
  { tx, filing, rulebook, actor, at }: Step,
  { certified, reason: said }: Pick<Certification, 'certified' | 'reason'>,
): Promise<void> {
  const reason = certified && !said ? null : readReason(said ?? '')
  if (!certified) {
    const refused = decideRefused(filing, at)
    await saveFiling(tx, refused)
    return record(tx, refused, { action: 'NOT_CERTIFIED', actor, at, reason })
  }
  const after = decideCertified(filing, rulebook.rulesOf(filing.pool), at)
  await record(tx, after, { action: 'CERTIFIED', actor, at, reason })
  if (after.stage !== 'CONFIRMED') return saveFiling(tx, after)
  await confirmWaiting(tx, after, { rulebook, actor: BY_RULE, at })
}

async function step(
  { db, rules: rulebook, now, staff }: Context,
  operation: Operation,
  asked: Asked,
  filingId: string,
  take: (one: Step) => Promise<void>,
): Promise<string> {
  const identity = staff()
  const at = now()
  const { requestId, ...input } = asked
  const done = await once(db, { identity, requestId, operation, input, now: at }, async (tx) => {
    const filing = await findTheirs(tx, identity, operation, filingId)
    await take({ tx, filing, rulebook, actor: callerOf(identity), at })
    return { filingId: filing.id }
  })
  return done.filingId
}

/** A filing these staff may take this step of; others are not there. @throws NotFound */
async function findTheirs(
  tx: Tx,
  { pool }: Extract<Identity, { kind: 'staff' }>,
  operation: Operation,
  filingId: string,
): Promise<Filing> {
  const [found] = uuidFault(filingId) === null ? await findFilings(tx, [filingId]) : []
  const whose = operation === 'certifyFiling' ? found?.certifier : found?.pool
  if (found === undefined || whose !== pool) throw NotFound.of({ zh: '该备案', en: 'the filing' }, 'filingId')
  return found
}
