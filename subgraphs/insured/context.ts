import assert from 'node:assert/strict'
import type { Database, ReadTx } from '@yibao/drizzle/connect'
import { collectReads, type Reads } from '@yibao/drizzle/reads'
import { dayOf } from '@yibao/schema/dates'
import { askHome, type HomeMessage } from '@yibao/schema/exchange'
import type { Identity, Role } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { InternalHandler } from '@yibao/schema/internal'
import type { SigningKey } from '@yibao/schema/keys'
import type { Logger } from '@yibao/schema/logger'
import type { Secrets } from '@yibao/schema/secrets'
import DataLoader from 'dataloader'
import type { Card, CardChange } from './domain/card-change.ts'
import type { Choice } from './domain/chosen-institution.ts'
import type { ElectronicCard } from './domain/electronic-card.ts'
import type { Maternity } from './domain/maternity.ts'
import type { Certificate } from './domain/no-card.ts'
import type { Document } from './domain/document.ts'
import type { Enrolment } from './domain/enrolment.ts'
import type { EnrolmentEvent } from './domain/enrolment-event.ts'
import type { Delivery } from './domain/message.ts'
import type { MutualAid } from './domain/mutual-aid.ts'
import type { Insured } from './domain/person.ts'
import type { Registration } from './domain/registration.ts'
import { findCardChanges, findCards, findElectronicCards } from './store/cards.ts'
import { findChoices } from './store/chosen-institutions.ts'
import { findMaternity } from './store/maternity.ts'
import { findCertificates } from './store/no-card.ts'
import { findDocuments } from './store/document.ts'
import { findEvents } from './store/enrolment-events.ts'
import { findAllEnrolments, findEnrolments } from './store/enrolments.ts'
import { findIdentityNumbers } from './store/identity-numbers.ts'
import { findDeliveries } from './store/message.ts'
import { findAliases, findMerged } from './store/merge-persons.ts'
import { findBindings } from './store/mutual-aid.ts'
import { findPersons } from './store/persons.ts'
import { findRegistrations } from './store/registrations.ts'
import { setDay } from './store/today.ts'

/** What this subgraph must not tell: the keys of personal data, and what records are signed with. */
export interface InsuredSecrets extends Secrets {
  readonly receipt: SigningKey
}

type Of<Kind extends Role> = Extract<Identity, { kind: Kind }>

/** Everything impure one operation needs. */
export interface Context extends Reads {
  readonly identity: Identity | null
  readonly db: Database
  readonly secrets: InsuredSecrets
  readonly now: () => Temporal.Instant
  /** Reads under the row rules of whoever asks, on the day of the injected clock. */
  readonly read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>
  readonly logger: Logger | undefined
  /** Asks the platform a person of another province is insured with. @throws NotAllowed, Busy */
  readonly askHome: (asked: HomeMessage) => Promise<unknown>
  /** True the first time: an operation shows one credential. */
  readonly presentOnce: () => boolean
  /** True the first time: an operation prints one paper. */
  readonly printOnce: () => boolean
  /** The caller as what the schema let in; anything else is a bug. */
  readonly as: <Kind extends Role>(kind: Kind) => Of<Kind>
  readonly load: {
    /**
     * Null when there is no such person or the reader may not see them. A person that is seen counts as read. By the id
     * of a record that was merged into another, the other.
     */
    readonly person: DataLoader<string, Insured | null>
    readonly enrolments: DataLoader<string, readonly Enrolment[]>
    /** Those that were replaced before they held as well. */
    readonly allEnrolments: DataLoader<string, readonly Enrolment[]>
    readonly enrolmentEvents: DataLoader<string, readonly EnrolmentEvent[]>
    readonly registrations: DataLoader<string, readonly Registration[]>
    /** Null when there is none or the reader may not see it. One about a person counts as read of them. */
    readonly document: DataLoader<string, Document | null>
    /** How a message got to its recipient. */
    readonly deliveries: DataLoader<string, readonly Delivery[]>
    readonly cards: DataLoader<string, readonly Card[]>
    readonly cardChanges: DataLoader<string, readonly CardChange[]>
    readonly electronicCards: DataLoader<string, readonly ElectronicCard[]>
    readonly choices: DataLoader<string, readonly Choice[]>
    readonly certificates: DataLoader<string, readonly Certificate[]>
    readonly maternity: DataLoader<string, readonly Maternity[]>
    /** Bindings of a person on either side. */
    readonly mutualAid: DataLoader<string, readonly MutualAid[]>
    /** The whole number. Not under row rules: only for a person that was seen, and only after `noteRead`. */
    readonly identityNumber: DataLoader<string, string>
  }
}

/** What an operation and a worker are handed alike. */
export interface Services {
  readonly db: Database
  readonly secrets: InsuredSecrets
  readonly clock: () => Temporal.Instant
  readonly logger?: Logger | undefined
  /** The cross-province subgraph, which speaks with other provinces; without it none is linked. */
  readonly crossProvince?: InternalHandler | undefined
}

/** Makes the context of one operation. */
export function createContext(parts: Services, identity: Identity | null, traceId: string): Context {
  const { db, secrets, clock, logger, crossProvince } = parts
  const reads = collectReads(identity, clock, traceId)
  let presented = false
  let printed = false
  const read: Context['read'] = (work) =>
    db.readAs(identity, async (tx) => {
      if (identity?.kind === 'institution') await setDay(tx, dayOf(clock()))
      return work(tx)
    })
  return {
    identity,
    db,
    secrets,
    now: clock,
    read,
    logger,
    askHome: (asked) => askHome(crossProvince, asked, traceId),
    presentOnce: () => !presented && (presented = true),
    printOnce: () => !printed && (printed = true),
    as<Kind extends Role>(kind: Kind) {
      assert(identity?.kind === kind, `only ${kind} reaches this`)
      return identity as Of<Kind>
    },
    load: createLoaders(parts, read, reads),
    ...reads,
  }
}

function createLoaders({ db, secrets }: Services, read: Context['read'], { noteRead }: Reads): Context['load'] {
  return {
    person: new DataLoader(async (asked) => {
      const ids = asked.map((id) => id.toLowerCase())
      const wellFormed = ids.filter((id) => uuidFault(id) === null)
      if (wellFormed.length === 0) return ids.map(() => null)
      const { rows, survivors } = await read(async (tx) => {
        const aliases = new Map((await findAliases(tx, wellFormed)).map((one) => [one.insuredId, one.survivorId]))
        const wanted = wellFormed.map((id) => aliases.get(id) ?? id)
        return { rows: await findPersons(tx, wanted), survivors: aliases }
      })
      const found = new Map(rows.map((one) => [one.id, one]))
      for (const id of found.keys()) noteRead(id, 'insured')
      return ids.map((id) => found.get(survivors.get(id) ?? id) ?? null)
    }),
    enrolments: ofPersons(read, findEnrolments),
    allEnrolments: ofPersons(read, findAllEnrolments),
    enrolmentEvents: ofPersons(read, findEvents),
    registrations: ofPersons(read, findRegistrations),
    document: documentLoader(read, noteRead),
    deliveries: new DataLoader(async (ids) => {
      const found = Map.groupBy(await read((tx) => findDeliveries(tx, ids)), (one) => one.messageId)
      return ids.map((id) => found.get(id) ?? [])
    }),
    cards: ofPersons(read, findCards),
    cardChanges: ofPersons(read, findCardChanges),
    electronicCards: ofPersons(read, findElectronicCards),
    choices: ofRecords(read, findChoices),
    certificates: ofRecords(read, findCertificates),
    maternity: ofRecords(read, findMaternity),
    mutualAid: new DataLoader(async (ids) => {
      const { found, survivorOf } = await read((tx) => withMerged(tx, ids, findBindings))
      return ids.map((id) =>
        found.filter((one) => survivorOf(one.insuredId) === id || survivorOf(one.sponsorId) === id),
      )
    }),
    identityNumber: new DataLoader((ids) => findIdentityNumbers(db.orm, secrets, ids)),
  }
}

function documentLoader(read: Context['read'], noteRead: Reads['noteRead']): Context['load']['document'] {
  return new DataLoader(async (asked) => {
    const ids = asked.map((id) => id.toLowerCase())
    const wellFormed = ids.filter((id) => uuidFault(id) === null)
    const rows = wellFormed.length === 0 ? [] : await read((tx) => findDocuments(tx, wellFormed))
    const found = new Map(rows.map((one) => [one.id, one]))
    for (const { insuredId } of rows) if (insuredId !== null) noteRead(insuredId, 'document')
    return ids.map((id) => found.get(id) ?? null)
  })
}

/** Rows of persons, each person's together. */
function ofPersons<Row extends { readonly insuredId: string }>(
  read: Context['read'],
  find: (tx: ReadTx, ids: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, readonly Row[]> {
  return new DataLoader(async (ids) => {
    const found = Map.groupBy(await read((tx) => find(tx, ids)), (one) => one.insuredId)
    return ids.map((id) => found.get(id) ?? [])
  })
}

/** Rows of persons and of the records that were merged into theirs, each person's together. */
function ofRecords<Row extends { readonly insuredId: string }>(
  read: Context['read'],
  find: (tx: ReadTx, ids: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, readonly Row[]> {
  return new DataLoader(async (ids) => {
    const { found, survivorOf } = await read((tx) => withMerged(tx, ids, find))
    const byPerson = Map.groupBy(found, (one) => survivorOf(one.insuredId))
    return ids.map((id) => byPerson.get(id) ?? [])
  })
}

async function withMerged<Row>(
  tx: ReadTx,
  ids: readonly string[],
  find: (tx: ReadTx, ids: readonly string[]) => Promise<readonly Row[]>,
): Promise<{ readonly found: readonly Row[]; readonly survivorOf: (id: string) => string }> {
  const merged = new Map((await findMerged(tx, ids)).map((one) => [one.insuredId, one.survivorId]))
  return { found: await find(tx, [...ids, ...merged.keys()]), survivorOf: (id) => merged.get(id) ?? id }
}
