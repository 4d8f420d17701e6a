import assert from 'node:assert/strict'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import {
  authoriseElectronicCard,
  issueElectronicCard,
  issueElectronicCardCode,
  revokeElectronicCard,
} from '../commands/electronic-card.ts'
import type { Context } from '../context.ts'
import { findElectronicCard, listElectronicCards } from '../store/cards.ts'
import { electronicCard, electronicCardState } from './card.ts'
import { voucher } from './issue-voucher.ts'
import { mayBind, mayIssueElectronicCards, mayListElectronicCards } from './rights.ts'

const connection = connectionOf('ElectronicCard', electronicCard, mayListElectronicCards)

async function loadCard({ read, noteRead }: Context, id: string) {
  const found = await read((tx) => findElectronicCard(tx, id))
  assert(found !== null, 'who changes an electronic card may see it')
  noteRead(found.insuredId, 'electronicCards')
  return found
}

const errors = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  authoriseElectronicCard: t.field({
    ...mayBind,
    type: electronicCard,
    description:
      '本人授权渠道签发电子社保卡，须有正常使用的社会保障卡。 Lets a channel issue one upon the card in force.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      channel: t.arg.string({ required: true, description: '渠道编码，如 APP01' }),
    },
    resolve: async (_root, args, context) => loadCard(context, await authoriseElectronicCard(context, args)),
  }),
  revokeElectronicCard: t.field({
    ...mayBind,
    type: electronicCard,
    description: '本人解除电子社保卡。 Takes an electronic card back.',
    errors,
    args: { requestId: t.arg.id({ required: true }), electronicCardId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadCard(context, await revokeElectronicCard(context, args)),
  }),
  issueElectronicCard: t.field({
    ...mayIssueElectronicCards,
    type: electronicCard,
    description: '渠道签发电子社保卡（二级签发）。 A channel issues the card it was let to.',
    errors,
    args: { requestId: t.arg.id({ required: true }), electronicCardId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadCard(context, await issueElectronicCard(context, args)),
  }),
  issueElectronicCardCode: t.field({
    ...mayIssueElectronicCards,
    type: voucher,
    description:
      '电子社保卡的动态码，与医保码一样解码。 A code of an electronic card, decoded as that of an e-voucher.',
    errors,
    args: { requestId: t.arg.id({ required: true }), electronicCardId: t.arg.id({ required: true }) },
    resolve: (_root, args, context) => issueElectronicCardCode(context, args),
  }),
}))

builder.queryField('electronicCards', (t) =>
  t.field({
    ...mayListElectronicCards,
    type: connection,
    description:
      '渠道获授权的电子社保卡，先授权者在前。 Those the channel was let to issue, the first authorised first.',
    errors: { types: [InvalidInput] },
    args: { state: t.arg({ type: electronicCardState }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { state, ...args }, { as, read, noteRead }) => {
      const { channel } = as('channel')
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const page = pageOf(
        await read((tx) => listElectronicCards(tx, { channel, state: state ?? null, after }, size + 1)),
        size,
        (one) => one.id,
      )
      for (const { node } of page.edges) noteRead(node.insuredId, 'electronicCards')
      return page
    },
  }),
)
