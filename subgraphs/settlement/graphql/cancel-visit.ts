import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { cancelVisit } from '../commands/cancel-visit.ts'
import { maySettle } from './rights.ts'
import { visit } from './visit.ts'

builder.mutationField('cancelVisit', (t) =>
  t.field({
    ...maySettle,
    type: visit,
    description: '挂号、入院撤销 (2202/2404)，须先撤销全部明细。 Cancels a visit whose lines were withdrawn.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      visit: t.arg.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    },
    resolve: (_root, { requestId, visit: number }, context) => cancelVisit(context, requestId, number),
  }),
)
