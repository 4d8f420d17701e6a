import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { correctContributionBill } from '../commands/contribution-correct.ts'
import { findBill } from '../store/contribution-bills.ts'
import { bill } from './contribution.ts'
import { mayWrite } from './rights.ts'

const correctInput = builder.inputType('CorrectContributionBillInput', {
  description:
    '更正灵活就业人员或城乡居民的核定：正确的基数、正确的金额、不应缴三者择一。 What a bill of who pays alone should have been: by its base, its amount, or nothing at all.',
  fields: (t) => ({
    bill: t.id({
      required: true,
      description:
        '现行的核定；已更正过的须更正其更正。 The bill as it stands: of one that was corrected its correction.',
    }),
    base: t.field({
      type: 'Money',
      description: '正确的缴费基数，元；按统筹区上下限。 Of a bill by base; moved into the limits of the pool.',
    }),
    withAccount: t.boolean({
      description: '是否建立个人账户，随基数填写，不填则不变。 With a base alone; as it stands unless said otherwise.',
    }),
    amount: t.field({
      type: 'Money',
      description:
        '正确的个人缴费金额，元，可为零；财政补助不变。 Of a fixed sum, what the person pays; may be zero, the government pays its share.',
    }),
    nothingDue: t.boolean({ description: '该期间本不应缴费。 Nothing was due for the period, from nobody.' }),
    reason: t.string({ required: true, description: '更正原因，不含证件号码。 Why, without identity numbers.' }),
  }),
})

builder.mutationField('correctContributionBill', (t) =>
  t.field({
    ...mayWrite,
    type: bill,
    description:
      '更正本统筹区灵活就业人员或城乡居民的核定，原核定不变：未缴的由新核定取代；已缴的补缴差额，或多缴待退（refundContribution），个人账户缴纳的全部退回账户后重新缴纳。 Corrects a bill of the own pool, which stays as it was: an unpaid one is replaced; of a paid one the difference is billed or owed back, and what an account has paid goes back to it whole and is paid anew.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: correctInput, required: true }) },
    resolve: async (_root, args, context) => {
      const id = await correctContributionBill(context, args)
      const found = await context.read((tx) => findBill(tx, id))
      assert(found !== null, 'the bureau of the pool sees it')
      context.noteRead(found.insuredId, 'contributionBill')
      return found
    },
  }),
)
