import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { withdrawLines, type Withdrawal } from '../commands/withdraw-lines.ts'
import { maySettle } from './rights.ts'
import { withdrawLinesInput } from './visit-input.ts'
import { visit } from './visit.ts'

const withdrawal = builder.objectRef<Withdrawal>('Withdrawal').implement({
  ...maySettle,
  description: '明细撤销结果。 What was withdrawn.',
  fields: (t) => ({
    visit: t.expose('visit', { type: visit }),
    withdrawn: t.exposeInt('withdrawn', { description: '撤销条数' }),
  }),
})

builder.mutationField('withdrawLines', (t) =>
  t.field({
    ...maySettle,
    type: withdrawal,
    description:
      '费用明细撤销 (2205/2302)：未结算的，全部成功或全部不变。 Takes unsettled lines back, all that are meant or none.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: withdrawLinesInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => withdrawLines(context, requestId, input),
  }),
)
