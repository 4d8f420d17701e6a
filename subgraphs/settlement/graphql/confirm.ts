import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { confirm } from '../commands/confirm.ts'
import type { Confirmation } from '../domain/confirmation.ts'
import { maySettle } from './rights.ts'
import { settlement } from './settlement.ts'

const confirmation = builder.objectRef<Confirmation>('Confirmation').implement({
  ...maySettle,
  description: '结算确认。 The word of an institution that it has received the answer to a settlement.',
  fields: (t) => ({
    requestId: t.exposeID('requestId', { description: '结算请求号 `medins_setl_id`' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      resolve: ({ settlement: id }, _args, { load }) => load.settlement.load({ id }),
    }),
    confirmedAt: t.expose('confirmedAt', { type: 'DateTime', description: '首次确认时间。 When it was first given.' }),
  }),
})

builder.objectFields(settlement, (t) => ({
  confirmedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: '机构确认收到结果的时间；未确认为 null。 When the institution confirmed; null while it has not.',
    resolve: async ({ id }, _args, { load }) => (await load.confirmations.load(id))[0]?.confirmedAt ?? null,
  }),
  confirmBy: t.field({
    type: 'DateTime',
    nullable: true,
    description:
      '须在此前确认，否则自动冲正。 Until when it must be confirmed or is reversed; null when that was not asked.',
    resolve: async ({ id }, _args, { load }) => (await load.confirmations.load(id))[0]?.dueAt ?? null,
  }),
}))

builder.mutationField('confirm', (t) =>
  t.field({
    ...maySettle,
    type: confirmation,
    description:
      '确认已收到结算结果，可重复调用。未确认的结算照常有效，进入对账队列；仅当 settle 要求 confirmWithin 时逾期自动冲正。 Confirms that the answer to a settle request has arrived; may be repeated. A settlement stands without it and goes to the reconciliation queue; only `confirmWithin` takes it back.',
    errors: { types: [InvalidInput, NotAllowed] },
    args: { requestId: t.arg.id({ required: true, description: '结算时的 requestId。 That of the settle request.' }) },
    resolve: (_root, { requestId }, context) => confirm(context, requestId),
  }),
)
