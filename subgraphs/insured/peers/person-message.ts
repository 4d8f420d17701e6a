import { sentUuid } from '@yibao/schema/wire'
import { z } from 'zod'
import { DISEASE_KINDS } from '../domain/registration.ts'
import { PURPOSES } from '../domain/voucher.ts'

// What two provinces' platforms say to each other about a person who is treated in the other one (decisions/026). Days are
// ISO texts, moments RFC 3339, amounts yuan. Of a message nothing beyond this is taken, of an answer nothing is kept.

const text = (max: number) => z.string().max(max)
const day = z.iso.date()
const bilingual = z.object({ zh: text(500), en: text(500) })

/** Asks who shows a credential, or the code of an e-voucher, and what covers them. */
export const personMessage = z.strictObject({
  exchange: sentUuid,
  institution: z.string().regex(/^[HP][1-8][0-9]{10}$/),
  shown: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('CODE'), value: text(256), purpose: z.enum(PURPOSES) }),
    z.strictObject({ kind: z.enum(['E_VOUCHER', 'IDENTITY_CARD', 'SOCIAL_SECURITY_CARD']), value: text(256) }),
  ]),
  /** What is told besides who they are, what covers them and what they have filed. */
  details: z.array(z.enum(['DISEASES', 'ACCUMULATORS'])).max(2),
})
export type PersonMessage = z.output<typeof personMessage>

const enrolment = z.object({
  pool: text(6),
  insuranceType: text(6),
  personType: text(6),
  civilServant: z.boolean(),
  beginOn: day,
  endOn: day.nullable(),
  coveredFrom: day,
  standing: z.object({
    state: z.enum(['IN_FORCE', 'WAITING', 'SUSPENDED', 'ARREARS', 'PENDING', 'ENDED', 'REPLACED']),
    since: day,
    until: day.nullable(),
    reason: bilingual.nullable(),
  }),
})

const filing = z.object({
  id: text(36),
  type: z.enum(['LONG_TERM', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY']),
  destination: text(6),
  beginOn: day,
  endOn: day.nullable(),
})

const disease = z.object({
  insuranceType: text(6),
  disease: text(30),
  name: text(200),
  kind: z.enum(DISEASE_KINDS),
  institutions: z.array(text(12)).nullable(),
  beginOn: day,
  endOn: day.nullable(),
})

const accumulator = z.object({
  pool: text(6),
  insuranceType: text(6),
  name: text(100),
  period: text(100),
  amount: z.string().regex(/^-?[0-9]{1,12}\.[0-9]{2}$/),
})

const told = z.object({
  id: sentUuid,
  personNumber: text(30),
  name: text(100),
  sex: z.enum(['1', '2']),
  nationality: text(10),
  birthDate: day,
  certificateType: text(10),
  identityMasked: text(30),
  enrolments: z.array(enrolment).max(200),
  filings: z.array(filing).max(100),
  /** Null when nobody asked. */
  diseases: z.array(disease).max(200).nullable(),
  accumulators: z.array(accumulator).max(1000).nullable(),
})
export type ToldPerson = z.output<typeof told>

const REJECTIONS: ReadonlySet<string> = new Set(['InvalidInput', 'NotFound', 'NotAllowed', 'RequestReused', 'Busy'])

const rejection = z.object({
  type: z.string().refine((one) => REJECTIONS.has(one), 'is no refusal'),
  code: text(50),
  text: bilingual,
  problems: z.array(z.object({ path: text(200), code: text(50), message: bilingual })).max(100),
  details: z.record(z.string(), z.unknown()),
})

/** What home answers: the person, with a visit token when a code was shown, or why not. */
export const personAnswer = z.union([
  z.object({
    person: told,
    token: z.object({ token: text(40), expiresAt: z.iso.datetime() }).nullable(),
    rejection: z.null(),
  }),
  z.object({ person: z.null(), token: z.null(), rejection }),
])
export type PersonAnswer = z.output<typeof personAnswer>
