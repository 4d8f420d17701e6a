import { InvalidInput, type StoredRejection } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { outcome } from '../commands/outcome.ts'
import type { Outcome } from '../domain/annulment.ts'
import { mayAsk } from './rights.ts'
import { settlement } from './settlement.ts'
import { problem, text } from './words.ts'

const state = builder.enumType('RequestState', {
  description: '请求状态。 What is durably known of a request.',
  values: {
    COMMITTED: { description: '已完成。 Carried out.' },
    REFUSED: { description: '已拒绝，可换新 requestId 重新提交。 Refused; the bill may be sent again under a new id.' },
    ANNULLED: { description: '已冲正，可换新 requestId。 Annulled; the bill may be sent again under a new id.' },
    PENDING: {
      description:
        '跨省结算进行中，参保地尚未回应；平台会自动完成或取消，请稍后查询。 Under way with the platform of another province, which has not answered: the platform completes or cancels it, ask again.',
    },
    UNKNOWN: {
      description:
        '尚无结果，可能仍在途；请原样重发或冲正，不得换新 requestId。 Nothing durable yet: repeat or annul it, do not send the bill under a new id.',
    },
  },
})

// A rejection is an Error, which GraphQL would take for a failure of the field; this one is only told about.
const refusal = builder.objectRef<StoredRejection>('RequestRefusal').implement({
  ...mayAsk,
  description: '请求被拒的原因，与当时的回复一致。 Why a request was refused, as it was answered then.',
  fields: (t) => ({
    type: t.exposeString('type', { description: '拒绝类型，如 InvalidInput。 The type of the rejection.' }),
    code: t.exposeString('code'),
    message: t.field({ type: text, resolve: (one) => one.text }),
    problems: t.field({ type: [problem], resolve: (one) => [...one.problems] }),
  }),
})

const requestOutcome = builder.objectRef<Outcome>('Outcome').implement({
  ...mayAsk,
  description: '请求结果。 What became of a request.',
  fields: (t) => ({
    requestId: t.exposeID('requestId'),
    state: t.expose('state', { type: state }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '所成的结算。 The settlement it led to.',
      resolve: ({ settlement: id }, _args, { load }) => (id === null ? null : load.settlement.load({ id })),
    }),
    reversal: t.field({
      type: settlement,
      nullable: true,
      description: '冲正它的结算。 The settlement that takes it back.',
      resolve: ({ reversal: id }, _args, { load }) => (id === null ? null : load.settlement.load({ id })),
    }),
    rejection: t.expose('rejection', { type: refusal, nullable: true }),
  }),
})

builder.queryField('outcome', (t) =>
  t.field({
    ...mayAsk,
    type: requestOutcome,
    description: '查询本机构请求的结果。 What became of a request of the caller.',
    errors: { types: [InvalidInput] },
    args: { requestId: t.arg.id({ required: true }) },
    resolve: (_root, { requestId }, context) => outcome(context, requestId),
  }),
)
