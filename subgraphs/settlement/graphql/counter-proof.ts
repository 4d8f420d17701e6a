import { pageOf } from '@yibao/schema/page'
import { InvalidInput } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { limitOfCounter, provenText } from '../commands/counter-proof.ts'
import { readBillPage } from '../domain/counter-proof.ts'
import { timeOfId } from '../domain/settlement-id.ts'
import type { CounterBill } from '../store/counter-proof.ts'
import { accumulator } from './purse.ts'
import { mayReadPurse } from './rights.ts'
import { settlement } from './settlement.ts'
import { text } from './words.ts'

const bill = builder.objectRef<CounterBill>('AccumulatorBill').implement({
  ...mayReadPurse,
  description: '构成累计的一笔结算，冲正已抵减。 What one bill used of a counter, what was given back taken off.',
  fields: (t) => ({
    amount: t.expose('amount', { type: 'Money', description: '计入金额。 What it used.' }),
    settledAt: t.field({ type: 'DateTime', description: '结算时间 `setl_time`', resolve: ({ id }) => timeOfId(id) }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '结算；家人的账单为 null。 Null when it is a relative’s bill that the account helped to pay.',
      resolve: ({ insuredId, id }, _args, { load }) => load.settlement.load({ insuredId, id }),
    }),
  }),
})

const bills = connectionOf('AccumulatorBill', bill, mayReadPurse)

builder.objectFields(accumulator, (t) => ({
  limit: t.field({
    ...mayReadPurse,
    type: 'Money',
    nullable: true,
    description:
      '现行起付线或限额；取决于尚未发生的就诊（如医院级别）或无限额时为 null。 The standard or cap for this person now; null when there is none or it depends on the next bill, such as the level of the hospital.',
    resolve: (counter, _args, context) => limitOfCounter(context, counter),
  }),
  bills: t.field({
    ...mayReadPurse,
    type: bills,
    description:
      '构成该累计的有效结算，最新在前，合计等于 amount。 The bills that stand behind it, latest first; they add up to `amount`.',
    errors: { types: [InvalidInput], union: { name: 'AccumulatorBillsResult' } },
    args: { first: t.arg.int({ description: '默认 20，最多 100' }), after: t.arg.string() },
    resolve: async (counter, args, { load }) => {
      const wanted = readBillPage(args)
      const found = await load.counterBills.load({ counter, ...wanted })
      return pageOf(found, wanted.size, ({ id }) => id)
    },
  }),
  text: t.field({
    ...mayReadPurse,
    type: text,
    nullable: true,
    description:
      '文字说明：已用多少、限额多少、由几笔结算构成；不符时为 null 并告警。 In words; null, with an alarm, when the bills give something else.',
    resolve: (counter, _args, context) => provenText(context, counter),
  }),
}))
