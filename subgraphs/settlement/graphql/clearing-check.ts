import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { confirmStatement, finishCheck, startCheck } from '../commands/clearing-check.ts'
import { mayDeclare } from './clearing-rights.ts'
import { monthlyStatement } from './monthly-statement.ts'
import { statementOf } from './monthly-statements.ts'
import { mayClose } from './rights.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  startCheck: t.field({
    ...mayClose,
    type: monthlyStatement,
    description: '开始审核，此后不可撤销申请。 Begins to check a statement; it is not withdrawn any more.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, statement }, context) =>
      statementOf(context, await startCheck(context, requestId, statement)),
  }),
  finishCheck: t.field({
    ...mayClose,
    type: monthlyStatement,
    description: '结束审核，机构可申诉至 appealUntil。 Ends the check; the institution may appeal until `appealUntil`.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, statement }, context) =>
      statementOf(context, await finishCheck(context, requestId, statement)),
  }),
  confirmStatement: t.field({
    ...mayDeclare,
    type: monthlyStatement,
    description:
      '确认：机构随时，经办在无扣款或申诉期满后；申诉须已答复。留存保证金，应付到期日随之确定。 Settles what it comes to: the institution at any time, staff when nothing was deducted or the time for appeals is over.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), statement: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, statement }, context) =>
      statementOf(context, await confirmStatement(context, requestId, statement)),
  }),
}))
