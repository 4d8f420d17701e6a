import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { may } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import { saveClaimDraft } from '../commands/claim-draft.ts'
import { startClaimFromBill } from '../commands/claim-prefill.ts'
import { submitClaim } from '../commands/claim-submit.ts'
import { withdrawClaim } from '../commands/claim-withdraw.ts'
import type { Context } from '../context.ts'
import { ClaimChanged } from '../domain/claim.ts'
import { claim } from './claim.ts'
import { claimInput } from './claim-input.ts'
import { claimCause } from './claim-words.ts'
import { mayClaim } from './rights.ts'

/** A claim that was just changed, as whoever changed it sees it. */
export async function changedClaim({ load }: Context, id: string) {
  const found = await load.claim.load(id)
  assert(found !== null, 'whoever changes a claim sees it')
  return found
}

const VERSION = '所见的版本；已变则答 ClaimChanged。 The version the caller has seen; else ClaimChanged.'

builder.mutationFields((t) => ({
  saveClaimDraft: t.field({
    ...mayClaim,
    type: claim,
    description:
      '保存报销草稿，可随时继续；整体覆盖，提交时才校验内容。 Keeps a draft of a claim, to be resumed at any time: what is sent takes the place of what was there, and is checked when it is submitted.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      claimId: t.arg.id({ description: '不填为新草稿。 A new draft when left out.' }),
      version: t.arg.int({ description: VERSION }),
      insuredId: t.arg.id({ description: '窗口代办的参保人。 Whom the window writes it for.' }),
      input: t.arg({ type: claimInput, required: true }),
    },
    resolve: async (_root, args, context) => changedClaim(context, await saveClaimDraft(context, args)),
  }),
  startClaimFromBill: t.field({
    ...may('person'),
    type: claim,
    description:
      '由平台已有而未结算的账单生成草稿：出院后未结算的就诊、未完成的线上订单，或被拒的跨省账单；票据和材料另补。 Makes a draft of a bill nobody has settled: a visit after its discharge, an online order that came to nothing, or a bill of another province that was refused.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      cause: t.arg({ type: claimCause, required: true }),
      institutionCode: t.arg.string({ description: '就诊机构编号 `fixmedins_code`' }),
      visit: t.arg.string({ description: '就诊 ID `mdtrt_id`' }),
      order: t.arg.id({ description: '线上订单。 An online order.' }),
      refusedBill: t.arg.id({ description: '被拒的跨省账单，见 refusedBills。 One of `refusedBills`.' }),
    },
    resolve: async (_root, args, context) => changedClaim(context, await startClaimFromBill(context, args)),
  }),
  submitClaim: t.field({
    ...mayClaim,
    type: claim,
    description:
      '提交报销申请：校验内容、条件、材料与重复，缺什么一次说明；票据与就诊自此不得另行结算。 Submits a draft: everything that is wrong or missing is named at once; from then on its invoices and its visit are paid by nothing else.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      claimId: t.arg.id({ required: true }),
      version: t.arg.int({ required: true, description: VERSION }),
    },
    resolve: async (_root, args, context) => changedClaim(context, await submitClaim(context, args)),
  }),
  withdrawClaim: t.field({
    ...mayClaim,
    type: claim,
    description:
      '撤回审定前的申请，票据可另行报销或结算。 Takes a claim back before it is decided; its invoices are free again.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, ClaimChanged, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      claimId: t.arg.id({ required: true }),
      version: t.arg.int({ required: true, description: VERSION }),
    },
    resolve: async (_root, args, context) => changedClaim(context, await withdrawClaim(context, args)),
  }),
}))
