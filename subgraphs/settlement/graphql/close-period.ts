import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { closePeriod } from '../commands/close-period.ts'
import type { ClosedPeriod } from '../domain/closed-period.ts'
import { mayClose } from './rights.ts'

const kind = builder.enumType('PeriodKind', {
  description: '期间类型。 What is closed.',
  values: {
    MONTH: { description: '机构的申报月份。 A month an institution has declared.' },
    YEAR: { description: '险种的待遇年度。 A benefit year of an insurance.' },
  },
})

const closePeriodInput = builder.inputType('ClosePeriodInput', {
  description: '要清算的期间。 What is to be closed.',
  fields: (t) => ({
    kind: t.field({ type: kind, required: true }),
    institution: t.string({ description: '定点医药机构编号 `fixmedins_code`，月份必填。 For a month.' }),
    insuranceType: t.string({ description: '险种类型 `insutype`，年度必填。 For a benefit year.' }),
    period: t.string({ required: true, description: '2026-11 或 2026' }),
  }),
})

const closedPeriod = builder.objectRef<ClosedPeriod>('ClosedPeriod').implement({
  ...mayClose,
  description:
    '已清算的期间；此后对其结算的撤销为更正。 A closed period: reversals of its settlements are corrections.',
  fields: (t) => ({
    kind: t.expose('kind', { type: kind }),
    pool: t.exposeString('pool', { description: '清算经办机构 `clr_optins`' }),
    scope: t.exposeString('scope', { description: '机构编号或险种。 The institution, or the insurance type.' }),
    period: t.exposeString('period'),
  }),
})

builder.mutationField('closePeriod', (t) =>
  t.field({
    ...mayClose,
    type: closedPeriod,
    description: '清算期间，不可重开。 Closes a period of the pool for good.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: closePeriodInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => closePeriod(context, requestId, input),
  }),
)
