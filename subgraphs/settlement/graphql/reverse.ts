import { open } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { reversalIn, reverse } from '../commands/reverse.ts'
import { SettlementPending } from '../domain/pending.ts'
import { AlreadyReversed } from '../domain/reversal-refusals.ts'
import { operator } from './bill-input.ts'
import './rejections.ts'
import { maySettle } from './rights.ts'
import { settlement } from './settlement.ts'
import { rejection } from './words.ts'

builder.objectType(AlreadyReversed, {
  name: 'AlreadyReversed',
  ...open(),
  description: '该结算已撤销。 The settlement was taken back before.',
  interfaces: [rejection],
  fields: (t) => ({
    reversal: t.field({
      type: settlement,
      description: '撤销它的结算。 The reversal that took it back.',
      resolve: ({ reversal: { settlementId } }, _args, context) => reversalIn(context, settlementId),
    }),
  }),
})

builder.mutationField('reverse', (t) =>
  t.field({
    ...maySettle,
    type: settlement,
    description:
      '结算撤销 (2103/2208/2305)：由原机构撤销一次，金额取负；已申报或已清年度的为更正。 Takes back a settlement of the caller, once: the reversal, with every amount negated; a correction where the month is declared or the year closed.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, AlreadyReversed, RequestReused, Busy, SettlementPending] },
    args: {
      requestId: t.arg.id({ required: true }),
      settlement: t.arg.id({ required: true, description: '结算标识或结算 ID `setl_id`。 Its id or number.' }),
      operator: t.arg({ type: operator, description: '经办人，默认原经办人。 Whoever settled unless given.' }),
    },
    resolve: (_root, { requestId, ...input }, context) =>
      context.score.reversing(context.institution().institution, () => reverse(context, requestId, input)),
  }),
)
