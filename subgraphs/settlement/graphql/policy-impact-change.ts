import { may } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { cancelPolicyImpact, startPolicyImpact } from '../commands/policy-impact.ts'
import { impact } from './policy-impact.ts'

/** Trying drafts changes nothing that was settled, so whoever of a bureau may read settlements may do it. */
const mayTry = may('staff settlement:read')

builder.mutationFields((t) => ({
  startPolicyImpact: t.field({
    ...mayTry,
    type: impact,
    description:
      '以草案测算本统筹区一段期间的结算；每个统筹区同时只进行一项。 Tries a draft on what was settled in the caller’s pool; one at a time in a pool.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      draft: t.arg.string({
        required: true,
        description:
          '草案：统筹区政策文件的 JSON 文本，最多 1 MiB、20000 个值、200 条政策，取代该统筹区全部政策。 The JSON text of a pool’s policy file, at most 1 MiB, 20,000 values and 200 policies; it stands for all policies of the pool.',
      }),
      from: t.arg({ type: 'Date', required: true, description: '结算日期起（含）' }),
      to: t.arg({ type: 'Date', required: true, description: '结算日期止（含），期间最多 366 天' }),
      asOf: t.arg({
        type: 'Date',
        description:
          '统一按此日选用草案中的政策，用于尚未生效的草案。 Judge all bills as on this day, for a draft that begins later.',
      }),
    },
    resolve: (_root, { requestId, ...input }, context) => startPolicyImpact(context, requestId, input),
  }),
  cancelPolicyImpact: t.field({
    ...mayTry,
    type: impact,
    description: '取消测算。 Stops the trial of a draft; what it found so far stays.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), id: t.arg.id({ required: true }) },
    resolve: (_root, { requestId, id }, context) => cancelPolicyImpact(context, requestId, id),
  }),
}))
