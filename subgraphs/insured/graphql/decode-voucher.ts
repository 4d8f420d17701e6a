import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { decodeElsewhere, isAskedElsewhere, type VisitTokenElsewhere } from '../commands/ask-elsewhere.ts'
import { decodeVoucher, type VisitToken } from '../commands/decode-voucher.ts'
import { insuredElsewhere } from './insured-elsewhere.ts'
import { insured } from './insured.ts'
import { mayBeShown } from './rights.ts'

const purpose = builder.enumType('VoucherPurpose', {
  description: '解码用途 `businessType`；令牌只能用于此用途。 What a visit token is good for.',
  values: {
    REGISTRATION: { description: '门诊挂号、就诊及其结算。 Outpatient care from the registration to the settlement.' },
    SETTLEMENT: { description: '门诊收费结算。 Settling outpatient care.' },
    PHARMACY: { description: '药店购药。 Buying drugs in a pharmacy.' },
    ADMISSION: { description: '入院及住院期间，至出院。 A stay from the admission to the discharge.' },
    DISCHARGE: { description: '出院结算。 Settling a stay.' },
  },
})

const token = builder.objectRef<VisitToken>('VisitToken').implement({
  ...mayBeShown,
  description: '就诊令牌：绑定参保人、机构和用途。 A token bound to a person, an institution and a purpose.',
  fields: (t) => ({
    token: t.exposeString('token', {
      description: '电子凭证令牌 `ecToken`，40 位；用作 `mdtrt_cert_no`，`mdtrt_cert_type` 01。 40 characters.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    purpose: t.expose('purpose', { type: purpose }),
    insured: t.field({
      type: insured,
      description:
        '参保人基本信息：`userName`、`idNo`（掩码）、`insuOrg`。 Whose e-voucher it is; readable for the rest of the day.',
      resolve: (one) => one.insured,
    }),
  }),
})

const tokenElsewhere = builder.objectRef<VisitTokenElsewhere>('VisitTokenElsewhere').implement({
  ...mayBeShown,
  description: '外省参保人的就诊令牌，由参保地平台签发，仅在本机构有效。 A visit token of a person insured elsewhere.',
  fields: (t) => ({
    token: t.exposeString('token', { description: '电子凭证令牌 `ecToken`，40 位' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    purpose: t.expose('purpose', { type: purpose }),
    insured: t.expose('insured', { type: insuredElsewhere }),
  }),
})

builder.mutationField('decodeVoucher', (t) =>
  t.errorUnionField({
    ...mayBeShown,
    types: [token, tokenElsewhere, InvalidInput, NotFound, NotAllowed, RequestReused, Busy],
    union: {
      resolveType: (one) => ('insured' in one && 'insuredPool' in one.insured ? 'VisitTokenElsewhere' : 'VisitToken'),
    },
    description:
      '电子凭证解码 (1162, EcQuery)：一个凭证码只能解码一次；外省参保人须给出参保地。 Decodes an e-voucher once, into a token for one visit.',
    args: {
      requestId: t.arg.id({ required: true }),
      code: t.arg.string({ required: true, description: '凭证码 `ecQrCode`，28 位数字' }),
      purpose: t.arg({ type: purpose, required: true }),
      insuredPool: t.arg.string({
        description: '参保地医保区划，外省参保人必填。 Where the person is insured, if elsewhere.',
      }),
    },
    resolve: (_root, { insuredPool, ...args }, context) =>
      isAskedElsewhere(context, insuredPool)
        ? decodeElsewhere(context, { ...args, insuredPool })
        : decodeVoucher(context, args),
  }),
)
