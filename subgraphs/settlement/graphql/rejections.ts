import { open } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import { AlreadySettled, NotCovered } from '../domain/refusals.ts'
import { SettlementPending } from '../domain/pending.ts'
import { settlement } from './settlement.ts'
import { rejection } from './words.ts'

builder.objectType(AlreadySettled, {
  name: 'AlreadySettled',
  ...open(),
  description: '同一账单已在另一请求下结算。 The same bill was settled before, under another request id.',
  interfaces: [rejection],
  fields: (t) => ({
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '原结算。 The settlement it was settled with.',
      resolve: ({ holder }, _args, { load }) =>
        load.settlement.load({ id: holder.settlementId, insuredId: holder.insuredId }),
    }),
  }),
})

const detail = (one: NotCovered, name: string): string | null => {
  const value = one.details[name]
  return typeof value === 'string' ? value : null
}

builder.objectType(NotCovered, {
  name: 'NotCovered',
  ...open(),
  description: '待遇判定日不享受待遇。 The person is not covered on the day that decides.',
  interfaces: [rejection],
  fields: (t) => ({
    decidingDay: t.string({ resolve: (one) => detail(one, 'day') ?? '' }),
    reason: t.string({
      description: 'NOT_ENROLLED 未参保，NOT_YET 未开始，WAITING 等待期，ENDED 已终止，SUSPENDED 暂停，ARREARS 欠费',
      resolve: (one) => detail(one, 'reason') ?? '',
    }),
    pool: t.string({ nullable: true, resolve: (one) => detail(one, 'pool') }),
    insuranceType: t.string({ nullable: true, resolve: (one) => detail(one, 'insuranceType') }),
    beginOn: t.string({ nullable: true, description: '参保开始日期', resolve: (one) => detail(one, 'beginOn') }),
    endOn: t.string({ nullable: true, description: '参保结束日期', resolve: (one) => detail(one, 'endOn') }),
  }),
})

builder.objectType(SettlementPending, {
  name: 'SettlementPending',
  ...open(),
  description:
    '参保地在另一平台，已预占，尚未确认；以 outcome 查询。 The person is insured on another platform: reserved there, not yet committed; ask `outcome`.',
  fields: (t) => ({ requestId: t.exposeID('requestId') }),
})
