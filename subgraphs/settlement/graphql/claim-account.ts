import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { enterClaimAccount, passClaimAccount } from '../commands/claim-account.ts'
import type { Context } from '../context.ts'
import { ClaimChanged, type Claim } from '../domain/claim.ts'
import type { ClaimAccount } from '../store/claim-account.ts'
import { claim } from './claim.ts'
import { mayClaim, mayPayClaims, mayReadClaims } from './rights.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, ClaimChanged, RequestReused, Busy] }

const relation = builder.enumType('ClaimAccountRelation', {
  description: '收款人。 Whose account it is.',
  values: {
    SELF: { description: '参保人本人' },
    GUARDIAN: { description: '监护人，须经办人员核对。 A guardian’s; one of the staff looks at it.' },
  } as const,
})

const account = builder.objectRef<ClaimAccount>('ClaimAccount').implement({
  ...mayReadClaims,
  description: '收款账户，账号加密保存。 Where a claim is paid; the number is kept encrypted.',
  fields: (t) => ({
    number: t.exposeInt('seq', { description: '第几次填写，从 1 起。 Counted from 1; the latest counts.' }),
    holder: t.exposeString('holder', { description: '户名' }),
    relation: t.expose('relation', { type: relation }),
    bankName: t.exposeString('bankName', { description: '开户银行' }),
    bankCode: t.exposeString('bankCode', { nullable: true, description: '支付系统行号' }),
    masked: t.exposeString('masked', { description: '账号（掩码）' }),
    fits: t.exposeBoolean('fits', {
      description:
        '已通过核对，可以拨付；否则待经办人员核对。 Passed its checks; otherwise one of the staff looks at it.',
    }),
    enteredAt: t.expose('enteredAt', { type: 'DateTime' }),
  }),
})

builder.objectField(claim, 'account', (t) =>
  t.field({
    type: account,
    nullable: true,
    description: '收款账户；未填写为空。 Null when none is entered.',
    resolve: async ({ id }, _args, { load }) => (await load.claimAccounts.load(id)).at(-1) ?? null,
  }),
)

const input = builder.inputType('EnterClaimAccountInput', {
  description: '收款账户。 Where a claim is to be paid.',
  fields: (t) => ({
    claim: t.id({ required: true }),
    holder: t.string({ required: true, description: '户名，须为参保人本人，或监护人' }),
    number: t.string({ required: true, description: '账号或卡号，可含空格' }),
    bankName: t.string({ required: true, description: '开户银行' }),
    bankCode: t.string({ description: '支付系统行号，12 位' }),
    guardian: t.boolean({ description: '收款人为监护人。 It is the account of a guardian.' }),
  }),
})

async function claimOf(context: Context, id: string): Promise<Claim> {
  const found = await context.load.claim.load(id)
  if (found === null) throw new Error('who changed a claim may see it')
  return found
}

builder.mutationFields((t) => ({
  enterClaimAccount: t.field({
    ...mayClaim,
    type: claim,
    description:
      '填写或更正收款账户；银行退回的，更正后重新拨付。 Says where a claim is paid; after the bank gave it back, it is paid again.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, { requestId, input: entered }, context) =>
      claimOf(context, await enterClaimAccount(context, requestId, entered)),
  }),
  passClaimAccount: t.field({
    ...mayPayClaims,
    type: claim,
    description:
      '经办人员核对收款账户后放行，不得为录入人；其后另有填写的，须重新核对。 One of the staff, not who entered it, has looked at the account; `ClaimChanged` when another was entered since.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      claim: t.arg.id({ required: true }),
      account: t.arg.int({
        required: true,
        description: '所核对的是第几次填写的账户，见 ClaimAccount.number。 Which account was looked at, by its number.',
      }),
    },
    resolve: async (_root, { requestId, ...passed }, context) =>
      claimOf(context, await passClaimAccount(context, requestId, passed)),
  }),
}))
