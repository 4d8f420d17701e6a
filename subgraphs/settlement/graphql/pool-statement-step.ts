import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import {
  confirmPoolStatement,
  disputePoolStatement,
  payPoolStatement,
  receivePoolPayment,
  withdrawPoolStatement,
} from '../commands/pool-statement-step.ts'
import { declareToPool } from '../commands/pool-statement.ts'
import { mayReadPayments } from './clearing-rights.ts'
import { poolStatement, poolStatementOf, type ShownPoolStatement } from './pool-statement.ts'
import { mayClose } from './rights.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] }

interface Declared {
  readonly statements: readonly ShownPoolStatement[]
}

const declared = builder.objectRef<Declared>('DeclaredToPool').implement({
  ...mayReadPayments,
  description: '一次申报，每个险种一份。 What was declared to a pool, one statement for each insurance.',
  fields: (t) => ({ statements: t.field({ type: [poolStatement], resolve: (one) => [...one.statements] }) }),
})

builder.mutationFields((t) => ({
  declareToPool: t.field({
    ...mayClose,
    type: declared,
    description:
      '向参保地统筹区申报截至某月已确认、未申报的异地清算申请。 Declares to another pool all confirmed statements of its persons up to a month that stand in no declaration.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      debtor: t.arg.string({ required: true, description: '参保地统筹区 `insuplc_admdvs`' }),
      month: t.arg.string({ required: true, description: '清算年月 yyyy-MM，须已结束。 A month that is over.' }),
    },
    resolve: async (_root, { requestId, ...input }, context) => {
      const ids = await declareToPool(context, requestId, input)
      return { statements: await Promise.all(ids.map((id) => poolStatementOf(context, id))) }
    },
  }),
  confirmPoolStatement: t.field({
    ...mayClose,
    type: poolStatement,
    description: '参保地确认。 The debtor agrees.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, statement }, context) =>
      poolStatementOf(context, await confirmPoolStatement(context, requestId, statement)),
  }),
  disputePoolStatement: t.field({
    ...mayClose,
    type: poolStatement,
    description: '参保地提出异议，指明清算申请。 The debtor disputes monthly statements in it.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      statement: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true, description: '理由' }),
      statements: t.arg.idList({ required: true, description: '有异议的清算申请 ID。 Which of them.' }),
    },
    resolve: async (_root, { requestId, ...dispute }, context) =>
      poolStatementOf(context, await disputePoolStatement(context, requestId, dispute)),
  }),
  withdrawPoolStatement: t.field({
    ...mayClose,
    type: poolStatement,
    description: '就医地撤回，限未确认的。 The creditor takes it back, unless it is confirmed.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, statement }, context) =>
      poolStatementOf(context, await withdrawPoolStatement(context, requestId, statement)),
  }),
}))

builder.mutationFields((t) => ({
  payPoolStatement: t.field({
    ...mayClose,
    type: poolStatement,
    description: '参保地登记拨付（拨付来源 99901）。 The debtor has paid, by which transfer.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      statement: t.arg.id({ required: true }),
      bankReference: t.arg.string({ required: true, description: '银行流水号' }),
      paidOn: t.arg({ type: 'Date', required: true, description: '拨付日，申报日至今日之间' }),
    },
    resolve: async (_root, { requestId, ...payment }, context) =>
      poolStatementOf(context, await payPoolStatement(context, requestId, payment)),
  }),
  receivePoolPayment: t.field({
    ...mayClose,
    type: poolStatement,
    description: '就医地登记到账，金额须相符。 The money has come in; the amount must agree.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      statement: t.arg.id({ required: true }),
      amount: t.arg({ type: 'Money', required: true, description: '到账金额' }),
    },
    resolve: async (_root, { requestId, ...received }, context) =>
      poolStatementOf(context, await receivePoolPayment(context, requestId, received)),
  }),
}))
