import { Busy, InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { isAskedElsewhere, presentElsewhere } from '../commands/ask-elsewhere.ts'
import { presentCredential } from '../commands/present-credential.ts'
import { insuredElsewhere } from './insured-elsewhere.ts'
import { insured } from './insured.ts'
import { mayBeShown } from './rights.ts'

const kind = builder.enumType('CredentialKind', {
  description: '就诊凭证类型 `mdtrt_cert_type`',
  values: {
    E_VOUCHER: { description: '医保电子凭证 01：解码所得令牌。 The visit token that decodeVoucher gave.' },
    IDENTITY_CARD: { description: '居民身份证 02' },
    SOCIAL_SECURITY_CARD: { description: '社会保障卡 03' },
  },
})

const credential = builder.inputType('CredentialInput', {
  description: '就诊凭证。 What the person shows at the counter.',
  fields: (t) => ({
    kind: t.field({ type: kind, required: true }),
    value: t.string({ required: true, description: '就诊凭证编号 `mdtrt_cert_no`：令牌、证件号码或卡号' }),
  }),
})

const detail = builder.enumType('ElsewhereDetail', {
  description: '向外省参保地另行查询的内容。 What is told of a person insured elsewhere when it is asked for.',
  values: {
    DISEASES: { description: '慢特病备案 (5301)' },
    ACCUMULATORS: { description: '累计信息 (5206)' },
  },
})

builder.queryField('insuredByCredential', (t) =>
  t.errorUnionField({
    ...mayBeShown,
    types: [insured, insuredElsewhere, InvalidInput, NotFound, NotAllowed, Busy],
    union: { resolveType: (one) => ('insuredPool' in one ? 'InsuredElsewhere' : 'Insured') },
    description:
      '出示凭证获取参保人信息 (1101)；当日内该机构可查询其基本信息。外省参保人须给出参保地，由参保地平台应答。 The person who shows a credential; the institution may read their basic data for the rest of the day. Of somebody insured elsewhere the platform there is asked.',
    args: {
      credential: t.arg({ type: credential, required: true }),
      insuredPool: t.arg.string({
        description: '参保地医保区划 `insuplc_admdvs`，外省参保人必填。 Where the person is insured, if elsewhere.',
      }),
      details: t.arg({ type: [detail], description: '仅用于外省参保人。 Of somebody insured elsewhere alone.' }),
    },
    resolve: (_root, { credential: shown, insuredPool, details }, context) =>
      isAskedElsewhere(context, insuredPool)
        ? presentElsewhere(context, { credential: shown, insuredPool, details: details ?? [] })
        : presentCredential(context, shown),
  }),
)
