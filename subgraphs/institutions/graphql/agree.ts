import { may } from '@yibao/schema/builder'
import { InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { agree } from '../commands/agree.ts'
import { agreement } from './agreement.ts'

const input = builder.inputType('AgreeInput', {
  fields: (t) => ({
    institution: t.id({ required: true, description: '机构编号。 Code of the institution, of whatever pool.' }),
    beginOn: t.field({ type: 'Date', required: true }),
    application: t.id({
      description:
        '评估合格的定点申请，协议为其最后一步；续签有效协议或填写法律依据的可不填。 The application it ends, whose evaluation was passed; left out when an agreement in force goes on, or for a legal ground.',
    }),
    reason: t.string({ description: '不经申请签订的原因。 Why there is no application.' }),
    legalGround: t.string({ description: '不经申请签订的法律依据。 What lets the bureau do without one.' }),
    endOn: t.field({ type: 'Date', description: '不填为长期。 Open when absent.' }),
  }),
})

builder.mutationField('agree', (t) =>
  t.field({
    ...may('staff institutions:write'),
    type: agreement,
    description: '与机构签订医保服务协议，立即有效。 Signs an agreement of the pool of whoever asks; ACTIVE at once.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: (_root, args, context) => agree(context, args),
  }),
)
