import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { declareMonth, withdrawStatement } from '../commands/declare-month.ts'
import { listStatements } from '../store/monthly-statement.ts'
import type { MonthlyStatement } from '../domain/monthly-statement.ts'
import { mayDeclare, mayReadClearing } from './clearing-rights.ts'
import { monthlyStatement } from './monthly-statement.ts'
import { statementOf } from './monthly-statements.ts'

const STATEMENTS_MAX = 100

const input = builder.inputType('DeclareMonthInput', {
  description: '清算申请 (3203)。 Which month is declared.',
  fields: (t) => ({
    month: t.string({ required: true, description: '清算年月 `setlym`，yyyy-MM，须已结束。 A month that is over.' }),
    institution: t.string({
      description:
        '定点医药机构编号 `fixmedins_code`，经办代为申报时必填。 For staff, who declare what their bureau pays.',
    }),
  }),
})

interface Declaration {
  readonly id: string
  readonly statements: readonly MonthlyStatement[]
}

const declaration = builder.objectRef<Declaration>('Declaration').implement({
  ...mayReadClearing,
  description:
    '一次申报。 A declaration: its statements, one per bureau, pool of the insured, insurance and clearing type. COLLECTING ones come to DECLARED in the background.',
  fields: (t) => ({
    id: t.exposeID('id'),
    statements: t.field({ type: [monthlyStatement], resolve: (one) => [...one.statements] }),
  }),
})

builder.mutationFields((t) => ({
  declareMonth: t.field({
    ...mayDeclare,
    type: declaration,
    description:
      '申报一个月 (3203)：截至月末已对账、未申报的全部结算，每日限一次。 Declares every reconciled settlement up to the end of a month that stands in no statement; once a day.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: asked }, context) => {
      const id = await declareMonth(context, requestId, asked)
      return { id, statements: await context.read((tx) => listStatements(tx, { runId: id }, STATEMENTS_MAX)) }
    },
  }),
  withdrawStatement: t.field({
    ...mayDeclare,
    type: monthlyStatement,
    description: '撤销清算申请 (3204)，限未审核。 Withdraws a statement that nobody has begun to check.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, statement }, context) =>
      statementOf(context, await withdrawStatement(context, requestId, statement)),
  }),
}))
