import { builder } from '../builder.ts'
import { findBlocking } from '../commands/find-blocking.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { amountFields } from './amounts.ts'
import { mayRead, mayReadPurse } from './rights.ts'
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
  otherProvince: t.exposeString('otherProvince', {
    nullable: true,
    description:
      '跨省结算对方省级代码：本地就医者的参保省，或本地参保者的就医省；省内为 null。 Province whose platform keeps the other side of it.',
  }),
  claimId: t.exposeID('claimId', {
    nullable: true,
    description:
      '零星报销申请标识；机构直接结算为 null。 The claim it was made for; null for the bill of an institution.',
  }),
  replaces: t.field({
    type: settlement,
    nullable: true,
    description: '部分退费前的原结算。 The settlement of the whole, when this one is what a refund left.',
    resolve: ({ insuredId, replaces }, _args, { load }) =>
      replaces === null ? null : load.settlement.load({ insuredId, id: replaces }),
  }),
  replacedBy: t.field({
    type: settlement,
    nullable: true,
    description: '部分退费后剩余费用的结算。 The settlement of what a refund left of this one.',
    resolve: async ({ insuredId, id }, _args, { load }) => {
      const replacement = (await load.reversal.load(id))?.replacement ?? null
      return replacement === null ? null : load.settlement.load({ insuredId, id: replacement })
    },
  }),
  correction: t.exposeBoolean('correction', {
    description:
      '更正：所撤销（或替代）的结算已申报或其待遇年度已清算。 It corrects what was declared or belongs to a closed year.',
  }),
  keepsCounters: t.exposeBoolean('keepsCounters', {
    description: '待遇年度已清算，只退款项，累计不变。 The year is closed: money moved, its counters stayed.',
  }),
  blockedBy: t.field({
    ...mayReadPurse,
    type: settlement,
    nullable: true,
    description:
      '须先撤销的后一笔结算（统筹区规定由后至前撤销时）；仅本人与经办人可查。 The later settlement that must be taken back first, where the pool asks for that order; for the person and the bureau.',
    resolve: (one, _args, context) => findBlocking(context, one),
  }),
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
      const taken = await load.reversal.load(id)
      return taken === null ? null : load.settlement.load({ insuredId, id: taken.reversal })
    },
  }),
}))
