import { may } from '@yibao/schema/builder'
import { InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { changeStatus } from '../commands/change-status.ts'
import { agreement } from './agreement.ts'

const input = builder.inputType('ChangeStatusInput', {
  fields: (t) => ({
    agreement: t.id({ required: true }),
    reason: t.string({ required: true, description: '原因，2–500 字' }),
    legalGround: t.string({ description: '法律依据，中止和解除必填。 Required to suspend or terminate.' }),
  }),
})

const VERBS = [
  ['suspend', 'SUSPENDED', '中止协议，立即生效。 Suspends an agreement at once: no further bill is settled.'],
  ['resume', 'RESUMED', '恢复被中止的协议。 Makes a suspended agreement active again.'],
  ['terminate', 'TERMINATED', '解除协议，立即生效且不可恢复。 Ends an agreement at once and for good.'],
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
