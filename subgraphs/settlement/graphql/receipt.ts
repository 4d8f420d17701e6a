import { open } from '@yibao/schema/builder'
import { receiptKeyOf, type ReceiptKey } from '@yibao/schema/receipt-key'
import { builder } from '../builder.ts'
import { signedReceipt } from '../commands/receipt.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'

builder.objectField(settlement, 'receipt', (t) =>
  t.string({
    ...mayRead,
    description:
      '签名结算凭证 (JWS, EdDSA)：金额、基金分项、明细摘要、政策与总账位置，每次取得相同；以 receiptKeys 离线验证；一次请求最多 200 份。 The signed receipt with the ledger position; the same bytes each time; verified offline by `receiptKeys`; at most 200 in one operation.',
    resolve: (one, _args, context) => signedReceipt(context, one),
  }),
)

const receiptKey = builder.objectRef<ReceiptKey>('ReceiptKey').implement({
  ...open(),
  description: '验证结算凭证的公钥 (JWK)。 A public key by which receipts are verified.',
  fields: (t) => ({
    kid: t.exposeString('kid', { description: '密钥编号 (RFC 7638)。 As the header of a receipt names it.' }),
    kty: t.exposeString('kty', { description: 'OKP' }),
    crv: t.exposeString('crv', { description: 'Ed25519' }),
    x: t.exposeString('x', { description: 'Base64url' }),
    alg: t.exposeString('alg', { description: 'EdDSA' }),
    use: t.exposeString('use', { description: 'sig' }),
  }),
})

builder.queryField('receiptKeys', (t) =>
  t.field({
    ...open(),
    type: [receiptKey],
    description:
      '结算凭证公钥；网关 `/receipts/jwks.json` 亦公布。 The keys receipts are verified by, also at `/receipts/jwks.json`.',
    resolve: (_root, _args, { secrets }) => [receiptKeyOf(secrets.receipt.publicKey)],
  }),
)
