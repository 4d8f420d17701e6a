import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { settle } from '../commands/settle.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'
import { SettlementPending } from '../domain/pending.ts'
import { QuoteStale } from '../domain/quote.ts'
import { AlreadySettled, NotCovered } from '../domain/refusals.ts'
import { billInput } from './bill-input.ts'
import './quote.ts'
import './rejections.ts'
import { maySettle } from './rights.ts'
import { settlement } from './settlement.ts'

builder.mutationField('settle', (t) =>
  t.field({
    ...maySettle,
    type: settlement,
    description:
      '结算 (2102/2207/2304)。同一 requestId 重发得到同一结果；超时后以 outcome 查询或原样重发。 Settles a bill. The same request again gets the same answer; after a time-out ask `outcome` or send the same again.',
    errors: {
      types: [
        InvalidInput,
        NotSettledDirectly,
        NotAllowed,
        NotCovered,
        AlreadySettled,
        QuoteStale,
        RequestReused,
        Busy,
        SettlementPending,
      ],
    },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: billInput, required: true }) },
    resolve: (_root, { requestId, input }, context) =>
      context.score.settling(context.institution().institution, () => settle(context, requestId, input)),
  }),
)
