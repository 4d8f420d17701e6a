import { builder } from '../builder.ts'
import { credentialsOf, type HeldCredential } from '../domain/credentials.ts'
import { insured } from './insured.ts'
import { mayReadCards } from './rights.ts'

const kind = builder.enumType('HeldCredentialKind', {
  description: '凭证种类。 What a person can show; e-vouchers are issued afresh each time and stand in no list.',
  values: {
    IDENTITY_CARD: { description: '居民身份证 02' },
    SOCIAL_SECURITY_CARD: { description: '社会保障卡 03' },
    ELECTRONIC_CARD: { description: '电子社保卡' },
  },
})

const held = builder.objectRef<HeldCredential>('HeldCredential').implement({
  ...mayReadCards,
  description: '参保人持有的凭证；多个凭证对应同一人。 A credential of a person; several are of one person.',
  fields: (t) => ({
    kind: t.expose('kind', { type: kind }),
    id: t.exposeID('id', { nullable: true, description: '卡或电子社保卡的标识。 Of a card.' }),
    masked: t.exposeString('masked', { nullable: true, description: '号码（掩码）。 Null for an electronic card.' }),
    channel: t.exposeString('channel', { nullable: true, description: '电子社保卡的签发渠道' }),
    isGood: t.exposeBoolean('isGood', { description: '现在能否出示。 Whether it can be shown now.' }),
    state: t.exposeString('state', {
      description: 'IN_FORCE、SUSPENDED、LOST、REPLACED、AUTHORISED、ISSUED、REVOKED、ENDED',
    }),
    since: t.expose('since', { type: 'DateTime', nullable: true, description: '自何时起；身份证为 null' }),
  }),
})

builder.objectField(insured, 'credentials', (t) =>
  t.field({
    ...mayReadCards,
    type: [held],
    description: '持有的凭证。 What the person can show, and what they once could.',
    resolve: async ({ id, identityMasked }, _args, { load, noteRead }) => {
      noteRead(id, 'credentials')
      return credentialsOf(identityMasked, await load.cards.load(id), await load.electronicCards.load(id))
    },
  }),
)
