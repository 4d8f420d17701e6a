import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { confirmClaimPlace } from '../commands/claim-place.ts'
import { ClaimChanged } from '../domain/claim.ts'
import { claim } from './claim.ts'
import { asked, shown } from './claim-review-change.ts'
import { mayReviewClaims } from './claim-rights.ts'

builder.mutationField('confirmClaimPlace', (t) =>
  t.field({
    ...mayReviewClaims,
    type: claim,
    description:
      '核实就医机构是否定点及其等级：目录中没有的机构，核实前申请人所述不作为支付依据。 Says whether an institution the register does not have is designated, and of which level; until then the claimant’s word pays nothing.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: {
      ...asked(t),
      designated: t.arg.boolean({ required: true, description: '是否定点' }),
      level: t.arg.string({
        description: '医院等级 `hosp_lv`；不明则不填，按三级计算。 Taken for level 3 when left out.',
      }),
      words: t.arg.string({ required: true, description: '核实依据。 How it was found out.' }),
    },
    resolve: async (_root, args, context) => shown(context, await confirmClaimPlace(context, args)),
  }),
)
