import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { appealClaim, decideClaimAppeal } from '../commands/claim-appeal.ts'
import { confirmClaimDecision, proposeClaimDecision, sendBackClaimDecision } from '../commands/claim-decision.ts'
import { acceptClaim, assignClaim, refuseAcceptance, returnClaim, reviewClaimLines } from '../commands/claim-review.ts'
import { reconsiderClaim } from '../commands/claim-reconsider.ts'
import { supplyClaim } from '../commands/claim-supply.ts'
import type { Context } from '../context.ts'
import { ClaimChanged, claimNotFound, type Claim } from '../domain/claim.ts'
import { claim } from './claim.ts'
import { lineOutcome } from './claim-review.ts'
import { mayAppealClaim, mayReviewClaims } from './claim-rights.ts'
import { claimInput } from './claim-input.ts'
import { claimCorrection, claimPaperKind } from './claim-words.ts'
import { mayClaim } from './rights.ts'

const errors = { types: [InvalidInput, NotFound, NotAllowed, ClaimChanged, RequestReused, Busy] }

/** The claim as it is after a step. */
export async function shown({ load }: Context, id: string): Promise<Claim> {
  const found = await load.claim.load(id)
  if (found === null) throw claimNotFound('claimId')
  return found
}

type Fields = Parameters<Parameters<typeof builder.mutationFields>[0]>[0]

/** What every step names: its request, the claim, and the version of it that the caller has seen. */
export const asked = (t: Fields) => ({
  requestId: t.arg.id({ required: true }),
  claimId: t.arg.id({ required: true }),
  version: t.arg.int({ required: true, description: '所见的版本。 The version the caller has seen.' }),
})

const lineReviewInput = builder.inputType('ClaimLineReviewInput', {
  description: '明细审核意见。 What is made of a line.',
  fields: (t) => ({
    serial: t.string({ required: true, description: '明细序号 `feedetl_sn`' }),
    outcome: t.field({ type: lineOutcome, required: true }),
    code: t.string({
      description:
        '对应的医疗目录编码 `med_list_codg`，原编码缺失或有误时填写。 Where the line has none or a wrong one.',
    }),
    amount: t.field({ type: 'Money', description: '核减后的认可金额。 What is left of a line that is reduced.' }),
    reason: t.string({ description: '核减或不予支付的理由。 Needed unless the line is approved.' }),
  }),
})

const proposedOutcome = builder.enumType('ClaimProposal', {
  description: '拟定的审核结论。 What may be proposed of a claim.',
  values: {
    APPROVE: { description: '全部认可' },
    PARTIAL: { description: '部分认可' },
    REJECT: { description: '不予支付，须有法律依据。 Needs its legal ground.' },
  } as const,
})

const suppliedInput = builder.inputType('ClaimSuppliedInput', {
  description: '补正的材料。 A paper that was asked for.',
  fields: (t) => ({
    kind: t.field({ type: claimPaperKind, required: true }),
    document: t.id({ description: '上传的材料，用途 CLAIM。 Uploaded for the purpose CLAIM.' }),
    promise: t.boolean({ description: '以承诺书代替，规则允许时。 A promise in its place, where the pool takes one.' }),
  }),
})

builder.mutationFields((t) => ({
  assignClaim: t.field({
    ...mayReviewClaims,
    type: claim,
    description:
      '分派或接手；从他人处接手须说明理由。 Gives a claim to a reviewer, or takes it; from somebody else with a reason.',
    errors,
    args: {
      ...asked(t),
      to: t.arg.string({ description: '经办人账号；不填为本人。 Account of the reviewer; oneself when left out.' }),
      reason: t.arg.string({ description: '理由，2–500 字' }),
    },
    resolve: async (_root, args, context) => shown(context, await assignClaim(context, args)),
  }),
  acceptClaim: t.field({
    ...mayReviewClaims,
    type: claim,
    description: '受理。 Accepts a claim: it will be decided.',
    errors,
    args: asked(t),
    resolve: async (_root, args, context) => shown(context, await acceptClaim(context, args)),
  }),
  refuseAcceptance: t.field({
    ...mayReviewClaims,
    type: claim,
    description:
      '不予受理，须有法律依据和理由；补正中的须待期限届满。 Does not accept a claim, by law and in words; one that waits for papers only after their time.',
    errors,
    args: {
      ...asked(t),
      legalGround: t.arg.string({ required: true, description: '法规及条款。 Law and article.' }),
      words: t.arg.string({ required: true, description: '理由' }),
    },
    resolve: async (_root, args, context) => shown(context, await refuseAcceptance(context, args)),
  }),
  returnClaim: t.field({
    ...mayReviewClaims,
    type: claim,
    description:
      '退回补正，一次性告知所缺材料和须更正的内容；办理期限暂停。 Asks for more papers and for what is to be put right, all at once; the clock of the agency stands still.',
    errors,
    args: {
      ...asked(t),
      papers: t.arg({
        type: [claimPaperKind],
        required: true,
        description: '所缺材料；有须更正的内容时可为空。 None where something is to be put right.',
      }),
      corrections: t.arg({ type: [claimCorrection], description: '须更正的内容。 What is to be put right.' }),
      words: t.arg.string({ required: true, description: '原因，告知申请人。 Why, as the person reads it.' }),
    },
    resolve: async (_root, args, context) => shown(context, await returnClaim(context, args)),
  }),
}))

builder.mutationFields((t) => ({
  supplyClaim: t.field({
    ...mayClaim,
    type: claim,
    description:
      '提交补正材料和更正后的内容，按提交时的规则重新检查，回到原经办人，期限继续计算。 Brings the papers that were asked for and what was put right, which is checked as when it was submitted: back to the same reviewer, and the clock goes on.',
    errors,
    args: {
      ...asked(t),
      papers: t.arg({ type: [suppliedInput], required: true }),
      note: t.arg.string({ description: '说明' }),
      input: t.arg({
        type: claimInput,
        description:
          '更正后的全部内容，材料除外；不更正则不填。 All that is claimed as it reads now, but the papers; left out when nothing is put right.',
      }),
    },
    resolve: async (_root, args, context) => shown(context, await supplyClaim(context, args)),
  }),
  reviewClaimLines: t.field({
    ...mayReviewClaims,
    type: claim,
    description: '逐项审核明细；同一明细以最后一次为准。 Reviews lines; what is said of a line last counts.',
    errors,
    args: { ...asked(t), lines: t.arg({ type: [lineReviewInput], required: true }) },
    resolve: async (_root, args, context) => shown(context, await reviewClaimLines(context, args)),
  }),
}))

builder.mutationFields((t) => ({
  proposeClaimDecision: t.field({
    ...mayReviewClaims,
    type: claim,
    description:
      '提出审核结论：超过规定金额的由他人复核，其余即行生效并结算。 Proposes what becomes of a claim: above the amount of the pool somebody else confirms it, else it counts and is settled.',
    errors,
    args: {
      ...asked(t),
      outcome: t.arg({ type: proposedOutcome, required: true }),
      legalGround: t.arg.string({ description: '不予支付的法律依据。 Law and article of a rejection.' }),
      words: t.arg.string({ description: '理由；不予支付时必填。 Needed for a rejection.' }),
    },
    resolve: async (_root, args, context) => shown(context, await proposeClaimDecision(context, args)),
  }),
  confirmClaimDecision: t.field({
    ...mayReviewClaims,
    type: claim,
    description: '复核通过他人的结论。 Confirms what somebody else proposed: it counts.',
    errors,
    args: asked(t),
    resolve: async (_root, args, context) => shown(context, await confirmClaimDecision(context, args)),
  }),
  sendBackClaimDecision: t.field({
    ...mayReviewClaims,
    type: claim,
    description: '复核退回原经办人。 Sends what was proposed back to the reviewer.',
    errors,
    args: { ...asked(t), words: t.arg.string({ required: true, description: '理由' }) },
    resolve: async (_root, args, context) => shown(context, await sendBackClaimDecision(context, args)),
  }),
}))

builder.mutationFields((t) => ({
  appealClaim: t.field({
    ...mayAppealClaim,
    type: claim,
    description: '申诉，期限内对每一结论一次。 Appeals, once against each decision and within the time.',
    errors,
    args: {
      ...asked(t),
      words: t.arg.string({ required: true, description: '理由' }),
      documents: t.arg.idList({ description: '佐证材料，用途 CLAIM。 Papers in support.' }),
    },
    resolve: async (_root, args, context) => shown(context, await appealClaim(context, args)),
  }),
  decideClaimAppeal: t.field({
    ...mayReviewClaims,
    type: claim,
    description:
      '答复申诉，须未参与原结论；成立的撤销结算、重新审核。 Answers an appeal, by somebody who took no part in the decision; upheld, the settlement is taken back and the claim reviewed anew.',
    errors,
    args: {
      ...asked(t),
      upheld: t.arg.boolean({ required: true, description: '是否成立' }),
      answer: t.arg.string({ required: true, description: '答复' }),
    },
    resolve: async (_root, args, context) => shown(context, await decideClaimAppeal(context, args)),
  }),
  reconsiderClaim: t.field({
    ...mayReviewClaims,
    type: claim,
    description:
      '未经申诉，由未参与原结论的人员撤销已办结申请的结算、重新审核，如办结后另有直接结算。 Takes back what a claim was settled with though nobody has appealed, by somebody who took no part in the decision: it is reviewed anew.',
    errors,
    args: {
      ...asked(t),
      words: t.arg.string({ required: true, description: '理由，告知申请人。 Why, as the person reads it.' }),
    },
    resolve: async (_root, args, context) => shown(context, await reconsiderClaim(context, args)),
  }),
}))
