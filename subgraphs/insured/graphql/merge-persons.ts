import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { mergePersons } from '../commands/merge-persons.ts'
import { findMerged } from '../store/merge-persons.ts'
import { insured } from './insured.ts'
import { mayReadMutualAid, mayWrite } from './rights.ts'

builder.objectField(insured, 'mergedFrom', (t) =>
  t.idList({
    ...mayReadMutualAid,
    description: '已并入本人的原记录标识。 Ids of the records that were merged into this one.',
    resolve: async ({ id }, _args, { read }) => (await read((tx) => findMerged(tx, [id]))).map((one) => one.insuredId),
  }),
)

builder.mutationField('mergePersons', (t) =>
  t.field({
    ...mayWrite,
    type: insured,
    description:
      '合并同一人的两条记录：证件、卡、参保关系、备案、共济、账户与累计归于保留的记录，历史不丢失。 Makes two records of one person one; money and history go on with the one that is kept.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      from: t.arg.id({ required: true, description: '被并入的记录。 The record that is given up.' }),
      into: t.arg.id({ required: true, description: '保留的记录。 The record that goes on.' }),
      reason: t.arg.string({ required: true, description: '原因，不含证件号码。 Without identity numbers.' }),
    },
    resolve: async (_root, args, context) => {
      const id = await mergePersons(context, args)
      context.load.person.clearAll()
      const person = await context.load.person.load(id)
      assert(person !== null, 'who merges two records may see the one that goes on')
      return person
    },
  }),
)
