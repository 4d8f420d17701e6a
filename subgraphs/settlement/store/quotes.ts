import type { Statements } from '@yibao/drizzle/hot'
import type { QuoteRecord } from '../domain/quote.ts'
import { statement } from './statement.ts'

/** A quote to be kept. */
export interface NewQuote extends QuoteRecord {
  readonly madeAt: Temporal.Instant
}

const { param, args } = statement<NewQuote>()
const ADD = `
  insert into settlement.quote (id, institution, visit, charge_batch, insured_id, print, made_at, expires_at)
  values (${param('uuid', (q) => q.id)}, ${param('text', (q) => q.institution)}, ${param('text', (q) => q.visit)},
    ${param('text', (q) => q.chargeBatch)}, ${param('uuid', (q) => q.insuredId)}, ${param('text', (q) => q.print)},
    ${param('timestamptz', (q) => q.madeAt.toString())}, ${param('timestamptz', (q) => q.expiresAt.toString())})`

export async function addQuote(hot: Statements, quote: NewQuote): Promise<void> {
  await hot.unsafe(ADD, args(quote))
}

/** Forgets quotes that expired before `before`; a quote is only asked for while somebody may settle by it. */
export async function sweepQuotes(hot: Statements, before: Temporal.Instant): Promise<void> {
  await hot.unsafe('delete from settlement.quote where expires_at < $1::text::timestamptz', [before.toString()])
}
