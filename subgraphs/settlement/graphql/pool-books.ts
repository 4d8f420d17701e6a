import { fenOf } from '@yibao/schema/money'
import { InvalidInput } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { Fields } from '../domain/fields.ts'
import { readPool } from '../domain/pool-statement.ts'
import { readPoolBooks, type PoolBooks } from '../store/pool-books.ts'
import { mayReadPayments } from './clearing-rights.ts'

const books = builder.objectRef<PoolBooks>('PoolBooks').implement({
  ...mayReadPayments,
  description: '两统筹区账面往来。 What one pool owes another, by the books of both.',
  fields: (t) => ({
    debtor: t.exposeString('debtor', { description: '应付方统筹区' }),
    creditor: t.exposeString('creditor', { description: '应收方统筹区' }),
    due: t.expose('due', { type: 'Money', description: '应付方账面应付。 By the books of the debtor.' }),
    claim: t.expose('claim', { type: 'Money', description: '应收方账面应收。 By the books of the creditor.' }),
    onTheWay: t.expose('onTheWay', { type: 'Money', description: '已付未到账。 Paid and not received yet.' }),
    agree: t.boolean({
      description: '账面相符：应付 + 在途 = 应收。 due + onTheWay = claim.',
      resolve: ({ due, claim, onTheWay }) => fenOf(due + onTheWay) === claim,
    }),
  }),
})

const answer = builder.objectRef<readonly PoolBooks[]>('PoolBooksOfBoth').implement({
  ...mayReadPayments,
  description: '双向往来。 In both directions.',
  fields: (t) => ({ directions: t.field({ type: [books], resolve: (both) => [...both] }) }),
})

builder.queryField('poolBooks', (t) =>
  t.field({
    ...mayReadPayments,
    type: answer,
    description: '本统筹区与另一统筹区的账面是否相符。 Whether the books of two pools about each other agree.',
    errors: { types: [InvalidInput] },
    args: {
      other: t.arg.string({ required: true, description: '对方统筹区。 The other pool.' }),
      pool: t.arg.string({ description: '审计填写；经办为本统筹区。 For auditors; staff ask for their own.' }),
    },
    resolve: (_root, { other, pool }, { identity, db }) => {
      const fields = new Fields()
      const one = identity?.kind === 'staff' ? identity.pool : readPool(fields, 'pool', pool)
      const another = readPool(fields, 'other', other)
      if (one === null) fields.fault('pool', 'REQUIRED', { zh: '须填写', en: 'is needed' })
      if (another === null || another === one)
        fields.fault('other', 'RANGE', { zh: '须为另一统筹区', en: 'must be another pool' })
      fields.check()
      return readPoolBooks(db.hot, one ?? '', another ?? '')
    },
  }),
)
