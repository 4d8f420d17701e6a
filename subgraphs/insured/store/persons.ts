import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { identity, identityHash, person, personNumber } from '@yibao/drizzle/insured'
import { personNumberFault } from '@yibao/schema/ids'
import { canonicalName } from '@yibao/schema/names'
import { encrypt, lookupHash, maskIdentity, type Secrets } from '@yibao/schema/secrets'
import { eq, inArray, sql } from 'drizzle-orm'
import type { Insured, Person } from '../domain/person.ts'

const facts = {
  id: person.insuredId,
  personNumber: person.personNumber,
  name: person.name,
  sex: person.sex,
  nationality: person.nationality,
  birthDate: person.birthDate,
  certificateType: person.certificateType,
  identityMasked: person.identityMasked,
}

/** The persons with these ids, as far as the reader may see them. */
export const findPersons = (tx: ReadTx, ids: readonly string[]): Promise<Insured[]> =>
  tx
    .select(facts)
    .from(person)
    .where(inArray(person.insuredId, [...ids]))

/** The person with this identity number and name, whoever asks; null when there is none. */
export async function findByIdentity(tx: Tx, valueHash: Buffer, name: string): Promise<Insured | null> {
  const [found] = await tx
    .select(facts)
    .from(person)
    .innerJoin(identityHash, eq(identityHash.insuredId, person.insuredId))
    .where(eq(identityHash.valueHash, valueHash))
  return found !== undefined && canonicalName(found.name) === canonicalName(name) ? found : null
}

/** Who these person numbers belong to, whoever asks; those of nobody are left out. */
export async function findByPersonNumbers(tx: Tx, numbers: readonly string[]): Promise<Map<string, string>> {
  const asked = numbers.filter((one) => personNumberFault(one) === null)
  const rows = await tx.select().from(personNumber).where(inArray(personNumber.personNumber, asked))
  return new Map(rows.map((row) => [row.personNumber, row.insuredId]))
}

/** Under this kind identity numbers are unique; as a credential they have the kind '02'. */
export const hashIdentity = (secrets: Secrets, number: string): Buffer => lookupHash(secrets, 'identity', number)

/** A number nobody has: the division of the pool and a running number. */
export async function choosePersonNumber(tx: Tx, pool: string): Promise<string> {
  const next = sql`select ${pool}::text || lpad(nextval('insured.person_number_sequence')::text, 14, '0') as number`
  const { rows } = await tx.execute<{ number: string }>(next)
  return rows[0]?.number ?? ''
}

export type Taken = 'IDENTITY' | 'PERSON_NUMBER' | null

interface Registration {
  readonly insuredId: string
  readonly personNumber: string
  readonly pool: string
  readonly now: Temporal.Instant
}

/** Adds a person, sealed and hashed; answers what was taken already, or null. */
export async function addPerson(tx: Tx, secrets: Secrets, one: Person, by: Registration): Promise<Taken> {
  const { insuredId, now } = by
  const valueHash = hashIdentity(secrets, one.identityNumber)
  const unique = await tx.insert(identityHash).values({ valueHash, insuredId }).onConflictDoNothing().returning()
  if (unique.length === 0) return 'IDENTITY'
  const numbered = await tx
    .insert(personNumber)
    .values({ personNumber: by.personNumber, insuredId })
    .onConflictDoNothing()
    .returning()
  if (numbered.length === 0) return 'PERSON_NUMBER'
  const { identityNumber, ...rest } = one
  await tx.insert(person).values({
    ...rest,
    insuredId,
    personNumber: by.personNumber,
    identityMasked: maskIdentity(identityNumber),
    registeredPool: by.pool,
    registeredAt: now,
  })
  await tx.insert(identity).values({ insuredId, numberSealed: encrypt(secrets, identityNumber, insuredId) })
  return null
}
