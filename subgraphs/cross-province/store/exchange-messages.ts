import type { Statements } from '@yibao/drizzle/hot'

/** A message as it came or went; its body is not kept. */
export interface LoggedMessage {
  readonly direction: 'IN' | 'OUT'
  /** The other side. */
  readonly province: string
  readonly id: string
  readonly type: string
  readonly exchange: string | null
  readonly digest: string
  readonly signatureInput: string
  readonly signature: string
  readonly at: Temporal.Instant
}

/** What became of it. */
export interface MessageResult {
  readonly result: 'ANSWERED' | 'REFUSED' | 'UNREACHED'
  readonly code: string | null
  readonly answerDigest: string | null
  readonly answerSignature: string | null
  readonly at: Temporal.Instant
}

/** Whether a note is on disk when it is made, or with what is committed next (decisions/029). */
type Durable = 'AT_ONCE' | 'WITH_WHAT_FOLLOWS'

/** Taken up by the transaction of the one statement it stands in. */
const commitOf = (durable: Durable) =>
  `(select set_config('synchronous_commit', '${durable === 'AT_ONCE' ? 'on' : 'off'}', true))`

/** Notes a message. False when one by this id was noted before. */
export async function noteMessage(
  hot: Statements,
  one: LoggedMessage,
  { durable, done }: { readonly durable: Durable; readonly done?: MessageResult },
): Promise<boolean> {
  const rows = await hot.unsafe(
    `insert into cross_province.exchange_message (direction, province, message_id, type, exchange, digest,
       signature_input, signature, at, result, code, answer_digest, answer_signature, answered_at)
     select $1::text, $2::bpchar, $3::uuid, $4::text, $5::uuid, $6::text, $7::text, $8::text, $9::text::timestamptz,
       $10::text, $11::text, $12::text, $13::text, $14::text::timestamptz
     from ${commitOf(durable)} as how
     on conflict do nothing returning true`,
    [
      one.direction,
      one.province,
      one.id,
      one.type,
      one.exchange,
      one.digest,
      one.signatureInput,
      one.signature,
      one.at.toString(),
      done?.result ?? null,
      done?.code ?? null,
      done?.answerDigest ?? null,
      done?.answerSignature ?? null,
      done?.at.toString() ?? null,
    ],
  )
  return rows.length === 1
}

/** Notes what became of a message that came in. */
export async function noteResult(
  hot: Statements,
  { province, id }: Pick<LoggedMessage, 'province' | 'id'>,
  { result, code, answerDigest, answerSignature, at }: MessageResult,
): Promise<void> {
  await hot.unsafe(
    `update cross_province.exchange_message
     set result = $3::text, code = $4::text, answer_digest = $5::text, answer_signature = $6::text,
       answered_at = $7::text::timestamptz
     from ${commitOf('WITH_WHAT_FOLLOWS')} as how
     where direction = 'IN' and province = $1::bpchar and message_id = $2::uuid`,
    [province, id, result, code, answerDigest, answerSignature, at.toString()],
  )
}

/** The digest of a message that came in before under this id. */
export async function findDigest(
  hot: Statements,
  { province, id }: Pick<LoggedMessage, 'province' | 'id'>,
): Promise<string | null> {
  const [row] = await hot.unsafe<{ digest: string }>(
    `select digest from cross_province.exchange_message
     where direction = 'IN' and province = $1::bpchar and message_id = $2::uuid`,
    [province, id],
  )
  return row?.digest ?? null
}
