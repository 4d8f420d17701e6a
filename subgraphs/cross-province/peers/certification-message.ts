import { day, division, uuid } from '@yibao/schema/wire'
import { z } from 'zod'
import type { CertificationAsked } from '../domain/certification.ts'
import { KINDS } from '../domain/rules.ts'

// What platforms of two provinces say to each other about a filing that the agency of the place certifies. What a message
// holds beyond this is refused: both sides are to mean the same.

/** From home to the place: please certify, or, with `ended`, no longer. `exchange` is the id of the filing. */
export const certifyMessage = z.strictObject({
  exchange: uuid,
  certifier: division,
  pool: division,
  kind: z.enum(KINDS),
  beginOn: day,
  endOn: day.nullable(),
  dueOn: day,
  person: z.strictObject({ id: uuid, name: z.string().min(1).max(100), identityNumber: z.string().max(30) }),
  ended: z.boolean(),
})

/** From the place to home: what its agency answers. */
export const certifiedMessage = z.strictObject({
  exchange: uuid,
  certifier: division,
  certified: z.boolean(),
  reason: z.string().max(500).nullable(),
})
export type CertifiedMessage = z.output<typeof certifiedMessage>

/** Why the other platform did not take what it was told, in both languages. */
export const refusalForm = z.object({
  type: z.string().max(50),
  code: z.string().max(50),
  text: z.object({ zh: z.string().max(500), en: z.string().max(500) }),
})

/** What the place says of a request: how far it is. */
export const certifyAnswer = z.object({
  state: z.enum(['WAITING', 'CERTIFIED', 'NOT_CERTIFIED', 'ENDED', 'UNKNOWN']),
  reason: z.string().nullable(),
  rejection: refusalForm.nullable(),
})

/** What home says of an answer: that it counts, or came when it was decided without. */
export const certifiedAnswer = z.object({
  state: z.enum(['KEPT', 'TOO_LATE', 'UNKNOWN']),
  rejection: refusalForm.nullable(),
})

/** Asks as a message. */
export const certifyBody = (asked: CertificationAsked, ended: boolean) => ({
  ...asked,
  beginOn: asked.beginOn.toString(),
  endOn: asked.endOn?.toString() ?? null,
  dueOn: asked.dueOn.toString(),
  ended,
})
