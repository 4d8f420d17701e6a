import { dayOf } from '@yibao/schema/dates'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { decideDeposit } from '../commands/deposit-decision.ts'
import { readClearingFilter } from '../domain/clearing-filter.ts'
import { listDecisions, listHeld, type DepositDecision, type HeldDeposit } from '../store/deposit-decision.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { institution } from './references.ts'
import { mayClose } from './rights.ts'

const outcome = builder.enumType('DepositOutcome', {
  description: '未返还保证金的处理。 What becomes of what no score gives back.',
  values: {
    RELEASED: { description: '予以返还，入下一拨付批次。 Goes back with the next batch.' },
    FORFEITED: { description: '不予返还，转入基金。 Forfeited to the fund.' },
  },
})

const state = builder.enumType('DepositDecisionState', {
  description: '处理状态。 Whether what goes back was paid.',
  values: {
    OPEN: { description: '待拨付。 Goes into the next batch.' },
    PAYING: { description: '拨付中' },
    PAID: { description: '已拨付' },
    FORFEITED: { description: '已转入基金。 In the fund.' },
    CORRECTED: { description: '评分已更正，需重新处理。 The score was corrected; what is left is decided anew.' },
  },
})

export const decision = builder.objectRef<DepositDecision>('DepositDecision').implement({
  ...mayReadClearing,
  description: '考核未返还的质量保证金的处理决定。 What staff decided about a deposit no score gives back.',
  fields: (t) => ({
    id: t.exposeID('id'),
    release: t.exposeID('releaseId', { description: '所余的返还，见 `DepositRelease.id`' }),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', { description: '统筹区' }),
    year: t.exposeString('year', { description: '年度' }),
    amount: t.expose('amount', { type: 'Money' }),
    outcome: t.expose('outcome', { type: outcome }),
    state: t.expose('state', { type: state }),
    reason: t.exposeString('reason', { description: '理由' }),
    sourceNumber: t.exposeString('sourceNumber', { description: '依据文号' }),
    document: t.exposeString('document', { nullable: true, description: '依据文件 ID' }),
    decidedBy: t.exposeString('decidedBy', { description: '决定人' }),
    decidedAt: t.expose('at', { type: 'DateTime' }),
  }),
})

const held = builder.objectRef<HeldDeposit>('HeldDeposit').implement({
  ...mayReadClearing,
  description: '年度已结束、尚未返还或处理的质量保证金。 What is still kept of a year that is over.',
  fields: (t) => ({
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', { description: '统筹区' }),
    year: t.exposeString('year', { description: '年度' }),
    amount: t.expose('amount', { type: 'Money' }),
    isScored: t.exposeBoolean('isScored', { description: '已有考核分。 Whether the year was scored.' }),
  }),
})

const connection = connectionOf('HeldDeposit', held, mayReadClearing)

const input = builder.inputType('DecideDepositInput', {
  description: '未返还保证金的处理。 What is decided about the deposits of a year that no score gives back.',
  fields: (t) => ({
    institution: t.string({ required: true, description: '定点医药机构编号 `fixmedins_code`' }),
    year: t.string({ required: true, description: '年度 yyyy，须已结束' }),
    release: t.boolean({ required: true, description: '返还，否则转入基金。 Goes back, or else to the fund.' }),
    reason: t.string({ required: true, description: '理由' }),
    sourceNumber: t.string({ required: true, description: '考核或处理文件文号。 Number of the paper it rests on.' }),
    document: t.id({ description: '依据文件 ID，用途 CLEARING_PAPER。 A paper, uploaded for the pool.' }),
  }),
})

builder.queryField('heldDeposits', (t) =>
  t.field({
    ...mayReadClearing,
    type: connection,
    description: '已结束年度待考核或处理的保证金，年度早的在前。 Deposits that wait for a score or a decision.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号' }),
      year: t.arg.string({ description: '年度 yyyy' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution: of, year, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isTextKey, problems)
      const asked = readClearingFilter({ institution: of, year }, problems)
      InvalidInput.throwIf(problems)
      const { insuredId: _nobody, ...own } = ownRows(context)
      const filter = { ...asked, ...own, before: String(dayOf(context.now()).year), after }
      return pageOf(await context.read((tx) => listHeld(tx, filter, size + 1)), size, (one) => one.key)
    },
  }),
)

const decided = builder.objectRef<{ readonly decisions: readonly DepositDecision[] }>('DecidedDeposit').implement({
  ...mayReadClearing,
  description: '处理结果。 What was decided, one for each release of the year.',
  fields: (t) => ({ decisions: t.field({ type: [decision], resolve: (one) => [...one.decisions] }) }),
})

builder.mutationField('decideDeposit', (t) =>
  t.field({
    ...mayClose,
    type: decided,
    description: '处理考核未返还的保证金：返还或转入基金，附理由与依据。 Decides what no score gives back.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: decide }, context) => {
      const ids = await decideDeposit(context, requestId, decide)
      return { decisions: await context.read((tx) => listDecisions(tx, ids)) }
    },
  }),
)
