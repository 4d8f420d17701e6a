import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { identifyVisit } from '../commands/identify-visit.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'
import { credential } from './bill-input.ts'
import { maySettle } from './rights.ts'
import { visit } from './visit.ts'

builder.mutationField('identifyVisit', (t) =>
  t.field({
    ...maySettle,
    type: visit,
    description: '为无凭证登记的就诊补凭证。 Gives a visit that was opened without a credential its person.',
    errors: { types: [InvalidInput, NotFound, NotSettledDirectly, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      visit: t.arg.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
      credential: t.arg({ type: credential, required: true }),
      insuredPool: t.arg.string({
        description: '参保地医保区划 `insuplc_admdvs`，外省参保人必填。 Required when that is another province.',
      }),
    },
    resolve: (_root, { requestId, ...input }, context) => identifyVisit(context, requestId, input),
  }),
)
