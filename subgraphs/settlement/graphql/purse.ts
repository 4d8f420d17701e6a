import { sum } from '@yibao/schema/money'
import { builder } from '../builder.ts'
import type { AccountRow, CounterRow } from '../store/purse.ts'
import { insured } from './references.ts'
import { mayReadPurse } from './rights.ts'

/** An account, by its parts. */
export const account = builder.objectRef<readonly AccountRow[]>('PersonalAccount').implement({
  ...mayReadPurse,
  description:
    '个人账户：只由缴费划入与计息形成，不能用现金充值。 The personal account: contributions and interest go into it, and cash cannot top it up.',
  fields: (t) => ({
    balance: t.field({
      type: 'Money',
      description: '余额 `balc`',
      resolve: (rows) => sum(rows.map((one) => one.balance)),
    }),
    current: t.field({
      type: 'Money',
      description: '当年账户余额。 Of this year.',
      resolve: (rows) => sum(rows.filter((one) => one.kind === 'CURRENT').map((one) => one.balance)),
    }),
    history: t.field({
      type: 'Money',
      description: '历年账户余额。 Of earlier years.',
      resolve: (rows) => sum(rows.filter((one) => one.kind === 'HISTORY').map((one) => one.balance)),
    }),
  }),
})

/** What was used up of one deductible or cap. */
export const accumulator = builder.objectRef<CounterRow>('Accumulator').implement({
  ...mayReadPurse,
  description: '累计信息 (5206)。 What was used up of one deductible or cap.',
  fields: (t) => ({
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    name: t.exposeString('name', { description: '累计项目。 The counter as the policy names it.' }),
    period: t.exposeString('period', { description: '待遇年度，或住院。 The benefit year, or the stay.' }),
    amount: t.expose('amount', { type: 'Money', description: '累计金额 `cum`' }),
  }),
})

builder.objectFields(insured, (t) => ({
  account: t.field({
    ...mayReadPurse,
    type: account,
    nullable: true,
    description:
      '个人账户，不能用现金充值；没有或无权查看为 null。 Cash cannot top it up. Null when there is none or the caller may not see it.',
    resolve: async ({ id }, _args, { load }) => {
      const rows = await load.accounts.load(id)
      return rows.length === 0 ? null : rows
    },
  }),
  accumulators: t.field({
    ...mayReadPurse,
    type: [accumulator],
    description: '累计信息，限调用者可见。 Counters the caller may see.',
    resolve: async ({ id }, _args, { load }) => [...(await load.counters.load(id))],
  }),
}))
