import { may } from '@yibao/schema/builder'
import { InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { changeLevel, setCapability } from '../commands/capability.ts'
import { agreement, capability } from './agreement.ts'
import { institution, level } from './institution.ts'

const capabilityInput = builder.inputType('SetCapabilityInput', {
  fields: (t) => ({
    agreement: t.id({ required: true }),
    capability: t.field({ type: capability, required: true }),
    granted: t.boolean({ required: true, description: '开通或停止。 Whether it is covered from then on.' }),
    from: t.field({ type: 'Date', description: '生效日，不填为今天。 Today when absent; never before.' }),
    reason: t.string({ required: true, description: '原因，2–500 字' }),
  }),
})

const levelInput = builder.inputType('ChangeLevelInput', {
  fields: (t) => ({
    institution: t.id({ required: true, description: '本统筹区机构的编号。 Code of an institution of the own pool.' }),
    level: t.field({ type: level, required: true }),
    from: t.field({ type: 'Date', description: '生效日，不填为今天。 Today when absent; never before.' }),
    reason: t.string({ required: true, description: '原因，2–500 字' }),
  }),
})

const mayWrite = may('staff institutions:write')
const REFUSALS = { types: [InvalidInput, NotFound, NotAllowed, RequestReused] }

builder.mutationFields((t) => ({
  setCapability: t.field({
    ...mayWrite,
    type: agreement,
    description: '开通或停止协议的服务，自某日起。 Lets an agreement cover something from a day, or no longer.',
    errors: REFUSALS,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: capabilityInput, required: true }) },
    resolve: (_root, args, context) => setCapability(context, args),
  }),
  changeLevel: t.field({
    ...mayWrite,
    type: institution,
    description:
      '变更机构等级，自某日起；此前的费用按原等级。 Gives an institution another level from a day; bills of the days before keep the old one.',
    errors: REFUSALS,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: levelInput, required: true }) },
    resolve: (_root, args, context) => changeLevel(context, args),
  }),
}))
