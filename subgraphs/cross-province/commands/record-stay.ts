import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { dayOf, holdsOn } from '@yibao/schema/dates'
import type { Identity } from '@yibao/schema/identity'
import { NotFound } from '@yibao/schema/rejection'
import type { Services } from '../context.ts'
import type { Enrolment } from '../domain/coverage.ts'
import {
  change,
  checkNewVisit,
  checkSender,
  checkShown,
  discharge,
  shownFrom,
  type StayElsewhere,
} from '../domain/stay.ts'
import {
  changeOf,
  dischargeOf,
  termsOf,
  type AdmissionMessage,
  type ChangeMessage,
  type DischargeMessage,
} from '../peers/stay-message.ts'
import { findCoverage } from '../store/coverage.ts'
import { addStayElsewhere, findAnnounced, hasVisit, saveStayElsewhere, wasShown } from '../store/stays-elsewhere.ts'

// Home's half of a stay in another province. Each notice is recorded once under its exchange; the same one again gets the
// same answer, and another one under its id is refused.

type Parts = Pick<Services, 'db' | 'clock'>

const identityOf = (province: string, institution: string): Identity => ({
  kind: 'institution',
  institution,
  province,
  subject: `province:${province}`,
  scopes: [],
})

/** Records that a person insured here was admitted there, by who has seen a credential of them. */
export async function recordAdmission(
  { db, clock }: Parts,
  province: string,
  message: AdmissionMessage,
): Promise<void> {
  const { exchange, insuredId, visit } = message
  const { code: institution, name: institutionName, pool: place } = message.institution
  const now = clock()
  const identity = identityOf(province, institution)
  const asked = { identity, requestId: exchange, operation: 'exchange.admission', input: message, now, insuredId }
  await once(db, asked, async (tx) => {
    checkSender(province, { institution, pool: place })
    const terms = termsOf(message)
    const admittedOn = dayOf(terms.admittedAt)
    checkShown(await wasShown(tx, { insuredId, institution, from: shownFrom(admittedOn) }))
    checkNewVisit(await hasVisit(tx, { institution, visit }))
    const stay: StayElsewhere = {
      ...terms,
      id: exchange.toLowerCase(),
      insuredId: insuredId.toLowerCase(),
      pool: poolOf(await findCoverage(tx, insuredId), admittedOn),
      province,
      institution,
      institutionName,
      visit,
      dischargedAt: null,
      dischargeWay: null,
      state: 'ADMITTED',
      recordedAt: now,
      changedAt: now,
    }
    await addStayElsewhere(tx, stay)
    await tell(tx, stay, 'admitted', now)
    return { stay: stay.id }
  })
}

/** The pool whose staff see the stay: the one that covers the person, the employees' insurance first. */
const poolOf = (enrolments: readonly Enrolment[], day: Temporal.PlainDate): string | null => {
  const holding = enrolments.filter((one) => holdsOn(one, day))
  return (holding.find((one) => one.status !== '2') ?? holding[0] ?? enrolments.at(-1))?.pool ?? null
}

/** Records what was corrected of a stay, or that its admission or discharge was taken back. */
export const recordChange = (parts: Parts, province: string, message: ChangeMessage): Promise<void> =>
  recordStep(parts, province, { operation: 'exchange.change', message }, (stay) => change(stay, changeOf(message)))

/** Records that a stay is over, or another end of it. */
export const recordDischarge = (parts: Parts, province: string, message: DischargeMessage): Promise<void> =>
  recordStep(parts, province, { operation: 'exchange.discharge', message }, (stay) =>
    discharge(stay, dischargeOf(message)),
  )

interface Step {
  readonly operation: string
  readonly message: ChangeMessage | DischargeMessage
}

async function recordStep(
  { db, clock }: Parts,
  province: string,
  { operation, message }: Step,
  step: (stay: StayElsewhere) => StayElsewhere,
): Promise<void> {
  const { exchange, of } = message
  const now = clock()
  const asked = { identity: identityOf(province, ''), requestId: exchange, operation, input: message, now }
  await once(db, asked, async (tx) => {
    const stay = await findAnnounced(tx, { province, id: of.toLowerCase() })
    if (stay === null) throw NotFound.of({ zh: '该住院', en: 'the stay' }, 'of')
    const after = { ...step(stay), changedAt: now }
    await saveStayElsewhere(tx, after)
    if (after.state === 'DISCHARGED') await tell(tx, after, 'discharged', now)
    if (after.state === 'CANCELLED') await tell(tx, after, 'cancelled', now)
    return { stay: stay.id }
  })
}

/** Tells the person, once of each end. */
async function tell(tx: Tx, stay: StayElsewhere, what: 'admitted' | 'discharged' | 'cancelled', at: Temporal.Instant) {
  const { id, insuredId, institution, admittedAt, dischargedAt } = stay
  const day = dayOf(dischargedAt ?? admittedAt).toString()
  await notify(tx, 'cross_province', {
    to: { kind: 'person', insuredId },
    template: `stay.${what}`,
    data: { institution, day },
    at,
    key: `stay:${id}:${what}:${day}`,
  })
}
