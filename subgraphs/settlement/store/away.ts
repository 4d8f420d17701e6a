import type { Statements } from '@yibao/drizzle/hot'
import { NOBODY } from '@yibao/schema/ids'
import type { Bill } from '../domain/bill.ts'
import { arrayLiteral } from './array-literal.ts'
import { OF_NEW, type Request } from './requests.ts'
import { isConflict, WITH_WHAT_FOLLOWS } from './statement.ts'

export type AwayState = 'ASKED' | 'COMMITTING' | 'CANCELLING' | 'COMMITTED' | 'REFUSED' | 'ABORTED'
/** What is not done yet. */
export type OpenState = Extract<AwayState, 'ASKED' | 'COMMITTING' | 'CANCELLING'>

/** A bill of a person insured on another platform, or the reversal of one, and how far it is. */
export interface Away extends Request {
  readonly exchange: string
  readonly kind: 'SETTLE' | 'REVERSE'
  readonly province: string
  readonly institution: string
  readonly clearingAgency: string
  readonly visit: string
  readonly chargeBatch: string
  readonly state: AwayState
  readonly asked: unknown
  readonly answer: unknown
  readonly settlementId: string
  readonly insuredId: string | null
  /** Of a reversal: the exchange of the bill. */
  readonly of: string | null
  readonly askedAt: Temporal.Instant
  readonly attempts: number
}

const COLUMNS = `exchange::text, kind, province::text, caller, request_id as "requestId", operation, digest, institution,
  clearing_agency as "clearingAgency", visit, charge_batch as "chargeBatch", state, asked, answer,
  settlement_id::text as "settlementId", insured_id::text as "insuredId", of::text, asked_at as "askedAt", attempts`

const one = async (hot: Statements, where: string, args: readonly unknown[]): Promise<Away | null> => {
  const [row] = await hot.unsafe<Away>(`select ${COLUMNS} from settlement.away_bill where ${where}`, args)
  return row ?? null
}

export const findAway = (hot: Statements, exchange: string): Promise<Away | null> =>
  one(hot, 'exchange = $1::uuid', [exchange])

/** By the request it answers. */
export const findAwayOf = (
  hot: Statements,
  { caller, requestId }: Pick<Request, 'caller' | 'requestId'>,
): Promise<Away | null> => one(hot, 'caller = $1::text and request_id = $2::text', [caller, requestId])

/** By the settlement it led to here. */
export const findAwaySettled = (hot: Statements, settlementId: string): Promise<Away | null> =>
  one(hot, 'settlement_id = $1::uuid', [settlementId])

/** The reversal of a bill that is under way or done. */
export const findAwayReversal = (hot: Statements, exchange: string): Promise<Away | null> =>
  one(hot, `of = $1::uuid and state <> 'REFUSED'`, [exchange])

/** What of a visit is under way. */
export const findUnderWay = (
  hot: Statements,
  { institution, visit }: Pick<Away, 'institution' | 'visit'>,
): Promise<Away | null> =>
  one(hot, `institution = $1::text and visit = $2::text and next_at is not null order by asked_at limit 1`, [
    institution,
    visit,
  ])

/**
 * What waits to be gone on with, the oldest first: so much of each province, that none waits behind one that hangs. Nothing is put off
 * by more than ten minutes, so what is to wait longer was put off before the clock was set back.
 */
export const listWaiting = (hot: Statements, now: Temporal.Instant, ofEach: number): Promise<Away[]> =>
  hot.unsafe<Away>(
    `select ${COLUMNS}
     from (select distinct province as of_province from settlement.away_bill where next_at is not null) p,
       lateral (select * from settlement.away_bill
         where province = p.of_province
           and (next_at <= $1::text::timestamptz or next_at > $1::text::timestamptz + interval '15 minutes') order by next_at limit $2::int) a
     order by next_at`,
    [now.toString(), ofEach],
  )

/** What is asked of the other platform. */
export interface Asking extends Omit<Away, 'state' | 'answer' | 'attempts' | 'insuredId'> {
  readonly insuredId: string | null
  readonly nextAt: Temporal.Instant
}

/** Notes what is asked and that its request is pending, while a condition holds; that a visit was opened here is noted with it. */
const ask = (held = '', how = '') => `
  request as (
  insert into settlement.request (caller, request_id, operation, digest, outcome, at)
  select $4::text, $5::text, $6::text, $7::text, 'PENDING', $16::text::timestamptz ${how} where true ${held}
  ${OF_NEW} returning request_id),
  asked as (
  insert into settlement.away_bill (exchange, kind, province, caller, request_id, operation, digest, institution,
    clearing_agency, visit, charge_batch, state, asked, settlement_id, insured_id, of, asked_at, next_at, of_opened)
  select $1::uuid, $2::text, $3::bpchar, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text,
    $11::text, 'ASKED', $12::text::jsonb, $13::uuid, $14::uuid, $15::uuid, $16::text::timestamptz, $17::text::timestamptz,
    exists (select from settlement.visit v where v.institution = $8::text and v.visit = $10::text and v.state <> 'CANCELLED')
  from request
  returning exchange)`

const asking = (a: Asking) => [
  a.exchange,
  a.kind,
  a.province,
  a.caller,
  a.requestId,
  a.operation,
  a.digest,
  a.institution,
  a.clearingAgency,
  a.visit,
  a.chargeBatch,
  JSON.stringify(a.asked),
  a.settlementId,
  a.insuredId,
  a.of,
  a.askedAt.toString(),
  a.nextAt.toString(),
]

/**
 * Notes what is going to be asked, and holds the natural keys of the bill: nothing else can be settled under them until
 * it is known what became of it. An opened visit gets another version, so that whoever changes it now sees that it is asked
 * for. It is on disk with what follows, before a commit is said (decisions/029). False when the request, or a key, has come
 * to be taken, or the visit is not the one the bill was made of.
 */
export async function addAway(
  hot: Statements,
  away: Asking,
  { invoice, begin, end, careKind, careType, diagnoses, opened }: Bill,
): Promise<boolean> {
  return unlessTaken(async () => {
    const rows = await hot.unsafe(
      `with held as (
         update settlement.visit set version = version + 1
         where institution = $8::text and visit = $10::text and version = $25::bigint returning version),
       ${ask('and ($25::bigint is null or exists (select from held))', `from (select ${WITH_WHAT_FOLLOWS}) as how`)},
       bill as (
         insert into settlement.bill (institution, visit, charge_batch, insured_id, settlement_id, begin_at, end_at,
           care_kind, care_type, diagnosis)
         select $8::text, $10::text, $11::text, $18::uuid, $13::uuid, $19::text::timestamptz, $20::text::timestamptz,
           $21::text, $22::text, $23::text from asked),
       invoice as (
         insert into settlement.invoice (institution, invoice, insured_id, settlement_id)
         select $8::text, $24::text, $18::uuid, $13::uuid from asked where $24::text is not null)
       select from asked`,
      [
        ...asking(away),
        NOBODY,
        begin.toString(),
        end.toString(),
        careKind,
        careType,
        diagnoses[0]?.code ?? null,
        invoice,
        opened?.version ?? null,
      ],
    )
    return rows.length === 1
  })
}

/** Notes a reversal that is going to be asked for. False when the request is taken, or the bill is taken back already. */
export const addAwayReversal = (hot: Statements, away: Asking): Promise<boolean> =>
  unlessTaken(async () => (await hot.unsafe(`with ${ask()} select from asked`, asking(away))).length === 1)

async function unlessTaken(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write()
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}

/** Whether somebody is insured here: in a pool that is none of the province which says so. */
export const insuredHere = (insuredId: string, province: string): string =>
  `exists (select from insured.coverage_v1 c where c.insured_id = ${insuredId} and not starts_with(c.pool, ${province}))`

interface Committing {
  readonly answer: unknown
  readonly insuredId: string
  /** The ids the person may be known by here. */
  readonly records: readonly string[]
  readonly nextAt: Temporal.Instant
  /** Its province comes to owe nothing by it. */
  readonly isFree: boolean
}

/** It takes of the limit of its province, or there is none: whoever looked before there was one looks again. */
const IS_COUNTED = `(
  exists (select from settlement.budget_taken t where t.exchange = away_bill.exchange and not t.given)
  or not exists (select from settlement.province_budget b where b.province = away_bill.province and b.wanted is not null))`

/**
 * The other platform keeps the money: from now on the bill is to be committed, and it is never cancelled any more. False
 * when it was given up meanwhile, bills of somebody else stand in the visit, or it has to take of a new limit first.
 */
export async function toCommitting(
  hot: Statements,
  { exchange, institution, visit }: Pick<Away, 'exchange' | 'institution' | 'visit'>,
  { answer, insuredId, records, nextAt, isFree }: Committing,
): Promise<boolean> {
  const rows = await hot.unsafe(
    `update settlement.away_bill
     set state = 'COMMITTING', answer = $2::text::jsonb, insured_id = $3::uuid, next_at = $4::text::timestamptz
     where exchange = $1::uuid and state = 'ASKED' and not exists (
       select from settlement.bill b where b.institution = $5::text and b.visit = $6::text
         and b.insured_id <> all($7::uuid[]))
       and not ${insuredHere('$3::uuid', 'province')} and ($8::boolean or ${IS_COUNTED})
     returning true`,
    [
      exchange,
      JSON.stringify(answer),
      insuredId,
      nextAt.toString(),
      institution,
      visit,
      arrayLiteral([...records, NOBODY]),
      isFree,
    ],
  )
  return rows.length === 1
}

/** Lets it be gone on with then, and says why it could not now. */
export async function postpone(
  hot: Statements,
  { exchange, attempts }: Pick<Away, 'exchange' | 'attempts'>,
  { nextAt, trouble }: { nextAt: Temporal.Instant; trouble: string },
): Promise<void> {
  await hot.unsafe(
    `update settlement.away_bill
     set next_at = $2::text::timestamptz, attempts = $3::int,
       -- Why a bill was given up stays said, whatever becomes of giving it up.
       trouble = case when state = 'CANCELLING' and trouble = 'HOME_ANSWER_WRONG' then trouble else $4::text end
     where exchange = $1::uuid and next_at is not null`,
    [exchange, nextAt.toString(), attempts + 1, trouble.slice(0, 100)],
  )
}

/** Whether an id that the platform of a province tells is that of somebody insured here. */
export async function isInsuredHere(hot: Statements, insuredId: string, province: string): Promise<boolean> {
  const [row] = await hot.unsafe<{ here: boolean }>(`select ${insuredHere('$1::uuid', '$2::text')} as here`, [
    insuredId,
    province,
  ])
  return row?.here === true
}

/** Whose bills stand in a visit, but for somebody. */
export async function countOthers(
  hot: Statements,
  { institution, visit }: Pick<Away, 'institution' | 'visit'>,
  records: readonly string[],
): Promise<number> {
  const rows = await hot.unsafe(
    `select from settlement.bill where institution = $1::text and visit = $2::text
       and insured_id <> all($3::uuid[])`,
    [institution, visit, arrayLiteral([...records, NOBODY])],
  )
  return rows.length
}

/** What a bill of somebody insured elsewhere meets when it is written. */
interface Before {
  /** The version of the money of the person. */
  readonly version: bigint
  readonly lastAt: Temporal.Instant | null
  /** Which of its trace codes were paid before. */
  readonly paidCodes: readonly string[]
  /** Whether the paid invoice it converts was converted by another bill. */
  readonly isConverted: boolean
}

interface BeforeKeys {
  readonly insuredId: string
  readonly traceCodes: readonly string[]
  readonly institution: string
  /** The paid invoice it converts; null when it converts none. */
  readonly converts: string | null
}

export async function readBefore(
  hot: Statements,
  { insuredId, traceCodes, institution, converts }: BeforeKeys,
): Promise<Before> {
  const [row] = await hot.unsafe<Before>(
    `select coalesce(p.version, 0) as version, p.last_at as "lastAt",
       coalesce((select json_agg(t.code) from settlement.trace_code t where t.code = any($2::text[])), '[]') as "paidCodes",
       exists (select from settlement.conversion n where n.institution = $3::text and n.invoice = $4::text) as "isConverted"
     from (values (1)) as one (row) left join settlement.person p on p.insured_id = $1::uuid`,
    [insuredId, arrayLiteral(traceCodes), institution, converts],
  )
  if (row === undefined) throw new Error('a row of one value gave no row')
  return row
}
