import assert from 'node:assert/strict'
import { open } from '@yibao/schema/builder'
import { onePrint } from '@yibao/schema/one-print'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import {
  decisionCode,
  issueClaimDecision,
  printDecision,
  verifyClaimDecision,
} from '../commands/claim-decision-paper.ts'
import type { CheckedPaper, DecidedLine, DecisionPaper } from '../domain/claim-decision-paper.ts'
import { findDecisionPaper } from '../store/claim-decision-paper.ts'
import { claim } from './claim.ts'
import { lineOutcome } from './claim-review.ts'
import { mayClaim, mayReadClaims } from './rights.ts'
import { text } from './words.ts'

const line = builder.objectRef<DecidedLine>('ClaimDecisionLine').implement({
  ...mayReadClaims,
  description: '决定书的一行明细；金额为元。 A line as the paper says it; amounts in yuan.',
  fields: (t) => ({
    serial: t.exposeString('serial', { description: '明细序号 `feedetl_sn`' }),
    name: t.exposeString('name', { description: '项目名称' }),
    amount: t.exposeString('amount', { description: '金额' }),
    outcome: t.expose('outcome', { type: lineOutcome }),
    limit: t.exposeString('limit', {
      nullable: true,
      description: '最多纳入的金额；全额为空。 Null where all of it is.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: '理由' }),
  }),
})

const paper = builder.objectRef<DecisionPaper>('ClaimDecisionPaper').implement({
  ...mayReadClaims,
  description: '报销决定书，可打印，任何人凭验证码核验。 A printable decision anybody can check by its code.',
  fields: (t) => ({
    decision: t.exposeID('decisionId'),
    code: t.string({
      description: '验证码。 The code on the paper: whoever holds it can check what the paper says.',
      resolve: ({ decisionId }, _args, { secrets }) => decisionCode(secrets, decisionId),
    }),
    outcome: t.string({ description: '处理结果', resolve: ({ content }) => content.outcome }),
    ground: t.string({ nullable: true, description: '依据', resolve: ({ content }) => content.ground }),
    words: t.field({ type: text, nullable: true, description: '理由', resolve: ({ content }) => content.words }),
    total: t.string({ description: '医疗费总额，元', resolve: ({ content }) => content.total }),
    owed: t.string({ description: '基金支付，元', resolve: ({ content }) => content.owed }),
    lines: t.field({
      type: [line],
      resolve: ({ content }, _args, { load }) => {
        load.lines.spend(content.lines.length)
        return [...content.lines]
      },
    }),
    decidedAt: t.string({ description: '审定时间', resolve: ({ content }) => content.decidedAt }),
    appealUntil: t.string({ description: '申诉截止日', resolve: ({ content }) => content.appealUntil }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: '出具时间' }),
    contentHash: t.string({
      description: '内容摘要 SHA-256。 Digest of the content.',
      resolve: (one) => one.contentHash.toString('hex'),
    }),
    pdf: t.string({
      description:
        'PDF，Base64，含姓名与验证码；一次请求最多一份，每次取得相同。 On paper; one in an operation, the same bytes each time.',
      resolve: async (one, _args, context) => {
        if (!context.printOnce()) throw onePrint()
        return Buffer.from(await printDecision(context, one)).toString('base64')
      },
    }),
  }),
})

const proof = builder.objectRef<CheckedPaper>('ClaimDecisionProof').implement({
  ...open(),
  description:
    '决定书的验证结果：纸面所载，姓名掩码，及是否仍然有效。 What the paper says, the name masked, and whether it still stands.',
  fields: (t) => ({
    claim: t.string({ description: '申请编号', resolve: ({ content }) => content.claim }),
    nameMasked: t.string({ description: '姓名（掩码）', resolve: ({ content }) => content.nameMasked }),
    pool: t.string({ description: '统筹区', resolve: ({ content }) => content.pool }),
    outcome: t.string({ description: '处理结果', resolve: ({ content }) => content.outcome }),
    total: t.string({ description: '医疗费总额，元', resolve: ({ content }) => content.total }),
    owed: t.string({ description: '基金支付，元', resolve: ({ content }) => content.owed }),
    decidedAt: t.string({ description: '审定时间', resolve: ({ content }) => content.decidedAt }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: '出具时间' }),
    contentHash: t.string({
      description: '内容摘要 SHA-256。 Digest of the content.',
      resolve: (one) => one.contentHash.toString('hex'),
    }),
    stands: t.exposeBoolean('stands', {
      description: '是否仍然有效；撤销或重新处理后为否。 False once it was taken back or decided anew.',
    }),
  }),
})

builder.objectField(claim, 'decisionPapers', (t) =>
  t.field({
    type: [paper],
    description: '已出具的决定书，从头开始。 Decisions that were put on paper, from the first.',
    resolve: async ({ id }, _args, { load }) => [...(await load.decisionPapers.load(id))],
  }),
)

builder.queryField('verifyClaimDecision', (t) =>
  t.field({
    ...open(),
    type: proof,
    description: '凭验证码核验报销决定书，无须登录。 Checks a decision by its code; nobody need sign in.',
    errors: { types: [NotFound] },
    args: { code: t.arg.string({ required: true }) },
    resolve: (_root, { code }, context) => verifyClaimDecision(context, code),
  }),
)

builder.mutationField('issueClaimDecision', (t) =>
  t.field({
    ...mayClaim,
    type: paper,
    description:
      '出具报销决定书；同一决定为同一份。 Puts the decision that stands on paper; the same decision is the same paper.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), claim: t.arg.id({ required: true }) },
    resolve: async (_root, { requestId, claim: of }, context) => {
      const id = await issueClaimDecision(context, requestId, { claim: of })
      const found = await context.read((tx) => findDecisionPaper(tx, id))
      assert(found !== null, 'to whom it is issued may see it')
      context.noteRead(found.insuredId, 'claimDecision')
      return found
    },
  }),
)
