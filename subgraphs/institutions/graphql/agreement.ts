import { may } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import { CAUSES } from '../domain/agreement-change.ts'
import { CAPABILITIES, type Granted } from '../domain/capability.ts'
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

export const cause = builder.enumType('AgreementCause', {
  description: '中止或解除的情形：欺诈骗保、其他违约、机构申请、其他。 Why it is suspended or terminated.',
  values: CAUSES,
})

export const capability = builder.enumType('Capability', {
  description:
    '协议开通的服务：跨省异地就医、门诊慢特病、移动支付、电子处方。 What an agreement covers beyond ordinary care.',
  values: CAPABILITIES,
})

const granted = builder.objectRef<Granted>('GrantedCapability').implement({
  ...signedIn,
  description: '开通的服务及起止日期。 A capability with its first and last day.',
  fields: (t) => ({
    capability: t.field({ type: capability, resolve: ([name]) => name }),
    beginOn: t.field({ type: 'Date', resolve: ([, from]) => Temporal.PlainDate.from(from) }),
    endOn: t.field({
      type: 'Date',
      nullable: true,
      resolve: ([, , to]) => (to === null ? null : Temporal.PlainDate.from(to)),
    }),
  }),
})

const concerned = may('institution', 'staff', 'auditor')

const event = builder.objectRef<AgreementEvent>('AgreementEvent').implement({
  ...concerned,
  description: '协议变动记录，只增不改。 One entry of the history; entries are only ever added.',
  fields: (t) => ({
    action: t.expose('action', { type: action }),
    reason: t.exposeString('reason', { nullable: true, description: '原因' }),
    legalGround: t.exposeString('legalGround', { nullable: true, description: '法律依据。 The rule it rests on.' }),
    cause: t.expose('cause', { type: cause, nullable: true, description: '情形' }),
    effectiveOn: t.expose('effectiveOn', {
      type: 'Date',
      nullable: true,
      description: '生效日。 From which day it counts; null in entries from before this was kept.',
    }),
    until: t.expose('untilOn', {
      type: 'Date',
      nullable: true,
      description: '中止至。 Until when a suspension was ordered.',
    }),
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
    terminatesOn: t.expose('terminatesOn', {
      type: 'Date',
      nullable: true,
      description: '已决定的解除生效日。 First day without it, when that is decided already.',
    }),
    capabilities: t.field({
      type: [granted],
      description: '开通的服务。 What it covers beyond ordinary care, past and to come.',
      resolve: ({ capabilities }) => [...(capabilities ?? [])],
    }),
    renews: t.exposeID('renews', {
      nullable: true,
      description: '续签自哪一份协议。 The agreement this goes on from.',
    }),
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
