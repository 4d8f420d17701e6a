import assert from 'node:assert/strict'
import { may } from '@yibao/schema/builder'
import { fenOf } from '@yibao/schema/money'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { payPremiumFromAccount } from '../commands/premium.ts'
import { readPremium } from '../store/premium.ts'

/** One's own account. */
const mayPayPremium = may('person settlement:read')

type Premium = NonNullable<Awaited<ReturnType<typeof readPremium>>>

const premium = builder.objectRef<Premium>('AccountPremium').implement({
  ...mayPayPremium,
  description: '个人账户代缴的居民医保费。 A resident’s premium that an account has paid.',
  fields: (t) => ({
    id: t.id({ resolve: (one) => one.premium.premiumId }),
    bill: t.id({ description: '缴费核定标识', resolve: (one) => one.premium.billId }),
    amount: t.field({
      type: 'Money',
      description: '金额，元',
      resolve: (one) => fenOf(one.premium.current + one.premium.history),
    }),
    current: t.field({ type: 'Money', description: '其中当年账户', resolve: (one) => one.premium.current }),
    history: t.field({ type: 'Money', description: '其中历年账户', resolve: (one) => one.premium.history }),
    at: t.field({ type: 'DateTime', description: '扣款时间', resolve: (one) => one.premium.at }),
    returnedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        '退回账户的时间：该费款已由其他渠道缴纳。 Given back, since the bill was paid another way meanwhile.',
      resolve: (one) => one.returnedAt,
    }),
  }),
})

builder.mutationField('payPremiumFromAccount', (t) =>
  t.field({
    ...mayPayPremium,
    type: premium,
    description:
      '以登录者本人的个人账户缴纳本人或绑定家人的居民医保费，不超过共济上限与余额。 Pays a resident’s premium, one’s own or a bound relative’s, from one’s own account.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      bill: t.arg.id({ required: true, description: '缴费核定标识，由 contributionStatus 或 billContributions 取得' }),
    },
    resolve: async (_root, args, context) => {
      const id = await payPremiumFromAccount(context, args)
      const found = await context.read((tx) => readPremium(tx, id))
      assert(found !== null, 'who has paid may see it')
      context.noteRead(found.premium.insuredId, 'account')
      return found
    },
  }),
)
