import { builder } from '../builder.ts'
import { officeOf, type FilingEvent } from '../domain/event.ts'
import { mayRead } from './rights.ts'
import { text } from './words.ts'

const action = builder.enumType('FilingAction', {
  description: '备案办理步骤。 What can happen to a filing.',
  values: {
    FILED: { description: '提交' },
    CERTIFIED: { description: '就医地已核实' },
    NOT_CERTIFIED: { description: '就医地未予核实' },
    ESCALATED: { description: '超期催办' },
    CONFIRMED: { description: '确认' },
    REFUSED: { description: '未通过' },
    WITHDRAWN: { description: '撤回' },
    CANCELLED: { description: '取消' },
    REPLACED: { description: '被替代' },
    CARD_REQUESTED: { description: '申请联网就医卡' },
  },
})

export const filingEvent = builder.objectRef<FilingEvent>('FilingEvent').implement({
  ...mayRead,
  description: '备案的一次变动。 One change of a filing.',
  fields: (t) => ({
    action: t.expose('action', { type: action }),
    reason: t.exposeString('reason', { nullable: true }),
    by: t.field({
      type: text,
      description: '办理方。 Who, by office.',
      resolve: ({ actor }) => officeOf(actor),
    }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})
