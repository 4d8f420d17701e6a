import { dayOf } from '@yibao/schema/dates'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { uuidFault } from '@yibao/schema/ids'
import { builder, connectionOf } from '../builder.ts'
import { decideDispute } from '../commands/dispute-decide.ts'
import { openDispute, withdrawDispute } from '../commands/dispute.ts'
import type { Context } from '../context.ts'
import { SUBJECTS, type Dispute, type DisputeEvent } from '../domain/dispute.ts'
import { doneBy } from '../domain/enrolment-event.ts'
import { findDispute, findDisputeEvents, listDisputes } from '../store/disputes.ts'
import { mayDispute, mayReadEvents, mayWrite } from './rights.ts'

const subject = builder.enumType('DisputeSubject', {
  description: '争议所指记录的种类。 What is disputed.',
  values: SUBJECTS,
})

const state = builder.enumType('DisputeState', {
  description: '争议状态',
  values: {
    OPEN: { description: '待办。 To be decided.' },
    UPHELD: { description: '成立，已更正。 Upheld and corrected.' },
    REJECTED: { description: '不成立。 Rejected.' },
    WITHDRAWN: { description: '已撤回。 Taken back by who opened it.' },
  },
})

const side = builder.enumType('DisputeSide', {
  description: '由谁提出',
  values: { EMPLOYER: { description: '用人单位' }, PERSON: { description: '参保人' } },
})

const event = builder.objectRef<DisputeEvent>('DisputeEvent').implement({
  ...mayReadEvents,
  description: '争议办理记录，只增不改。 What was said and done of a dispute.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.exposeString('kind', { description: 'OPENED 提出，UPHELD 成立，REJECTED 不成立，WITHDRAWN 撤回' }),
    note: t.exposeString('note', { description: '说明' }),
    role: t.string({ description: '经办角色', resolve: (one) => doneBy(one).role }),
    organisation: t.string({ nullable: true, description: '经办单位', resolve: (one) => doneBy(one).organisation }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

const dispute = builder.objectRef<Dispute>('Dispute').implement({
  ...mayReadEvents,
  description: '对本单位或本人记录的争议。 What somebody says is wrong about a record of their own.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pool: t.exposeString('pool', { description: '办理的统筹区。 The pool that decides.' }),
    insuredId: t.exposeID('insuredId', { description: '记录所属参保人。 The person the record is of.' }),
    employerCode: t.exposeString('employer', { nullable: true, description: '统一社会信用代码' }),
    subject: t.expose('subject', { type: subject }),
    subjectId: t.exposeID('subjectId', { description: '争议所指的申报、参保关系或应缴记录' }),
    openedAs: t.expose('openedAs', { type: side }),
    reason: t.exposeString('reason', { description: '理由' }),
    openedAt: t.expose('openedAt', { type: 'DateTime' }),
    dueOn: t.expose('dueOn', { type: 'Date', description: '办理期限。 To be decided by then.' }),
    state: t.expose('state', { type: state }),
    decision: t.exposeString('decision', { nullable: true, description: '办理意见' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
    correctedBy: t.exposeID('correctedBy', {
      nullable: true,
      description: '更正该记录的新记录。 The entry that corrects the record.',
    }),
    events: t.field({
      type: [event],
      description: '办理记录，由早到晚。 Oldest first.',
      resolve: ({ id }, _args, { read }) => read((tx) => findDisputeEvents(tx, [id])),
    }),
  }),
})

const connection = connectionOf('Dispute', dispute, mayReadEvents)

async function seenDispute({ read, noteRead }: Context, id: string): Promise<Dispute> {
  const found = uuidFault(id) === null ? await read((tx) => findDispute(tx, id.toLowerCase())) : null
  if (found === null) throw NotFound.of({ zh: '该争议', en: 'the dispute' }, 'id')
  noteRead(found.insuredId, 'dispute')
  return found
}

builder.queryFields((t) => ({
  dispute: t.field({
    ...mayReadEvents,
    type: dispute,
    description: '按标识查询争议；无权知晓者答不存在。 By its id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => seenDispute(context, id),
  }),
  disputes: t.field({
    ...mayReadEvents,
    type: connection,
    description: '争议列表，最近的在前，限调用者可见。 Those the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      state: t.arg({ type: state }),
      subject: t.arg({ type: subject }),
      insuredId: t.arg.id({ description: '记录所属参保人' }),
      employer: t.arg.string({ description: '统一社会信用代码' }),
      overdue: t.arg.boolean({ description: '仅已逾期的待办争议。 Only open ones whose time is over.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { first, after: cursor, overdue, ...asked }, { read, noteRead, now }) => {
      const problems: Problem[] = []
      const { size, after } = readPage({ first, after: cursor }, isUuidKey, problems)
      const fault = asked.insuredId == null ? null : uuidFault(asked.insuredId)
      if (fault !== null) problems.push({ path: 'insuredId', ...fault })
      InvalidInput.throwIf(problems)
      const filter = { ...asked, overdueOn: overdue === true ? dayOf(now()) : null, before: after }
      const page = pageOf(await read((tx) => listDisputes(tx, filter, size + 1)), size, (one) => one.id)
      for (const { node } of page.edges) noteRead(node.insuredId, 'dispute')
      return page
    },
  }),
}))

const openInput = builder.inputType('OpenDisputeInput', {
  fields: (t) => ({
    subject: t.field({ type: subject, required: true }),
    id: t.id({
      required: true,
      description: '申报、参保关系或应缴记录的标识。 Id of the declaration, enrolment or bill.',
    }),
    insuredId: t.id({ description: '记录所属参保人；本人提出可不填。 Left out by persons.' }),
    reason: t.string({ required: true, description: '理由，不含证件号码。 Without identity numbers.' }),
  }),
})

const decideInput = builder.inputType('DecideDisputeInput', {
  fields: (t) => ({
    disputeId: t.id({ required: true }),
    upheld: t.boolean({ required: true, description: '是否成立' }),
    decision: t.string({ required: true, description: '办理意见' }),
    base: t.field({
      type: 'Money',
      description: '申报明细成立时的正确基数，元/月。 Of a line that is upheld, its right base.',
    }),
    correctedBy: t.id({
      description:
        '参保关系或应缴记录成立时，已作出的更正记录。 Of an enrolment or bill, the entry made to correct it.',
    }),
  }),
})

const errors = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  openDispute: t.field({
    ...mayDispute,
    type: dispute,
    description: '对本单位或本人的记录提出争议。 Says that a record of one’s own is wrong.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: openInput, required: true }) },
    resolve: async (_root, args, context) => seenDispute(context, await openDispute(context, args)),
  }),
  withdrawDispute: t.field({
    ...mayDispute,
    type: dispute,
    description: '撤回争议。 Takes back a dispute of one’s own.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      disputeId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true }),
    },
    resolve: async (_root, args, context) => seenDispute(context, await withdrawDispute(context, args)),
  }),
  decideDispute: t.field({
    ...mayWrite,
    type: dispute,
    description: '办理争议：成立则以关联的新记录更正，原记录不变。 What is upheld is corrected by a linked entry.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: decideInput, required: true }) },
    resolve: async (_root, args, context) => seenDispute(context, await decideDispute(context, args)),
  }),
}))
