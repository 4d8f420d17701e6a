import { open } from '@yibao/schema/builder'
import type { Rejection } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { divisionFault } from '@yibao/schema/ids'
import { CLAIM_CAUSES, type ClaimCause } from '../domain/claim.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'
import { AlreadySettled, NotCovered } from '../domain/refusals.ts'
import { SettlementPending } from '../domain/pending.ts'
import { claimRulesOf } from '../store/claim-rules.ts'
import { claimRules } from './claim-rules.ts'
import { claimCause } from './claim-words.ts'
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

/** The rules of pools that say nothing of their own. */
const NATIONAL = '100000'

const detail = (one: Rejection, name: string): string | null => {
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

/** What another platform told of a refusal is looked at before it is used. */
const poolOf = (one: NotSettledDirectly): string => {
  const pool = detail(one, 'pool')
  return pool === null || divisionFault(pool) !== null ? NATIONAL : pool
}
const causeOf = (one: NotSettledDirectly): ClaimCause =>
  CLAIM_CAUSES.find((cause) => cause === detail(one, 'cause')) ?? 'OTHER'

builder.objectType(NotSettledDirectly, {
  name: 'NotSettledDirectly',
  ...open(),
  description:
    '窗口不能直接结算，可申请零星报销：先以 cause 查 claimConditions，再 saveClaimDraft 或 startClaimFromBill。 It is not settled at the window; it may be claimed by hand: ask `claimConditions` with this cause, then `saveClaimDraft`, or `startClaimFromBill` of a visit that is known.',
  interfaces: [rejection],
  fields: (t) => ({
    cause: t.field({
      type: claimCause,
      description: '申请时填写的原因。 What the claim says for a cause.',
      resolve: causeOf,
    }),
    claimRules: t.field({
      type: claimRules,
      description:
        '参保统筹区的零星报销规则与经办机构；统筹区未知时为国家框架。 How and where the pool takes claims; the national frame while nobody knows the pool.',
      resolve: (one) => ({ ...claimRulesOf(poolOf(one)), pool: poolOf(one) }),
    }),
  }),
})

builder.objectType(SettlementPending, {
  name: 'SettlementPending',
  ...open(),
  description:
    '参保地在另一平台，已预占，尚未确认；以 outcome 查询。 The person is insured on another platform: reserved there, not yet committed; ask `outcome`.',
  fields: (t) => ({ requestId: t.exposeID('requestId') }),
})
