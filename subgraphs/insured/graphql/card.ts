import { builder } from '../builder.ts'
import type { Card, CardChange } from '../domain/card-change.ts'
import type { ElectronicCard } from '../domain/electronic-card.ts'
import { insured } from './insured.ts'
import { mayReadCards, mayReadElectronicCards } from './rights.ts'

const state = builder.enumType('CardState', {
  description: '社会保障卡状态',
  values: {
    IN_FORCE: { description: '正常。 Can be shown.' },
    SUSPENDED: { description: '停用。 Refused until it is resumed.' },
    LOST: { description: '挂失。 Refused everywhere.' },
    REPLACED: { description: '已补换，永久作废。 Dead for ever.' },
  },
})

export const electronicCardState = builder.enumType('ElectronicCardState', {
  description: '电子社保卡状态',
  values: {
    AUTHORISED: { description: '本人已授权，待渠道签发。 The channel may issue it.' },
    ISSUED: { description: '已签发' },
    REVOKED: { description: '本人已解除。 Taken back by the person.' },
    ENDED: { description: '随实体卡失效。 Dead with the card it was issued upon.' },
  },
})

const change = builder.objectRef<CardChange>('CardChange').implement({
  ...mayReadCards,
  description: '社会保障卡的一次变更。 What became of a card.',
  fields: (t) => ({
    state: t.expose('state', { type: state }),
    at: t.expose('at', { type: 'DateTime' }),
    reason: t.exposeString('reason', { nullable: true }),
  }),
})

export const electronicCard = builder.objectRef<ElectronicCard>('ElectronicCard').implement({
  ...mayReadElectronicCards,
  description: '电子社保卡（二级签发）。 An electronic social-security card that a channel issues upon a card.',
  fields: (t) => ({
    id: t.exposeID('id'),
    channel: t.exposeString('channel', { description: '签发渠道编码。 The channel it is bound to.' }),
    state: t.expose('state', { type: electronicCardState }),
    authorisedAt: t.expose('authorisedAt', { type: 'DateTime' }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', nullable: true }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
  }),
})

export const card = builder.objectRef<Card>('SocialSecurityCard').implement({
  ...mayReadCards,
  description: '社会保障卡，`mdtrt_cert_type` 03。 A social-security card.',
  fields: (t) => ({
    id: t.exposeID('id'),
    numberMasked: t.exposeString('numberMasked', { description: '卡号（掩码）。 The first character only.' }),
    state: t.expose('state', { type: state }),
    since: t.expose('since', { type: 'DateTime', description: '自何时起。 Since when it is in this state.' }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime' }),
    replaces: t.exposeID('replaces', { nullable: true, description: '所补换的旧卡。 The card it took the place of.' }),
    changes: t.field({
      type: [change],
      description:
        '变更记录，由早到晚；发卡批量导入者无记录。 Oldest first; none of a card that came with a migration.',
      resolve: async ({ id, insuredId }, _args, { load }) =>
        (await load.cardChanges.load(insuredId)).filter((one) => one.cardId === id),
    }),
    electronicCards: t.field({
      type: [electronicCard],
      description: '由此卡签发的电子社保卡，由早到晚。 Oldest first.',
      resolve: async ({ id, insuredId }, _args, { load }) =>
        (await load.electronicCards.load(insuredId)).filter((one) => one.cardId === id),
    }),
  }),
})

builder.objectField(insured, 'cards', (t) =>
  t.field({
    ...mayReadCards,
    type: [card],
    description: '社会保障卡，由早到晚。 Social-security cards, oldest first.',
    resolve: async ({ id }, _args, { load, noteRead }) => {
      noteRead(id, 'cards')
      return [...(await load.cards.load(id))]
    },
  }),
)
