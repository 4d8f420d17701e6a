import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { changeVisit } from '../commands/change-visit.ts'
import { maySettle } from './rights.ts'
import { changeVisitInput } from './visit-input.ts'
import { visit } from './visit.ts'

builder.mutationField('changeVisit', (t) =>
  t.field({
    ...maySettle,
    type: visit,
    description: '就诊信息、入院信息变更 (2203/2403)，结算前。 Changes what was said of a visit before it is settled.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: changeVisitInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => changeVisit(context, requestId, input),
  }),
)
