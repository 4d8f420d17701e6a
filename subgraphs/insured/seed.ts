import { randomUUIDv7 } from 'node:crypto'
import type { Database, Tx } from '@yibao/drizzle/connect'
import { dayOf, overlap, parseDay } from '@yibao/schema/dates'
import { problemAt, uuidFault } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { encrypt, lookupHash, maskIdentity, type Secrets } from '@yibao/schema/secrets'
import { readCardNumber } from './domain/card.ts'
import { readEmployer } from './domain/employer.ts'
import { readEnrolment, type EnrolmentInput, type EnrolmentTerms } from './domain/enrolment.ts'
import { bind, readTerms, type BindInput } from './domain/bind-mutual-aid.ts'
import { readPerson, type Person, type PersonInput } from './domain/person.ts'
import { checkRegistration, poolOf, readDisease, type DiseaseInput } from './domain/register-disease.ts'
import { addEmployer, chooseEmployerNumber } from './store/employers.ts'
import { findEnrolments } from './store/enrolments.ts'
import { addBinding, findBindings } from './store/mutual-aid.ts'
import { findPersons, hashIdentity } from './store/persons.ts'
import { addRegistration, findRegistrations } from './store/registrations.ts'
import { insertPersons, type Rows } from './store/seed-persons.ts'

/** A person with everything a demo, a test or a bench needs of them. Days are texts, as a bureau would enter them. */
export interface SeedPerson extends PersonInput {
  readonly insuredId: string
  readonly personNumber: string
  readonly cardNumber?: string | null
  readonly enrolments: readonly SeedEnrolment[]
}

export interface SeedEnrolment extends EnrolmentInput {
  readonly enrolmentId?: string
  /** '1' normal (when absent), '2' suspended. */
  readonly status?: '1' | '2'
  /** Credit code of an employer that is registered in the pool. */
  readonly employer?: string
}

/** Rows of one statement; more would only make the statement bigger. */
const CHUNK = 2000

/** A seed that names more faults helps nobody. */
const PROBLEMS_MAX = 50

/**
 * Adds persons in bulk, by the same checks as `registerPerson` and `enrol`, one statement per table. Persons whose
 * `insuredId` is there already are left as they are. Returns how many were added.
 *
 * @throws InvalidInput naming each fault as `persons[3].identityNumber`; nothing was added then.
 */
export async function seedPersons(
  db: Database,
  secrets: Secrets,
  persons: readonly SeedPerson[],
  now: Temporal.Instant = Temporal.Now.instant().round('millisecond'),
): Promise<number> {
  const problems: Problem[] = []
  const read = persons.map((one, index) => readOne(one, dayOf(now), `persons[${index}].`, problems))
  if (problems.length > 0) throw InvalidInput.of(problems.slice(0, PROBLEMS_MAX))
  return db.orm.transaction(async (tx: Tx) => {
    let added = 0
    for (let start = 0; start < read.length; start += CHUNK) {
      added += await insertPersons(tx, rowsOf(secrets, read.slice(start, start + CHUNK)), now)
    }
    return added
  })
}

interface Seed {
  readonly insuredId: string
  readonly person: Person
  readonly cardNumber: string | null
  readonly enrolments: readonly (EnrolmentTerms & {
    readonly enrolmentId: string
    readonly status: string
    readonly employer: string | null
  })[]
}

function readOne(one: SeedPerson, today: Temporal.PlainDate, path: string, problems: Problem[]): Seed {
  const id = uuidFault(one.insuredId)
  if (id !== null) problems.push(problemAt(`${path}insuredId`, id))
  const person = readPerson(one, today, path, problems)
  const enrolments = one.enrolments.map((enrolment, index) => {
    const at = `${path}enrolments[${index}].`
    // A future birth date is a fault of the person; the enrolment is then not measured against it.
    const birthDate = parseDay(one.birthDate) ?? today
    const terms = readEnrolment(enrolment, { today, birthDate, path: at }, problems)
    const { enrolmentId = randomUUIDv7(), status = '1', employer = null } = enrolment
    return { ...terms, enrolmentId, status, employer }
  })
  for (const [index, enrolment] of enrolments.entries()) {
    const rival = enrolments.slice(0, index).find((other) => other.insuranceType === enrolment.insuranceType)
    if (rival === undefined || !overlap(rival, enrolment)) continue
    const message = { zh: '与另一参保关系时间重叠', en: 'shares a day with another enrolment' }
    problems.push({ path: `${path}enrolments[${index}].beginOn`, code: 'ENROLMENT_OVERLAP', message })
  }
  return {
    insuredId: one.insuredId.toLowerCase(),
    person,
    cardNumber: readCardNumber(one.cardNumber, path, problems),
    enrolments,
  }
}

const hex = (bytes: Buffer) => bytes.toString('hex')

function rowsOf(secrets: Secrets, seeds: readonly Seed[]): Rows {
  return {
    persons: seeds.map(({ insuredId, person, enrolments }) => {
      const { identityNumber, ...rest } = person
      return {
        insured_id: insuredId,
        person_number: rest.personNumber ?? '',
        name: rest.name,
        sex: rest.sex,
        nationality: rest.nationality,
        birth_date: rest.birthDate.toString(),
        certificate_type: rest.certificateType,
        identity_masked: maskIdentity(identityNumber),
        registered_pool: enrolments[0]?.pool ?? '000000',
        identity_hash: hex(hashIdentity(secrets, identityNumber)),
        number_sealed: hex(encrypt(secrets, identityNumber, insuredId)),
      }
    }),
    enrolments: seeds.flatMap(({ insuredId, enrolments }) =>
      enrolments.map((one) => ({
        insured_id: insuredId,
        enrolment_id: one.enrolmentId,
        pool: one.pool,
        insurance_type: one.insuranceType,
        person_type: one.personType,
        civil_servant: one.civilServant,
        status: one.status,
        employer: one.employer,
        begin_on: one.beginOn.toString(),
        end_on: one.endOn?.toString() ?? null,
        identities: one.identities.map(({ type, from, to }) => ({
          type,
          begin_on: from.toString(),
          end_on: to?.toString() ?? null,
        })),
      })),
    ),
    credentials: seeds.flatMap(({ insuredId, person, cardNumber }) => [
      { insured_id: insuredId, kind: '02', value_hash: hex(lookupHash(secrets, '02', person.identityNumber)) },
      ...(cardNumber === null
        ? []
        : [
            {
              insured_id: insuredId,
              kind: '03',
              value_hash: hex(lookupHash(secrets, '03', cardNumber)),
              card_id: randomUUIDv7(),
              number_masked: maskIdentity(cardNumber),
            },
          ]),
    ]),
  }
}

export interface SeedEmployer {
  readonly creditCode: string
  readonly name: string
  readonly pool: string
}

/** Registers employers by the checks of `registerEmployer`; those that are there are left. Returns how many were added. */
export const seedEmployers = (
  db: Database,
  employers: readonly SeedEmployer[],
  now: Temporal.Instant,
): Promise<number> =>
  db.orm.transaction(async (tx) => {
    let added = 0
    for (const { pool, ...input } of employers) {
      const problems: Problem[] = []
      const { creditCode, name } = readEmployer(input, problems)
      InvalidInput.throwIf(problems)
      const one = { creditCode, name, pool, empNo: await chooseEmployerNumber(tx, pool), registeredAt: now }
      if (await addEmployer(tx, one, 'seed')) added += 1
    }
    return added
  })

export interface SeedRegistration extends DiseaseInput {
  readonly registrationId: string
  readonly insuredId: string
}

/**
 * Adds registrations of diseases by the checks of `registerDisease`, but for the agreements of the institutions. One
 * whose id is there already is left as it is. Returns how many were added.
 *
 * @throws InvalidInput or NotAllowed for the first that is wrong; nothing was added then.
 */
export const seedRegistrations = (
  db: Database,
  registrations: readonly SeedRegistration[],
  now: Temporal.Instant,
): Promise<number> =>
  db.orm.transaction(async (tx) => {
    let added = 0
    for (const { registrationId: id, insuredId, ...input } of registrations) {
      const existing = await findRegistrations(tx, [insuredId])
      if (existing.some((one) => one.id === id)) continue
      const problems: Problem[] = []
      const terms = readDisease(input, { today: dayOf(now), hospital: null }, problems)
      InvalidInput.throwIf(problems)
      checkRegistration(terms, existing)
      const pool = poolOf(terms, await findEnrolments(tx, [insuredId]), null)
      const fresh = { requestedBy: null, registeredAt: now, endReason: null, endedAt: null, withdrawn: false }
      await addRegistration(tx, { ...terms, ...fresh, id, insuredId, pool })
      added += 1
    }
    return added
  })

export interface SeedBinding extends Pick<BindInput, 'relation' | 'yearlyLimit'> {
  readonly bindingId: string
  readonly sponsorId: string
  /** The beneficiary. */
  readonly insuredId: string
}

/**
 * Lets sponsors' accounts pay for relatives by the checks of `bindMutualAid`; a beneficiary's sponsors pay in the order
 * they stand here. One whose id is there already is left as it is. Returns how many were added.
 *
 * @throws InvalidInput or NotAllowed for the first that is wrong; nothing was added then.
 */
export const seedBindings = (db: Database, bindings: readonly SeedBinding[], now: Temporal.Instant): Promise<number> =>
  db.orm.transaction(async (tx) => {
    let added = 0
    for (const { bindingId: id, sponsorId, insuredId, ...input } of bindings) {
      const existing = await findBindings(tx, [sponsorId, insuredId])
      if (existing.some((one) => one.id === id)) continue
      const problems: Problem[] = []
      const terms = readTerms(input, problems)
      InvalidInput.throwIf(problems)
      const persons = await findPersons(tx, [sponsorId, insuredId])
      const enrolments = await findEnrolments(tx, [sponsorId, insuredId])
      const sideOf = (side: string) => {
        const person = persons.find((one) => one.id === side)
        if (person === undefined) throw new Error(`nobody has the id ${side}`)
        return { ...person, enrolments: enrolments.filter((one) => one.insuredId === side) }
      }
      const sides = { sponsor: sideOf(sponsorId), beneficiary: sideOf(insuredId) }
      await addBinding(tx, bind(terms, { ...sides, id, existing, now }))
      added += 1
    }
    return added
  })
