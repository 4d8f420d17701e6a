import type { Statements } from '@yibao/drizzle/hot'
import type { CredentialKind } from '@yibao/schema/ids'
import type { Designation } from '../domain/designation.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import type { Insured } from '../domain/person.ts'
import type { Credential } from './credentials.ts'

/** What a credential is looked up by at a counter. */
export interface ShownKey {
  readonly institution: string
  readonly day: Temporal.PlainDate
  readonly kind: CredentialKind
  /** Keyed hash of its value. */
  readonly valueHash: Buffer
}

/** The institution's agreements of the day, and whose credential it is. */
export interface Shown {
  readonly designations: readonly Designation[]
  readonly credential: Credential | null
  /** Whose it is and what covers them: for an answer only after the checks, and after the presence is noted. */
  readonly person: Insured | null
  readonly enrolments: readonly Enrolment[]
  /** Whether the person was noted as present on the day already. */
  readonly isPresent: boolean
  /** How many credentials of nobody the institution has shown on the day. */
  readonly unknown: number
}

/** As JSON has it: days are text. */
type Dated<Facts, Days extends keyof Facts> = {
  readonly [Key in keyof Facts]: Key extends Days ? string | null : Facts[Key]
}

type EnrolmentJson = Dated<Omit<Enrolment, 'identities' | 'beginOn'>, 'endOn' | 'coverFrom'> & {
  readonly beginOn: string
  readonly identities: readonly { readonly type: string; readonly from: string; readonly to: string | null }[]
}

interface Row {
  readonly designations: readonly Designation[] | null
  readonly insured_id: string | null
  readonly expires_at: Temporal.Instant | null
  readonly revoked: boolean
  readonly institution: string | null
  readonly present: boolean
  readonly unknown: number | null
  readonly person: (Omit<Insured, 'birthDate'> & { readonly birthDate: string }) | null
  readonly enrolments: readonly EnrolmentJson[] | null
}

/**
 * Everything a counter asks first, in one prepared statement: 200 a second are answered beside all else. The row rules
 * do not apply here; they say what an institution with a presence may see, and without a valid credential nothing of
 * this is answered. Person, enrolments and special identities were read in a transaction of the reader before: six
 * statements more, and at 200 a second 5.3 ms for an answer instead of 2.9, 2.2 ms of the process instead of 1.3.
 */
export async function findShown(hot: Statements, { institution, day, kind, valueHash }: ShownKey): Promise<Shown> {
  const [row] = await hot.unsafe<Row>(
    `select
       (select json_agg(json_build_object('status', d.status, 'reason', d.reason)) from institutions.designation_v1 d
         where d.institution = $1::bpchar and d.begin_on <= $2::date and (d.end_on is null or d.end_on >= $2::date))
         as designations,
       c.insured_id::text, c.expires_at, c.revoked, c.institution,
       exists (select from insured.presence p
         where p.insured_id = c.insured_id and p.institution = $1::bpchar and p.day = $2::date) as present,
       (select u.count from insured.unknown_credential u where u.institution = $1::bpchar and u.day = $2::date) as unknown,
       (select json_build_object('id', p.insured_id, 'personNumber', p.person_number, 'name', p.name, 'sex', p.sex,
           'nationality', p.nationality, 'birthDate', p.birth_date, 'certificateType', p.certificate_type,
           'identityMasked', p.identity_masked)
         from insured.person p where p.insured_id = c.insured_id) as person,
       (select json_agg(json_build_object('id', e.enrolment_id, 'insuredId', e.insured_id, 'pool', e.pool,
           'insuranceType', e.insurance_type, 'personType', e.person_type, 'civilServant', e.civil_servant,
           'status', e.status, 'beginOn', e.begin_on, 'endOn', e.end_on, 'employer', e.employer,
           'coverFrom', e.cover_from, 'waitReason', e.wait_reason, 'suspendReason', e.suspend_reason,
           'follows', e.follows, 'voided', false, 'identities', (
             select coalesce(json_agg(json_build_object('type', s.type, 'from', s.begin_on, 'to', s.end_on)
               order by s.begin_on, s.type), '[]')
             from insured.special_identity s
             where s.insured_id = e.insured_id and s.enrolment_id = e.enrolment_id
           )) order by e.begin_on, e.enrolment_id)
         from insured.enrolment e where e.insured_id = c.insured_id and e.voided_at is null) as enrolments
     from (values (1)) as one (row)
     left join insured.credential c on c.kind = $3::text and c.value_hash = decode($4::text, 'hex')`,
    [institution, day.toString(), kind, valueHash.toString('hex')],
  )
  const { designations = null, insured_id: insuredId = null, person = null, enrolments = null } = row ?? {}
  const credential =
    row === undefined || insuredId === null
      ? null
      : { insuredId, expiresAt: row.expires_at, revoked: row.revoked, institution: row.institution }
  return {
    designations: designations ?? [],
    credential,
    person: person === null ? null : { ...person, birthDate: Temporal.PlainDate.from(person.birthDate) },
    enrolments: (enrolments ?? []).map(enrolmentOf),
    isPresent: row?.present === true,
    unknown: row?.unknown ?? 0,
  }
}

const dayOrNull = (day: string | null) => (day === null ? null : Temporal.PlainDate.from(day))

const enrolmentOf = ({ beginOn, endOn, coverFrom, identities, ...rest }: EnrolmentJson): Enrolment => ({
  ...rest,
  beginOn: Temporal.PlainDate.from(beginOn),
  endOn: dayOrNull(endOn),
  coverFrom: dayOrNull(coverFrom),
  identities: identities.map(({ type, from, to }) => ({
    type,
    from: Temporal.PlainDate.from(from),
    to: dayOrNull(to),
  })),
})

/** Notes that an institution was shown a credential; once a day is enough. */
export async function notePresence(
  hot: Statements,
  { institution, day, kind }: ShownKey,
  insuredId: string,
  at: Temporal.Instant,
): Promise<void> {
  await hot.unsafe(
    `insert into insured.presence (insured_id, institution, day, kind, at)
     values ($1::uuid, $2::bpchar, $3::date, $4::text, $5::timestamptz) on conflict do nothing`,
    [insuredId, institution, day.toString(), kind, at.toString()],
  )
}
