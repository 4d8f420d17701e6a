import { canonicalDigest } from '@yibao/drizzle/digest'
import { Fields } from '../domain/fields.ts'

/** Printable ASCII: the id is repeated in logs and on receipts. The national message id (`msgid`) has 30 characters. */
const REQUEST_ID = /^[\x21-\x7e]+$/
const REQUEST_ID_MAX = 128

/** Checks the form of request ids. Throws InvalidInput; nothing is recorded under an id that is not one. */
export function checkRequestIds(ids: Readonly<Record<string, string>>): void {
  const fields = new Fields()
  for (const [path, id] of Object.entries(ids)) fields.text(path, id, { max: REQUEST_ID_MAX, pattern: REQUEST_ID })
  fields.check()
}

/**
 * The digest a repeated request is compared by. The credential goes in as its keyed hash: without the key an identity
 * number could be tried out against a digest in a copy of the database.
 */
export const digestOf = (
  operation: 'settle' | 'settleVisit' | 'annul',
  input: { readonly credential?: { readonly kind: string }; readonly target?: string },
  credentialHash: string,
): string =>
  canonicalDigest(operation, {
    ...input,
    ...(input.credential && { credential: { kind: input.credential.kind, value: credentialHash } }),
  })
