import { z } from 'zod'
import { secret } from '@yibao/schema/config'
import type { KeysGiven } from '@yibao/schema/keys'
import type { SignInOptions } from '../sign-in.ts'

const key = () => secret(z.string().optional())

/** Keys given from outside instead of made at the first start. Each may also stand in a file: `<NAME>_FILE`. */
export const KEY_ENVIRONMENT = {
  /** Base64 of 32 bytes. */
  YIBAO_DATA_KEY: key(),
  YIBAO_LOOKUP_KEY: key(),
  YIBAO_COOKIE_KEY: key(),
  /** JSON of a JWKS with ES256 private keys. */
  YIBAO_ISSUER_KEYS: key(),
  /** JSON of an Ed25519 private JWK. */
  YIBAO_INTERNAL_KEY: key(),
  YIBAO_PLATFORM_KEY: key(),
  YIBAO_RECEIPT_KEY: key(),
  YIBAO_EXCHANGE_KEY: key(),
}

/** The keys of the environment as `loadKeys` takes them. */
export const keysGiven = (config: {
  readonly [Name in keyof typeof KEY_ENVIRONMENT]: string | undefined
}): KeysGiven => ({
  dataKey: config.YIBAO_DATA_KEY,
  lookupKey: config.YIBAO_LOOKUP_KEY,
  cookieKey: config.YIBAO_COOKIE_KEY,
  issuer: config.YIBAO_ISSUER_KEYS,
  internal: config.YIBAO_INTERNAL_KEY,
  platform: config.YIBAO_PLATFORM_KEY,
  receipt: config.YIBAO_RECEIPT_KEY,
  exchange: config.YIBAO_EXCHANGE_KEY,
})

const ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'] as const

/** Who vouches for callers, and how their tokens look. */
export const SIGN_IN_ENVIRONMENT = {
  NODE_ENV: z.string().optional(),
  /** Address of an OpenID issuer, exactly as it stands in `iss`. */
  YIBAO_ISSUER: z.string().optional(),
  YIBAO_EMBEDDED_ISSUER: z.stringbool().default(false),
  /** JSON file with the clients and accounts of an embedded issuer without demo data. */
  YIBAO_DIRECTORY: z.string().optional(),
  /** What must stand in `aud`; the public address of the endpoint unless said otherwise. */
  YIBAO_AUDIENCE: z.string().optional(),
  /** Where the issuer's keys are, when its discovery document must not be asked. */
  YIBAO_JWKS_URI: z.url().optional(),
  /** Signature algorithms accepted, with commas between them. */
  YIBAO_ALGORITHMS: z
    .string()
    .default('ES256,PS256,EdDSA')
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(ALGORITHMS)).min(1)),
  YIBAO_CLAIM_KIND: z.string().default('yibao_kind'),
  YIBAO_CLAIM_INSTITUTION: z.string().default('yibao_institution'),
  YIBAO_CLAIM_POOL: z.string().default('yibao_pool'),
  YIBAO_CLAIM_INSURED: z.string().default('yibao_insured'),
  YIBAO_CLAIM_EMPLOYER: z.string().default('yibao_employer'),
  YIBAO_CLAIM_CHANNEL: z.string().default('yibao_channel'),
  YIBAO_CLAIM_SCOPE: z.string().default('scope'),
  /** Tokens must be bound to a key of the client (DPoP); the profile for production. */
  YIBAO_REQUIRE_DPOP: z.stringbool().default(false),
}

type SignInEnvironment = {
  readonly [Name in keyof typeof SIGN_IN_ENVIRONMENT]: z.output<(typeof SIGN_IN_ENVIRONMENT)[Name]>
}

/** The settings of `createSignIn` that the environment decides for an issuer elsewhere. */
export function signInOptionsOf(config: SignInEnvironment, { issuer, endpoint }: { issuer: string; endpoint: string }) {
  return {
    issuer,
    endpoint,
    audience: config.YIBAO_AUDIENCE ?? endpoint,
    jwks: config.YIBAO_JWKS_URI,
    algorithms: config.YIBAO_ALGORITHMS,
    claims: {
      kind: config.YIBAO_CLAIM_KIND,
      institution: config.YIBAO_CLAIM_INSTITUTION,
      pool: config.YIBAO_CLAIM_POOL,
      insured: config.YIBAO_CLAIM_INSURED,
      employer: config.YIBAO_CLAIM_EMPLOYER,
      channel: config.YIBAO_CLAIM_CHANNEL,
      scope: config.YIBAO_CLAIM_SCOPE,
    },
    requireDPoP: config.YIBAO_REQUIRE_DPOP,
  } satisfies SignInOptions
}
