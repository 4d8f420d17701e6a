import { division, sentUuid } from '@yibao/schema/wire'
import { z } from 'zod'
import { refusalForm } from './certification-message.ts'

// What the platform of the place says to home about a referral of one of its hospitals. What a message holds beyond this
// is refused.

const text = (max: number) => z.string().max(max)

/** From the place to home: a referral with both signatures, and the keys they are verified by. */
export const referMessage = z.strictObject({
  /** The id of the referral on both platforms. */
  exchange: sentUuid,
  hospital: z.strictObject({
    name: text(200),
    pool: division,
    level: z.enum(['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY']),
  }),
  /** As it was signed, member by member. */
  content: z.strictObject({
    institution: z.string().regex(/^H[1-8][0-9]{10}$/),
    insuredId: sentUuid,
    insuredPool: division,
    destination: text(6),
    diagnosisCode: text(30),
    diagnosisName: text(100),
    reason: text(500),
    doctor: text(20),
    issuedOn: text(10),
  }),
  signature: text(16_384),
  officeSignature: text(16_384),
  keys: z
    .array(z.strictObject({ kid: text(200), x: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is no key of Ed25519') }))
    .length(2),
})
export type ReferMessage = z.output<typeof referMessage>

/** What home says of it: how far it is, or why it does not take it. */
export const referAnswer = z.object({
  state: z.enum(['SIGNED', 'CONFIRMED', 'REFUSED', 'REVOKED', 'UNKNOWN']),
  reason: z.string().max(500).nullable(),
  rejection: refusalForm.nullable(),
})
