import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { refundContribution } from '../commands/contribution-refund.ts'
import { findReceipt } from '../store/contribution-receipts.ts'
import { receipt } from './contribution.ts'
import { mayRefund } from './rights.ts'

builder.mutationField('refundContribution', (t) =>
  t.field({
    ...mayRefund,
    type: receipt,
    description:
      '登记重复缴费已退还，由原收款渠道或统筹区经办机构办理，一笔一次。 Notes that what was paid twice was given back, by the channel that took it or the bureau of its pool; once.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      receipt: t.arg.id({
        required: true,
        description: '缴费单号，状态为 OVERPAID 或 UNAPPLIED。 One that is OVERPAID or UNAPPLIED.',
      }),
      reference: t.arg.string({ required: true, description: '退费流水号。 The number of the transfer.' }),
    },
    resolve: async (_root, { requestId, ...input }, context) => {
      const id = await refundContribution(context, { requestId, input })
      const found = await context.read((tx) => findReceipt(tx, id))
      assert(found !== null, 'who gives it back may see it')
      if (found.insuredId !== null) context.noteRead(found.insuredId, 'contributionReceipts')
      return found
    },
  }),
)
