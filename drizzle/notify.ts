import type { Tx } from './connect.ts'
import { publish } from './outbox.ts'
import type { Schema } from './roles.ts'

/** Under this topic the outbox says that somebody is to be told something; the insured subgraph makes messages of it. */
export const NOTICE_TOPIC = 'message.wanted'

/** Who is told. */
export type Recipient =
  | { readonly kind: 'person'; readonly insuredId: string }
  /** Everybody who signs in for this hospital or pharmacy. */
  | { readonly kind: 'institution'; readonly institution: string }
  /** The staff of a pool. */
  | { readonly kind: 'staff'; readonly pool: string }
  | { readonly kind: 'employer'; readonly employer: string }

export interface Notice {
  readonly to: Recipient
  /** Code of a template of `subgraphs/insured/notices/*.json`: `claim.paid`. */
  readonly template: string
  /**
   * What its placeholders stand for: days and months as ISO text, amounts as yuan text, codes and numbers of cases. No
   * name of a person, no identity number, no phone, no account.
   */
  readonly data: Readonly<Record<string, string | number>>
  readonly at: Temporal.Instant
  /** Of all notices with one key a recipient gets one message: `claim.paid:<claimId>`. */
  readonly key: string
}

/** Asks for a message in the transaction of what happened: nobody is told of what did not. Returns the id of the event. */
export function notify(tx: Tx, schema: Exclude<Schema, 'issuer'>, notice: Notice): Promise<string> {
  const { to, template, data, at, key } = notice
  const insuredId = to.kind === 'person' ? to.insuredId : null
  return publish(tx, schema, { topic: NOTICE_TOPIC, insuredId, at, payload: { to, template, data, key } })
}
