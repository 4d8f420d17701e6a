import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { changeCard } from '../commands/change-card.ts'
import { issueCard, replaceCard } from '../commands/issue-card.ts'
import type { Context } from '../context.ts'
import { findCard } from '../store/cards.ts'
import { card } from './card.ts'
import { mayReportLoss, mayWrite } from './rights.ts'

async function loadCard({ read, noteRead }: Context, id: string) {
  const found = await read((tx) => findCard(tx, id))
  assert(found !== null, 'who changes a card may see it')
  noteRead(found.insuredId, 'cards')
  return found
}

const errors = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  issueCard: t.field({
    ...mayWrite,
    type: card,
    description: '发放社会保障卡；一人一卡。 Issues a card to a person without one.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      insuredId: t.arg.id({ required: true }),
      cardNumber: t.arg.string({ required: true, description: '社会保障卡卡号，1–30 位字母或数字' }),
    },
    resolve: async (_root, args, context) => loadCard(context, await issueCard(context, args)),
  }),
  replaceCard: t.field({
    ...mayWrite,
    type: card,
    description: '补换社会保障卡：新卡新号，旧卡永久作废。 A new number; the old card is dead for ever.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      cardId: t.arg.id({ required: true, description: '旧卡。 The old card.' }),
      cardNumber: t.arg.string({ required: true, description: '新卡号' }),
      reason: t.arg.string({ required: true }),
    },
    resolve: async (_root, args, context) => loadCard(context, await replaceCard(context, args)),
  }),
  reportCardLoss: t.field({
    ...mayReportLoss,
    type: card,
    description: '社会保障卡挂失，立即生效。 From now on the card is refused everywhere.',
    errors,
    args: { requestId: t.arg.id({ required: true }), cardId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadCard(context, await changeCard(context, args, 'LOST')),
  }),
  suspendCard: t.field({
    ...mayWrite,
    type: card,
    description: '停用社会保障卡。 The card is refused until it is resumed.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      cardId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true }),
    },
    resolve: async (_root, args, context) => loadCard(context, await changeCard(context, args, 'SUSPENDED')),
  }),
  resumeCard: t.field({
    ...mayWrite,
    type: card,
    description: '恢复社会保障卡，或解除挂失。 Lets a card count again that was suspended, or lost and found.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      cardId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true }),
    },
    resolve: async (_root, args, context) => loadCard(context, await changeCard(context, args, 'IN_FORCE')),
  }),
}))
