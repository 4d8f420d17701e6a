import { builder } from '../builder.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'

builder.objectField(settlement, 'reconciledAt', (t) =>
  t.field({
    ...mayRead,
    type: 'DateTime',
    nullable: true,
    description:
      '机构与平台对账一致的时间，未对上为 null；对上后方可申报清算。 When both sides first agreed on it; only then it may be declared.',
    resolve: async ({ id }, _args, { load }) => (await load.reconciled.load(id))[0]?.at ?? null,
  }),
)
