import { may } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { issueVoucher, type Voucher } from '../commands/issue-voucher.ts'

const own = may('person')
const shown = may('person', 'channel')

export const voucher = builder.objectRef<Voucher>('Voucher').implement({
  ...shown,
  description: '医保电子凭证码（医保码）。 An e-voucher to show at the counter.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: '凭证码 `ecQrCode`，28 位数字，只能解码一次。 28 digits; decoded once.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
})

builder.mutationField('issueVoucher', (t) =>
  t.field({
    ...own,
    type: voucher,
    description:
      '为登录者签发医保电子凭证码，约一分钟内有效。 Issues an e-voucher to whoever signed in, valid for about a minute.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }) },
    resolve: (_root, { requestId }, context) => issueVoucher(context, requestId),
  }),
)
