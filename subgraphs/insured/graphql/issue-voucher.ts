import { may } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { issueVoucher, type Voucher } from '../commands/issue-voucher.ts'

const own = may('person')

const voucher = builder.objectRef<Voucher>('Voucher').implement({
  ...own,
  description: '医保电子凭证。 An e-voucher to show at the counter.',
  fields: (t) => ({
    token: t.exposeString('token', { description: '电子凭证令牌 `ecToken`, `mdtrt_cert_type` 01' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
})

builder.mutationField('issueVoucher', (t) =>
  t.field({
    ...own,
    type: voucher,
    description:
      '为登录者签发医保电子凭证，数分钟内有效。 Issues an e-voucher to whoever signed in, valid for minutes.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }) },
    resolve: (_root, { requestId }, context) => issueVoucher(context, requestId),
  }),
)
