import { may } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { moveSandboxTime } from '../commands/move-sandbox-time.ts'

const rule = may('institution', 'staff')

const sandboxTime = builder.objectRef<{ readonly now: Temporal.Instant }>('SandboxTime').implement({
  ...rule,
  description: '沙箱的当前时间。 What time it is in the sandbox.',
  fields: (t) => ({ now: t.expose('now', { type: 'DateTime' }) }),
})

builder.queryField('sandboxTime', (t) =>
  t.field({
    ...rule,
    type: sandboxTime,
    nullable: true,
    description: '沙箱时间；真实环境为 null。 The time of the sandbox; null where time is real.',
    resolve: (_root, _args, { sandbox }) => (sandbox === undefined ? null : { now: sandbox.now() }),
  }),
)

builder.mutationField('moveSandboxTime', (t) =>
  t.field({
    ...rule,
    type: sandboxTime,
    description:
      '将沙箱时间推移到某一时刻，试验年度结转、月度关账等；对沙箱中所有人生效。 Moves the time of the sandbox on, for all in it: to try the turn of a year, a month close, a deadline.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), to: t.arg({ type: 'DateTime', required: true }) },
    resolve: async (_root, args, context) => ({ now: await moveSandboxTime(context, args) }),
  }),
)
