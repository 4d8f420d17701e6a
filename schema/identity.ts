/** Scopes a token can carry; a client gets those its registration lists. */
export const SCOPES = [
  'settlement:write',
  'settlement:read',
  'insured:read',
  'insured:pii',
  'insured:write',
  'institutions:read',
  'institutions:write',
  'filing:read',
  'filing:write',
  'audit:read',
] as const
export type Scope = (typeof SCOPES)[number]

interface Signed {
  /** Who the issuer says signed in: a client id or an account id. Used as the caller of a request. */
  readonly subject: string
  readonly scopes: readonly Scope[]
  /** Thumbprint of the key a system signed in with; absent when the issuer does not say, and for people. */
  readonly key?: string
}

/** Who asks. Verified from a token, frozen, and the only thing rights are decided by. */
export type Identity =
  /** The system of a hospital or pharmacy; `institution` is its 12-character code. */
  | (Signed & {
      readonly kind: 'institution'
      readonly institution: string
      /** The province whose platform speaks for it, first two digits of a division; no token carries one. */
      readonly province?: string
    })
  /** Staff of the bureau that runs the pool `pool` (six-digit division). */
  | (Signed & { readonly kind: 'staff'; readonly pool: string })
  /** An insured person; `insuredId` is the platform's id of the person. */
  | (Signed & { readonly kind: 'person'; readonly insuredId: string })
  /** An employer that declares and pays contributions; `employer` is its unified social credit code. */
  | (Signed & { readonly kind: 'employer'; readonly employer: string })
  /**
   * A channel of service that acts for persons who stand before it: a bank or tax authority that collects contributions,
   * an app that issues sub-cards. `channel` is its code.
   */
  | (Signed & { readonly kind: 'channel'; readonly channel: string })
  /** An auditor: reads everything that is not a secret of the platform, changes nothing. */
  | (Signed & { readonly kind: 'auditor' })

export type Role = Identity['kind']

export const hasScope = (identity: Identity | null, scope: Scope): boolean =>
  identity !== null && identity.scopes.includes(scope)

/** The caller under which requests of this identity are recorded; two identities never share one. */
export function callerOf(identity: Identity): string {
  switch (identity.kind) {
    case 'institution':
      return identity.province === undefined ? `institution:${identity.institution}` : `province:${identity.province}`
    case 'staff':
      return `staff:${identity.pool}:${identity.subject}`
    case 'person':
      return `person:${identity.insuredId}`
    case 'employer':
      return `employer:${identity.employer}:${identity.subject}`
    case 'channel':
      return `channel:${identity.channel}`
    case 'auditor':
      return `auditor:${identity.subject}`
  }
}
