import type { JWK } from 'jose'
import type { Scope } from '@yibao/schema/identity'
import type { Text } from '@yibao/schema/rejection'

/** The system of a hospital or pharmacy. It signs in by itself, with a key of its own (`private_key_jwt`). */
export interface InstitutionClient {
  readonly kind: 'institution'
  /** The institution's 12-character code, which is also its client id. */
  readonly id: string
  /** Public keys, ES256, PS256 or EdDSA. */
  readonly keys: readonly JWK[]
  readonly scopes: readonly Scope[]
}

/** The system of a channel of service, a bank or tax authority for instance. Signs in as an institution does. */
export interface ChannelClient {
  readonly kind: 'channel'
  /** The channel's code, which is also its client id. */
  readonly id: string
  /** Public keys, ES256, PS256 or EdDSA. */
  readonly keys: readonly JWK[]
  readonly scopes: readonly Scope[]
}

/** A program through which people sign in: the bureau's pages, a command on someone's own machine. */
export interface ApplicationClient {
  readonly kind: 'application'
  readonly id: string
  readonly name: Text
  /** Where the browser may come back to. A native program names a loopback address; its port may vary. */
  readonly redirectUris: readonly string[]
  /** A program on the user's own machine holds no key; one on a server signs in with a key of its own. */
  readonly keys: readonly JWK[] | 'native'
}

/** A system that signs in by itself. */
export type SystemClient = InstitutionClient | ChannelClient

export type Client = SystemClient | ApplicationClient

interface Person {
  /** What is typed into the form, and the `sub` of the tokens. An insured person's is the person number. */
  readonly login: string
  /** Made by `hashPassword`. */
  readonly passwordHash: string
  readonly scopes: readonly Scope[]
}

/** Someone who can sign in, and as what. */
export type Account =
  /** Staff of the bureau that runs the pool (six-digit division). */
  | (Person & { readonly kind: 'staff'; readonly pool: string })
  | (Person & { readonly kind: 'person'; readonly insuredId: string })
  /** Who keeps an employer's insurance, by the employer's unified social credit code. */
  | (Person & { readonly kind: 'employer'; readonly employer: string })
  | (Person & { readonly kind: 'auditor' })

/**
 * Who exists. The embedded issuer asks at every sign-in and every token, so whoever is taken out of the directory
 * gets no new token.
 */
export interface Directory {
  client(id: string): Promise<Client | null>
  account(login: string): Promise<Account | null>
}

/** A directory in which nobody exists: the embedded issuer without demo data. */
export const emptyDirectory: Directory = {
  client: () => Promise.resolve(null),
  account: () => Promise.resolve(null),
}
