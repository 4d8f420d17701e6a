import { open } from '@yibao/schema/builder'
import { parseYuan, ZERO } from '@yibao/schema/money'
import { builder } from '../builder.ts'
import { QuoteStale, type Quote, type QUOTED } from '../domain/quote.ts'
import { maySettle } from './rights.ts'
import { rejection } from './words.ts'

/** What a trial promised. */
export const quote = builder.objectRef<Quote>('Quote').implement({
  ...maySettle,
  description:
    '报价：有效期内按其结算，金额分毫不差，否则不结算。 Settled by it before it expires, a bill gets exactly the amounts of the trial, or is not settled.',
  fields: (t) => ({
    id: t.exposeID('id'),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: '有效期止。 Until when it binds.' }),
  }),
})

/** An amount of the new quote. A field of the same name on a settlement is never null either, so one query asks both. */
const amount = (one: QuoteStale, name: (typeof QUOTED)[number]) => parseYuan(String(one.details[name])) ?? ZERO

builder.objectType(QuoteStale, {
  name: 'QuoteStale',
  ...open(),
  description:
    '报价失效，未结算；`quote` 为同一账单的新报价。 The quote no longer holds and nothing was settled; `quote` is a new one for the same bill.',
  interfaces: [rejection],
  fields: (t) => ({
    reason: t.string({
      description: 'EXPIRED 已过期，CHANGED 结果有变。',
      resolve: (one) => String(one.details['reason']),
    }),
    quote: t.field({
      type: quote,
      description: '新报价。 The new quote.',
      resolve: ({ details }) => ({
        id: String(details['quote']),
        expiresAt: Temporal.Instant.from(String(details['expiresAt'])),
      }),
    }),
    total: t.field({ type: 'Money', resolve: (one) => amount(one, 'total') }),
    fundTotal: t.field({ type: 'Money', resolve: (one) => amount(one, 'fundTotal') }),
    hospital: t.field({ type: 'Money', resolve: (one) => amount(one, 'hospital') }),
    account: t.field({ type: 'Money', resolve: (one) => amount(one, 'account') }),
    mutualAid: t.field({ type: 'Money', resolve: (one) => amount(one, 'mutualAid') }),
    cash: t.field({ type: 'Money', resolve: (one) => amount(one, 'cash') }),
  }),
})
