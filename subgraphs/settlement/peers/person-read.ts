import { uuid } from '@yibao/schema/wire'
import { z } from 'zod'
import { rejection } from './exchange-read.ts'

// Who shows a credential, as the platform that insures them says (decisions/026). What else it tells is not read here.

/** How a credential is called in the message `person`, by its national kind. */
const SHOWN_AS = { '01': 'E_VOUCHER', '02': 'IDENTITY_CARD', '03': 'SOCIAL_SECURITY_CARD' } as const

interface Showing {
  readonly exchange: string
  readonly institution: string
  readonly credential: { readonly kind: keyof typeof SHOWN_AS; readonly value: string }
}

/** Asks who shows a credential. */
export const personMessage = ({ exchange, institution, credential: { kind, value } }: Showing) => ({
  exchange,
  institution,
  shown: { kind: SHOWN_AS[kind], value },
  details: [],
})

/** The id of the person on their platform, or why it says none. */
export const personRead = z.union([
  z.object({ person: z.object({ id: uuid }), rejection: z.null() }),
  z.object({ person: z.null(), rejection }),
])
