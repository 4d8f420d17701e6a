import { fenOf } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { receiveClaimRecovery } from '../commands/claim-recovery.ts'
import { ClaimChanged } from '../domain/claim.ts'
import { findRecovery, listRecoveries, type ClaimRecovery, type RecoveryStep } from '../store/claim-recovery.ts'
import { claim } from './claim.ts'
import { mayReadPayments } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { mayPayClaims, mayReadClaims } from './rights.ts'

const kind = builder.enumType('ClaimRecoveryKind', {
  description: '退回方式。 How it came back.',
  values: {
    SET_OFF: { description: '从应拨付的报销款中抵扣。 Taken off what a claim was to be paid.' },
    RECEIVED: { description: '个人退回。 Given back by the person.' },
  } as const,
})

const step = builder.objectRef<RecoveryStep>('ClaimRecoveryStep').implement({
  ...mayReadClaims,
  description: '一次抵扣或退回。 Some of it that came back.',
  fields: (t) => ({
    kind: t.expose('kind', { type: kind }),
    amount: t.expose('amount', { type: 'Money' }),
    claim: t.exposeID('claimId', { description: '抵扣的申请，或所退的申请。 The claim it was taken off, or is of.' }),
    reference: t.exposeString('reference', { nullable: true, description: '银行流水号' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

const recovery = builder.objectRef<ClaimRecovery>('ClaimRecovery').implement({
  ...mayReadClaims,
  description: '重新处理后多付、应退回的报销款。 What was paid too much of a claim that was decided anew.',
  fields: (t) => ({
    id: t.exposeID('id'),
    claim: t.field({ type: claim, nullable: true, resolve: (one, _args, { load }) => load.claim.load(one.claimId) }),
    amount: t.expose('amount', { type: 'Money', description: '应退回' }),
    left: t.field({
      type: 'Money',
      description: '尚未退回。 What is left of it.',
      resolve: (one) => fenOf(one.amount - one.settled),
    }),
    steps: t.field({
      type: [step],
      resolve: async ({ id }, _args, { load }) => [...(await load.recoverySteps.load(id))],
    }),
    raisedAt: t.expose('raisedAt', { type: 'DateTime' }),
  }),
})

const connection = connectionOf('ClaimRecovery', recovery, mayReadPayments)

builder.objectField(claim, 'recoveries', (t) =>
  t.field({
    type: [recovery],
    description: '应退回的款项。 What is to be given back of it.',
    resolve: async ({ id }, _args, { load }) => [...(await load.claimRecoveries.load(id))],
  }),
)

builder.queryField('claimRecoveries', (t) =>
  t.field({
    ...mayReadPayments,
    type: connection,
    description: '本统筹区应退回的报销款，最近的在前。 What persons have to give back, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      open: t.arg.boolean({ description: '尚未退清或已退清。 Only those of which something is left, or the others.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { open = null, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { pool } = ownRows(context)
      const filter = { ...(pool !== undefined && { pool }), open, ...(after !== null && { before: after }) }
      const page = pageOf(await context.read((tx) => listRecoveries(tx, filter, size + 1)), size, (one) => one.id)
      for (const { node } of page.edges) context.noteRead(node.insuredId, 'claimRecoveries')
      return page
    },
  }),
)

const input = builder.inputType('ReceiveClaimRecoveryInput', {
  description: '收到个人退回的款项。 What a person gave back.',
  fields: (t) => ({
    recovery: t.id({ required: true }),
    amount: t.string({ required: true, description: '元' }),
    reference: t.string({ required: true, description: '银行流水号' }),
  }),
})

builder.mutationField('receiveClaimRecovery', (t) =>
  t.field({
    ...mayPayClaims,
    type: recovery,
    description: '登记个人退回的报销款。 Notes what a person gave back of a claim.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: received }, context) => {
      const id = await receiveClaimRecovery(context, requestId, received)
      const found = await context.read((tx) => findRecovery(tx, id))
      if (found === null) throw new Error('who noted it may see it')
      return found
    },
  }),
)
