import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { annul } from '../commands/annul.ts'
import type { Annulment } from '../domain/annulment.ts'
import { SettlementPending } from '../domain/pending.ts'
import './rejections.ts'
import { maySettle } from './rights.ts'
import { settlement } from './settlement.ts'

const annulment = builder.objectRef<Annulment>('Annulment').implement({
  ...maySettle,
  description: '冲正结果。 What an annulment came to.',
  fields: (t) => ({
    target: t.exposeID('target', { description: '被冲正的请求 `omsgid`。 The request that was annulled.' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '原结算；未结算过为 null。 The settlement it had led to; null when nothing had been settled.',
      resolve: ({ settlement: id }, _args, { load }) => (id === null ? null : load.settlement.load({ id })),
    }),
    reversal: t.field({
      type: settlement,
      nullable: true,
      description: '冲正结算，金额为负。 The settlement that takes it back.',
      resolve: ({ reversal: id }, _args, { load }) => (id === null ? null : load.settlement.load({ id })),
    }),
  }),
})

builder.mutationField('annul', (t) =>
  t.field({
    ...maySettle,
    type: annulment,
    description:
      '冲正 (2601)：已结算的撤销一次，未到达的到达后拒绝。 Makes sure a request has no effect: reversed once if it was carried out, refused if it arrives late.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy, SettlementPending] },
    args: {
      requestId: t.arg.id({ required: true }),
      target: t.arg.id({ required: true, description: '要冲正的 requestId `omsgid`' }),
    },
    resolve: (_root, { requestId, target }, context) => annul(context, requestId, target),
  }),
)
