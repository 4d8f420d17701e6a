import { may } from '@yibao/schema/builder'
import { InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { registerInstitution } from '../commands/register-institution.ts'
import { institution, level, type } from './institution.ts'

const input = builder.inputType('RegisterInstitutionInput', {
  fields: (t) => ({
    code: t.string({ required: true, description: '定点医药机构编号 `fixmedins_code`' }),
    name: t.string({ required: true }),
    level: t.field({ type: level, required: true }),
    type: t.field({ type, required: true }),
    creditCode: t.string({ required: true, description: '统一社会信用代码 `uscc`' }),
  }),
})

builder.mutationField('registerInstitution', (t) =>
  t.field({
    ...may('staff institutions:write'),
    type: institution,
    description: '登记本统筹区的医药机构。 Registers an institution on the ground of the pool of whoever asks.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: (_root, args, context) => registerInstitution(context, args),
  }),
)
