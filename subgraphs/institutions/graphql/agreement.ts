import { may } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import { ACTIONS, STATUSES, type Agreement, type AgreementEvent } from '../domain/agreement.ts'
import { signedIn } from './rights.ts'

const status = builder.enumType('AgreementStatus', {
  description: '协议状态：有效、中止、解除。 Settlement needs an ACTIVE agreement.',
  values: STATUSES,
})

const action = builder.enumType('AgreementAction', {
  description: '签订、中止、恢复、解除。 What happened to an agreement.',
  values: ACTIONS,
})

const concerned = may('institution', 'staff', 'auditor')

const event = builder.objectRef<AgreementEvent>('AgreementEvent').implement({
  ...concerned,
  description: '协议变动记录，只增不改。 One entry of the history; entries are only ever added.',
  fields: (t) => ({
    action: t.expose('action', { type: action }),
    reason: t.exposeString('reason', { nullable: true, description: '原因' }),
    legalGround: t.exposeString('legalGround', { nullable: true, description: '法律依据。 The rule it rests on.' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

export const agreement = builder.objectRef<Agreement>('Agreement').implement({
  ...signedIn,
  description: '医保服务协议。 An agreement between the bureau of a pool and an institution.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pool: t.exposeString('pool', { description: '统筹区 `poolarea_no`' }),
    beginOn: t.expose('beginOn', { type: 'Date' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true }),
    status: t.expose('status', { type: status }),
    statusSince: t.expose('statusSince', { type: 'DateTime' }),
    history: t.field({
      ...concerned,
      type: [event],
      nullable: true,
      description:
        '变动记录及原因：本统筹区经办、机构本身和审计可见，其他人为 null。 For the bureau of the pool, the institution itself and auditors; null for others.',
      resolve: async ({ id }, _args, { load }) => {
        const history = await load.history.load(id)
        return history === null ? null : [...history]
      },
    }),
  }),
})
