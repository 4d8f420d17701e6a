import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { ExchangeDeduction } from '../domain/exchange-deduction.ts'
import { Fields } from '../domain/fields.ts'
import { readProvince } from '../domain/province.ts'
import { listExchangeDeductions } from '../store/exchange-deduction.ts'
import { mayReadPayments } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { settlement } from './settlement.ts'

const deduction = builder.objectRef<ExchangeDeduction>('ExchangeDeduction').implement({
  ...mayReadPayments,
  description:
    '就医地对跨省结算的审核扣款，已退还参保地基金。 What another province deducted of a bill of a person insured here; it went back to the funds.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '就医地的扣款 ID。 Its id there.' }),
    province: t.exposeString('province', { description: '就医地省级代码' }),
    exchange: t.exposeID('exchange', { description: '跨省交换 ID' }),
    institution: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    pool: t.exposeString('pool', { description: '参保地统筹区 `insuplc_admdvs`' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      resolve: ({ insuredId, settlementId: id }, _args, { load }) => load.settlement.load({ insuredId, id }),
    }),
    amount: t.expose('amount', { type: 'Money', description: '金额，撤回为负。 Negative when it withdraws another.' }),
    reason: t.exposeString('reason', { description: '扣款原因代码。 The code of the other province.' }),
    words: t.exposeString('words', { description: '说明' }),
    withdraws: t.exposeID('withdraws', { nullable: true, description: '撤回的扣款。 The deduction it withdraws.' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', description: '就医地决定时间' }),
    postedAt: t.expose('at', { type: 'DateTime', description: '本地入账时间' }),
  }),
})
const deductions = connectionOf('ExchangeDeduction', deduction, mayReadPayments)

builder.queryField('exchangeDeductions', (t) =>
  t.field({
    ...mayReadPayments,
    type: deductions,
    description: '就医地退还的审核扣款，最近的在前。 What other provinces deducted, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '就医地省级代码' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const of = readProvince(fields, 'province', province)
      fields.check()
      const { pool } = ownRows(context)
      const filter = {
        ...(pool !== undefined && { pool }),
        ...(of !== null && { province: of }),
        ...(after !== null && { before: after }),
      }
      return pageOf(await context.read((tx) => listExchangeDeductions(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
)
