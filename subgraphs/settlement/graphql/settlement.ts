import { builder } from '../builder.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { amountFields } from './amounts.ts'
import { mayRead } from './rights.ts'
import { encounterFields, patientFields } from './settlement-fields.ts'

/** A settled bill, with every field of `setlinfo`. */
export const settlement = builder.objectRef<SettledBill>('Settlement').implement({
  ...mayRead,
  description: '结算 `setlinfo`，或其冲正（金额为负）。 A settled bill, or the reversal of one with negative amounts.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '结算标识。 Id of the settlement.' }),
    number: t.string({ description: '结算 ID `setl_id`，26 位', resolve: ({ id }) => settlementNumber(id) }),
    requestId: t.exposeID('requestId', {
      description: '医药机构结算 ID `medins_setl_id`，即发送方请求号。 The id the institution gave the request.',
    }),
    settledAt: t.expose('settledAt', { type: 'DateTime', description: '结算时间 `setl_time`' }),
    ...patientFields(t),
    ...encounterFields(t),
    ...amountFields(t),
  }),
})

builder.asEntity(settlement, {
  key: builder.selection<{ insuredId: string; id: string }>('insuredId id'),
  resolveReference: ({ insuredId, id }, { load }) => load.settlement.load({ insuredId, id }),
})

builder.objectFields(settlement, (t) => ({
  reverses: t.field({
    type: settlement,
    nullable: true,
    description: '被冲正的结算。 The settlement this one takes back.',
    resolve: ({ insuredId, reverses }, _args, { load }) =>
      reverses === null ? null : load.settlement.load({ insuredId, id: reverses }),
  }),
  reversedBy: t.field({
    type: settlement,
    nullable: true,
    description: '冲正本结算的结算。 The settlement that takes this one back.',
    resolve: async ({ insuredId, id }, _args, { load }) => {
      const reversal = await load.reversal.load(id)
      return reversal === null ? null : load.settlement.load({ insuredId, id: reversal })
    },
  }),
}))
