import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { openVisit } from '../commands/open-visit.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'
import { maySettle } from './rights.ts'
import { openVisitInput } from './visit-input.ts'
import { visit } from './visit.ts'

builder.mutationField('openVisit', (t) =>
  t.field({
    ...maySettle,
    type: visit,
    description:
      '门诊挂号、入院办理 (2201/2401)；无凭证可先登记。 Opens a visit, with or without a credential at hand.',
    errors: { types: [InvalidInput, NotFound, NotSettledDirectly, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: openVisitInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => openVisit(context, requestId, input),
  }),
)
