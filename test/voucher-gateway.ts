import { randomUUID } from 'node:crypto'
import { VOUCHER } from './world-queries.ts'
import type { World } from './world.ts'

const REJECTION = '... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }'

export const DECODE = `mutation ($requestId: ID!, $code: String!, $purpose: VoucherPurpose!) {
  decodeVoucher(requestId: $requestId, code: $code, purpose: $purpose) {
    __typename
    ... on VisitToken { token expiresAt purpose insured { id name identityMasked enrolments { pool } } }
    ${REJECTION}
  }
}`

/** A person shows an e-voucher, and an institution decodes it: what it then shows as a credential. */
export async function visitToken(
  world: Pick<World, 'as'>,
  { person, at, purpose = 'REGISTRATION' }: { readonly person: string; readonly at: string; readonly purpose?: string },
): Promise<{ readonly kind: 'E_VOUCHER'; readonly value: string }> {
  const { issueVoucher } = await world.as(person, VOUCHER, { requestId: randomUUID() })
  const { decodeVoucher } = await world.as(at, DECODE, { requestId: randomUUID(), code: issueVoucher.code, purpose })
  return { kind: 'E_VOUCHER', value: decodeVoucher.token }
}
