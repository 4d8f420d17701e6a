import { callerOf } from '@yibao/schema/identity'
import { fenOf } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { receiveClaimRecovery, takeClaimRecovery } from '../commands/claim-recovery.ts'
import type { Context } from '../context.ts'
import { ClaimChanged } from '../domain/claim.ts'
import { findRecovery, listRecoveries, type ClaimRecovery, type RecoveryStep } from '../store/claim-recovery.ts'
import { accountFor } from './claim-review.ts'
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

const cause = builder.enumType('ClaimRecoveryCause', {
  description: '应退回的缘由。 Why it is to be given back.',
  values: {
    DECIDED_ANEW: { description: '重新处理后应拨付的少于已拨付的。 Decided anew, less is owed than was paid.' },
    PAID_TWICE: {
      description: '银行曾退回的一笔也已付出。 The bank has paid a transfer as well that it had rejected.',
    },
  } as const,
})

const recovery = builder.objectRef<ClaimRecovery>('ClaimRecovery').implement({
  ...mayReadClaims,
  description:
    '多付、应退回的报销款。 What was paid too much of a claim: it was decided anew, or the bank has paid it twice.',
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
    cause: t.field({ type: cause, resolve: ({ returnId }) => (returnId === null ? 'DECIDED_ANEW' : 'PAID_TWICE') }),
    owner: t.string({
      nullable: true,
      description: '追回经办人，仅经办与审计可见。 Who of the agency sees to it; the agency and auditors see that.',
      resolve: ({ owner }, _args, context) => accountFor(context, owner),
    }),
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
      mine: t.arg.boolean({ description: '仅本人经办的。 Only those whoever asks sees to.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { open = null, mine, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { pool } = ownRows(context)
      const owner = mine === true && context.identity !== null ? callerOf(context.identity) : undefined
      const filter = {
        ...(pool !== undefined && { pool }),
        ...(owner && { owner }),
        open,
        ...(after !== null && { before: after }),
      }
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
    description:
      '登记个人退回的报销款，不得为该笔应退款的经办人，亦不得为拨付或确认多付的人员。 Notes what a person gave back of a claim: not whoever sees to it, nor who sent or confirmed what was paid twice.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: received }, context) =>
      shown(context, await receiveClaimRecovery(context, requestId, received)),
  }),
)

builder.mutationField('takeClaimRecovery', (t) =>
  t.field({
    ...mayPayClaims,
    type: recovery,
    description:
      '领办一笔应退款；多付的由确认者经办，直至他人领办。 Takes it over to see that it comes back; who confirmed that the bank paid twice sees to that until somebody else does.',
    errors: { types: [NotFound, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), recovery: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, ...taken }, context) =>
      shown(context, await takeClaimRecovery(context, requestId, taken)),
  }),
)

async function shown(context: Context, id: string): Promise<ClaimRecovery> {
  const found = await context.read((tx) => findRecovery(tx, id))
  if (found === null) throw new Error('who changed it may see it')
  return found
}
