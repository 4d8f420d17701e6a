import { dayOf } from '@yibao/schema/dates'
import type { Text } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { statusOn, type Enrolment, type SpecialIdentity } from '../domain/enrolment.ts'
import { EVENT_KINDS, doneBy, type EnrolmentEvent } from '../domain/enrolment-event.ts'
import { standingOn, type StandingOn } from '../domain/enrolment-standing.ts'
import { mayReadEnrolment, mayReadEvents } from './rights.ts'

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
  ...mayReadEnrolment,
  description: '特殊身份及其有效期。 A special identity and when it holds; both days count.',
  fields: (t) => ({
    type: t.exposeString('type', { description: '人员身份类别 `psn_idet_type`' }),
    beginOn: t.expose('from', { type: 'Date' }),
    endOn: t.expose('to', { type: 'Date', nullable: true }),
  }),
})

// Every builder brings this one; Pothos finds it by name.
export const text = 'Text' as unknown as ReturnType<typeof builder.objectRef<Text>>

export const standingState = builder.enumType('StandingState', {
  description: '参保关系今天的状况。 How an enrolment stands today.',
  values: {
    IN_FORCE: { description: '享受待遇。 Covered.' },
    WAITING: { description: '待遇等待期。 Enrolled and not covered yet.' },
    SUSPENDED: { description: '暂停。 Suspended.' },
    ARREARS: { description: '欠费暂停。 Suspended because contributions are owed.' },
    PENDING: { description: '尚未开始。 Begins later.' },
    ENDED: { description: '已终止。 Ended.' },
    REPLACED: { description: '生效前已被替代。 Replaced before a day of it was over.' },
  },
})

const standing = builder.objectRef<StandingOn>('Standing').implement({
  ...mayReadEnrolment,
  description: '参保关系的状况与原因。 How an enrolment stands, and why.',
  fields: (t) => ({
    state: t.field({ type: standingState, resolve: (one) => one.state }),
    since: t.expose('since', { type: 'Date', description: '起始日。 Since when.' }),
    until: t.expose('until', { type: 'Date', nullable: true, description: '末日，未知时为 null。 Its last day.' }),
    reason: t.field({ type: text, nullable: true, resolve: (one) => one.reason }),
  }),
})

const eventKind = builder.enumType('EnrolmentEventKind', { description: '参保变更类型', values: EVENT_KINDS })

const event = builder.objectRef<EnrolmentEvent>('EnrolmentEvent').implement({
  ...mayReadEvents,
  description: '参保变更记录，只增不改。 What happened to an enrolment; only ever added to.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.field({ type: eventKind, resolve: (one) => one.kind }),
    from: t.expose('from', { type: 'Date', description: '生效日。 From which day.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: '原因代码；转移时为对方统筹区，退休时为人员类别。 Code of the reason; of a transfer the other pool.',
    }),
    note: t.exposeString('note', { nullable: true, description: '说明' }),
    source: t.exposeString('source', { nullable: true, description: '依据。 The notice or article it rests on.' }),
    role: t.string({ description: '经办角色。 The kind of caller who did it.', resolve: (one) => doneBy(one).role }),
    organisation: t.string({
      nullable: true,
      description: '经办单位：统筹区或用人单位代码。 The pool or employer that did it.',
      resolve: (one) => doneBy(one).organisation,
    }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

export const enrolment = builder.objectRef<Enrolment>('Enrolment').implement({
  ...mayReadEnrolment,
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
    coveredFrom: t.field({
      type: 'Date',
      description: '享受待遇首日；无等待期时同首日。 First day covered: later than `beginOn` after a waiting period.',
      resolve: ({ coverFrom, beginOn }) => coverFrom ?? beginOn,
    }),
    standing: t.field({
      type: standing,
      description: '今天的状况与原因。 How it stands today, with the reason.',
      resolve: (one, _args, { now }) => standingOn(one, dayOf(now())),
    }),
    employerCode: t.exposeString('employer', {
      nullable: true,
      description: '用人单位统一社会信用代码；灵活就业与居民为 null。 Null for the flexibly employed and residents.',
    }),
    follows: t.exposeID('follows', {
      nullable: true,
      description: '由哪一参保关系接续。 The enrolment this one goes on from, possibly of another pool.',
    }),
    events: t.field({
      ...mayReadEvents,
      type: [event],
      description: '变更记录，由早到晚。 What happened to it, oldest first.',
      resolve: async ({ id, insuredId }, _args, { load }) =>
        (await load.enrolmentEvents.load(insuredId)).filter((one) => one.enrolmentId === id),
    }),
    identities: t.field({
      type: [special],
      description: '特殊身份 `idetinfo`',
      resolve: (one) => [...one.identities],
    }),
  }),
})
