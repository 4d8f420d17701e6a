import { fenOf } from '@yibao/schema/money'
import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { timeOfId } from '../domain/settlement-id.ts'
import { listGiven, type MutualAidRow } from '../store/beside-settlement.ts'
import { insured } from './references.ts'
import { mayReadPurse } from './rights.ts'
import { settlement } from './settlement.ts'

const payment = builder.objectRef<MutualAidRow>('MutualAidPayment').implement({
  ...mayReadPurse,
  description:
    '家庭共济支付：一位绑定家人的账户为一笔结算所付；冲正为负。 What the account of a bound relative paid of a bill; negative where it is given back.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: '支付时间', resolve: (one) => timeOfId(one.settlementId) }),
    place: t.exposeInt('place', { description: '绑定顺序。 Place in the order of the binding.' }),
    amount: t.field({
      type: 'Money',
      description: '支付金额',
      resolve: ({ current, history }) => fenOf(current + history),
    }),
    current: t.expose('current', { type: 'Money', description: '当年账户支付。 From the account of this year.' }),
    history: t.expose('history', { type: 'Money', description: '历年账户支付。 From that of earlier years.' }),
  }),
})

const connection = connectionOf('MutualAidPayment', payment, mayReadPurse)

builder.objectField(settlement, 'mutualAidPayments', (t) =>
  t.field({
    ...mayReadPurse,
    type: [payment],
    description: '家庭共济支付明细，按绑定顺序。 What relatives paid, in the order of the binding.',
    resolve: async ({ id }, _args, { load }) => [...(await load.mutualAid.load(id))],
  }),
)

builder.objectField(insured, 'mutualAidGiven', (t) =>
  t.field({
    ...mayReadPurse,
    type: connection,
    description:
      '本人账户为家人支付的记录，最新在前；看不到家人的账单。 What this person’s account paid for relatives, latest first; not their bills.',
    errors: { types: [InvalidInput], union: { name: 'InsuredMutualAidGivenResult' } },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: async ({ id }, args, context) => {
      const problems: Problem[] = []
      const wanted = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const rows = uuidFault(id) === null ? await context.read((tx) => listGiven(tx, id, wanted)) : []
      if (rows.length > 0) context.noteRead(id, 'mutualAidGiven')
      return pageOf(rows, wanted.size, (one) => one.settlementId)
    },
  }),
)
