import type { Identity } from '@yibao/schema/identity'
import type { Logger } from '@yibao/schema/logger'
import { Rejection } from '@yibao/schema/rejection'
import { createContext, type Context, type Services } from '../context.ts'
import { nextAnnouncement, type Announcement, type OpenedVisit } from '../domain/announced-visit.ts'
import { findLatestStay } from '../store/incoming-stays.ts'
import { findUnannounced, markAnnounced } from '../store/opened-visits.ts'
import { announceAdmission, announceChange, announceDischarge } from './announce-stay.ts'
import { sayBeside } from './say-beside.ts'

const BATCH = 100
/** What nobody has changed for so long is not announced any more. */
const DAYS = 7
/** A discharge may have to be taken back before the admission, and a correction told before a discharge. */
const STEPS_MAX = 4

/**
 * Announces stays that were opened in settlement as they stand there, in the name of their hospitals: what home was told is
 * compared with what is there now, so nothing is lost whoever dies in between.
 */
export async function announceVisits(services: Services, logger: Logger | undefined): Promise<void> {
  const { db, clock } = services
  const visits = await findUnannounced(db, clock().subtract({ hours: 24 * DAYS }), BATCH)
  const announced = (visit: OpenedVisit) =>
    announceVisit(services, visit).catch((failure: unknown) => {
      if (!(failure instanceof Rejection)) throw failure
      const { institution, visit: number } = visit
      logger?.warn({ institution, visit: number, code: failure.code }, 'a stay could not be announced to its home')
    })
  await sayBeside(visits, (one) => one.insuredPool.slice(0, 2), announced)
}

async function announceVisit(services: Services, visit: OpenedVisit): Promise<void> {
  const { institution, id, version } = visit
  const identity: Identity = { kind: 'institution', institution, subject: 'platform', scopes: [] }
  const context = createContext(services, identity, 'announce-visits')
  const { orm } = context.db
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const stay = await findLatestStay(orm, visit)
    const next = nextAnnouncement(visit, stay)
    if (next === null) return stay === null ? undefined : markAnnounced(orm, stay, version)
    // Of one version each is announced once, whoever comes again.
    const takesBack = next.verb === 'announceChange' ? (next.input.takesBack ?? '') : ''
    await announce(context, `${next.verb}-${id}-${version}${takesBack}`, next)
    const told = next.verb === 'announceAdmission' ? await findLatestStay(orm, visit) : null
    // What home did not take is announced anew when the visit has changed.
    if (told?.state === 'REFUSED') return markAnnounced(orm, told, version)
  }
}

function announce(context: Context, requestId: string, next: Announcement): Promise<string> {
  switch (next.verb) {
    case 'announceAdmission':
      return announceAdmission(context, requestId, next.input)
    case 'announceChange':
      return announceChange(context, requestId, next.input)
    case 'announceDischarge':
      return announceDischarge(context, requestId, next.input)
  }
}
