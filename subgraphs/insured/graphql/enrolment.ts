import { dayOf } from '@yibao/schema/dates'
import { builder } from '../builder.ts'
import { statusOn, type Enrolment, type SpecialIdentity } from '../domain/enrolment.ts'
import { mayRead } from './rights.ts'

const status = builder.enumType('EnrolmentStatus', {
  description: '参保状态 `psn_insu_stas`，按今天计算。 As of today.',
  values: {
    PENDING: { description: '尚未开始。 Begins later.' },
    NORMAL: { description: '正常参保。 In force.' },
    SUSPENDED: { description: '暂停参保。 Suspended.' },
    ENDED: { description: '终止参保。 Ended.' },
  },
})

const special = builder.objectRef<SpecialIdentity>('SpecialIdentity').implement({
  ...mayRead,
  description: '特殊身份及其有效期。 A special identity and when it holds; both days count.',
  fields: (t) => ({
    type: t.exposeString('type', { description: '人员身份类别 `psn_idet_type`' }),
    beginOn: t.expose('from', { type: 'Date' }),
    endOn: t.expose('to', { type: 'Date', nullable: true }),
  }),
})

export const enrolment = builder.objectRef<Enrolment>('Enrolment').implement({
  ...mayRead,
  description: '参保关系：某统筹区、某险种、某一时期。 One insurance of a person in one pool for one period.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', {
      description: '险种类型 `insutype`, 310 employees, 390 residents',
    }),
    personType: t.exposeString('personType', {
      description: '人员类别 `psn_type`, 11 in work, 12 retired, 14–16 residents',
    }),
    civilServant: t.exposeBoolean('civilServant', { description: '公务员标志 `cvlserv_flag`' }),
    status: t.field({ type: status, resolve: (one, _args, { now }) => statusOn(one, dayOf(now())) }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '个人参保日期 `psn_insu_date`. First day covered.' }),
    endOn: t.expose('endOn', {
      type: 'Date',
      nullable: true,
      description: '最后参保日。 Last day covered; null when open.',
    }),
    identities: t.field({
      type: [special],
      description: '特殊身份 `idetinfo`',
      resolve: (one) => [...one.identities],
    }),
  }),
})
