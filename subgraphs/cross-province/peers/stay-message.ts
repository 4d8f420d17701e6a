import type { StoredRejection } from '@yibao/schema/rejection'
import { identityInText } from '@yibao/schema/text'
import { division, sentInstant, sentUuid } from '@yibao/schema/wire'
import { z } from 'zod'
import { DISCHARGE_WAYS, type Discharge, type StayChange, type StayTerms } from '../domain/stay.ts'

// What the place of treatment announces to home of a stay (decisions/026). Moments are RFC 3339. What a message holds beyond
// this is refused, so that both sides mean the same.

const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((one) => identityInText(one) === null, 'holds an identity number')
const diagnoses = z
  .array(z.strictObject({ code: text(30), name: text(200) }))
  .min(1)
  .max(50)
const careType = z.string().regex(/^(2[1-8]|52)([0-9]{2}){0,2}$/)

export const admissionMessage = z.strictObject({
  exchange: sentUuid,
  insuredId: sentUuid,
  institution: z.strictObject({
    code: z.string().regex(/^H[1-8][0-9]{10}$/),
    name: text(200),
    pool: division,
  }),
  visit: text(30),
  careType,
  department: text(30).nullable(),
  diagnoses,
  admittedAt: sentInstant,
})
export type AdmissionMessage = z.output<typeof admissionMessage>

export const changeMessage = z.strictObject({
  exchange: sentUuid,
  /** The exchange of the admission. */
  of: sentUuid,
  careType: careType.nullable(),
  department: text(30).nullable(),
  diagnoses: diagnoses.nullable(),
  admittedAt: sentInstant.nullable(),
  takesBack: z.enum(['ADMISSION', 'DISCHARGE']).nullable(),
})
export type ChangeMessage = z.output<typeof changeMessage>

export const dischargeMessage = z.strictObject({
  exchange: sentUuid,
  of: sentUuid,
  dischargedAt: sentInstant,
  way: z.enum(DISCHARGE_WAYS),
  diagnoses: diagnoses.nullable(),
})
export type DischargeMessage = z.output<typeof dischargeMessage>

/** What home answers to a notice, whichever it is. */
export interface StayAnswer {
  readonly state: 'RECORDED' | 'REFUSED'
  readonly rejection: StoredRejection | null
}

const bilingual = z.object({ zh: z.string().max(500), en: z.string().max(500) })
export const stayAnswer = z.object({
  state: z.enum(['RECORDED', 'REFUSED']),
  rejection: z
    .object({
      type: z.string().max(50),
      code: z.string().max(50),
      text: bilingual,
      problems: z.array(z.object({ path: z.string().max(200), code: z.string().max(50), message: bilingual })).max(100),
      details: z.record(z.string(), z.unknown()),
    })
    .nullable(),
})

const at = (one: string): Temporal.Instant => Temporal.Instant.from(one)

/** A message as the domain has it, and back. */
export const termsOf = ({ careType: type, department, diagnoses: found, admittedAt }: AdmissionMessage): StayTerms => ({
  careType: type,
  department,
  diagnoses: found,
  admittedAt: at(admittedAt),
})
export const changeOf = ({ exchange: _exchange, of: _of, admittedAt, ...rest }: ChangeMessage): StayChange => ({
  ...rest,
  admittedAt: admittedAt === null ? null : at(admittedAt),
})
export const dischargeOf = ({ dischargedAt, way, diagnoses: found }: DischargeMessage): Discharge => ({
  dischargedAt: at(dischargedAt),
  way,
  diagnoses: found,
})

type Changed = StayTerms | StayChange
const told = <Terms extends Changed>({ admittedAt, diagnoses: found, ...rest }: Terms) => ({
  ...rest,
  diagnoses: found === null ? null : found.map(({ code, name }) => ({ code, name })),
  admittedAt: admittedAt?.toString() ?? null,
})

/** The body of an admission. */
export const admissionBody = (
  who: Pick<AdmissionMessage, 'exchange' | 'insuredId' | 'institution' | 'visit'>,
  { careType: type, department, diagnoses: found, admittedAt }: StayTerms,
) => ({ ...who, ...told({ careType: type, department, diagnoses: found, admittedAt }) })

export const changeBody = (about: { readonly exchange: string; readonly of: string }, change: StayChange) => ({
  ...about,
  ...told(change),
})

export const dischargeBody = (
  about: { readonly exchange: string; readonly of: string },
  { dischargedAt, way, diagnoses: found }: Discharge,
) => ({ ...about, dischargedAt: dischargedAt.toString(), way, diagnoses: found && found.map((one) => ({ ...one })) })
