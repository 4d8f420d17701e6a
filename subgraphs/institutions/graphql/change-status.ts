import { may } from '@yibao/schema/builder'
import { InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { changeStatus } from '../commands/change-status.ts'
import { agreement, cause } from './agreement.ts'

const input = builder.inputType('ChangeStatusInput', {
  fields: (t) => ({
    agreement: t.id({ required: true }),
    reason: t.string({ required: true, description: '原因，2–500 字' }),
    legalGround: t.string({ description: '法律依据，中止和解除必填。 Required to suspend or terminate.' }),
    cause: t.field({ type: cause, description: '情形，不填为其他。 OTHER when absent; not for resuming.' }),
    until: t.field({
      type: 'Date',
      description:
        '中止至（末日），欺诈骗保必填，6–12 个月；到期不自动恢复。 Last day of a suspension; required for fraud. It is resumed by staff, not by itself.',
    }),
    from: t.field({
      type: 'Date',
      description: '解除生效日，须晚于今天；不填立即生效。 First day without the agreement; at once when absent.',
    }),
  }),
})

const VERBS = [
  [
    'suspend',
    'SUSPENDED',
    '中止协议，立即生效；已入院的按统筹区规定处理。 Suspends an agreement at once: no further bill is settled; of open stays the pool says what becomes.',
  ],
  ['resume', 'RESUMED', '恢复被中止的协议。 Makes a suspended agreement active again.'],
  [
    'terminate',
    'TERMINATED',
    '解除协议，立即或自某日起，不可恢复。 Ends an agreement for good, at once or from a day.',
  ],
] as const

for (const [verb, action, description] of VERBS) {
  builder.mutationField(verb, (t) =>
    t.field({
      ...may('staff institutions:write'),
      type: agreement,
      description,
      errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused] },
      args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
      resolve: (_root, args, context) => changeStatus(context, { ...args, verb, action }),
    }),
  )
}
