import type { Statements } from './hot.ts'

/** A key of a system that signs in by itself, as the institutions subgraph keeps it. */
export interface PartnerKey {
  readonly thumbprint: string
  /** Null for a key of the directory that was retired. */
  readonly jwk: Readonly<Record<string, string>> | null
  readonly isChannel: boolean
  /** Whether it counts at the moment that was asked for. */
  readonly counts: boolean
  /** Registered by the bureau, for whom no key of the directory counts. */
  readonly byBureau: boolean
}

/** Reads keys of partners for the embedded issuer; `statements` speak as the writer of the schema `issuer`. */
export const createPartnerKeys =
  (statements: Pick<Statements, 'unsafe'>, clock: () => Temporal.Instant) =>
  (clientId: string): Promise<PartnerKey[]> =>
    statements.unsafe<PartnerKey>(
      `select thumbprint, jwk, is_channel as "isChannel", by_bureau as "byBureau",
         revoked_at is null and valid_from <= $2 and valid_until > $2 as counts
       from institutions.partner_key_v1 where client_id = $1`,
      [clientId, clock()],
    )
