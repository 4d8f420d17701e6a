import { fenOf } from '@yibao/schema/money'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { refund, type Refunded } from '../commands/refund.ts'
import { AlreadySettled } from '../domain/refusals.ts'
import { AlreadyReversed } from '../domain/reversal-refusals.ts'
import { operator } from './bill-input.ts'
import './reverse.ts'
import { maySettle } from './rights.ts'
import { settlement } from './settlement.ts'

const line = builder.inputType('RefundLineInput', {
  description: '退费明细。 How much of a line is taken back.',
  fields: (t) => ({
    serial: t.string({ required: true, description: '费用明细流水号 `feedetl_sn`' }),
    quantity: t.field({ type: 'Quantity', required: true, description: '退回数量，大于零。 More than nothing.' }),
    traceCodes: t.stringList({ description: '退回包装的追溯码 `drug_trac_codg`。 Codes of the packages returned.' }),
  }),
})

const refundInput = builder.inputType('RefundInput', {
  description: '部分退费。 What is taken back of a settled bill, and under which keys the rest is settled.',
  fields: (t) => ({
    lines: t.field({ type: [line], required: true, description: '未列出的明细保留。 Lines not named are kept.' }),
    chargeBatch: t.string({ required: true, description: '新收费批次号 `chrg_bchno`。 A new one.' }),
    invoice: t.string({ description: '新发票号 `invono`。 A new one.' }),
    operator: t.field({ type: operator, description: '经办人，默认原经办人。 Whoever settled unless given.' }),
  }),
})

const refunded = builder.objectRef<Refunded>('Refund').implement({
  ...maySettle,
  description: '部分退费结果。 What a refund came to.',
  fields: (t) => ({
    reversal: t.field({
      type: settlement,
      description: '原结算的撤销。 The reversal of the whole.',
      resolve: (one) => one.reversal,
    }),
    cashReturned: t.field({
      type: 'Money',
      description: '应退现金：原现金部分与剩余费用现金部分之差。 The cash that goes back to the person now.',
      resolve: ({ reversal, settlement: rest }) => fenOf(0n - reversal.cash - (rest?.cash ?? 0n)),
    }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '剩余费用的结算；全部退回为 null。 The settlement of what remains; null when nothing does.',
      resolve: (one) => one.settlement,
    }),
  }),
})

builder.mutationField('refund', (t) =>
  t.field({
    ...maySettle,
    type: refunded,
    description:
      '部分退费：撤销原结算并按原日期、原待遇、当前累计结算剩余费用，同时成立。 Takes a part of a bill back: its reversal and the settlement of the rest, with the original’s dates and benefits and the counters of now; both or none. 线上订单的现金差额在窗口结清，剩余费用再撤销时才线上退回。 Of an online order the difference in cash is squared at the counter; only when the rest is taken back too does its cash go back online.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, AlreadyReversed, AlreadySettled, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      settlement: t.arg.id({ required: true, description: '结算标识或结算 ID `setl_id`。 Its id or number.' }),
      input: t.arg({ type: refundInput, required: true }),
    },
    resolve: (_root, { requestId, settlement: named, input }, context) =>
      refund(context, requestId, { ...input, settlement: named }),
  }),
)
