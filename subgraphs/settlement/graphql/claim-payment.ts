import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { ResultProblem } from '../commands/bank-result-judging.ts'
import { importClaimPaymentResult } from '../commands/claim-bank-result.ts'
import { claimBankFileOf, createClaimPaymentBatch } from '../commands/claim-payment.ts'
import type { Context } from '../context.ts'
import { ClaimChanged } from '../domain/claim.ts'
import {
  findClaimBatch,
  findClaimResult,
  listClaimBatches,
  listClaimRows,
  type ClaimBatch,
  type ClaimPayment,
  type ClaimResult,
} from '../store/claim-payment.ts'
import { claim } from './claim.ts'
import { paymentState, resultProblem } from './clearing-payment.ts'
import { mayReadPayments } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { mayPayClaims, mayReadClaims } from './rights.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, ClaimChanged, RequestReused, Busy] }

const payment = builder.objectRef<ClaimPayment>('ClaimPayment').implement({
  ...mayReadClaims,
  description: '报销申请的一笔拨付。 A transfer for a claim: a row of a batch.',
  fields: (t) => ({
    id: t.exposeID('id'),
    batch: t.exposeID('batchId'),
    number: t.exposeInt('number', { description: '批内行号' }),
    claim: t.field({ type: claim, nullable: true, resolve: (one, _args, { load }) => load.claim.load(one.claimId) }),
    amount: t.expose('amount', { type: 'Money' }),
    account: t.exposeInt('accountSeq', { description: '收款账户，见 ClaimAccount.number。 The account it went to.' }),
    state: t.expose('state', { type: paymentState }),
    reason: t.exposeString('reason', { nullable: true, description: '退回原因' }),
    bankReference: t.exposeString('bankReference', { nullable: true, description: '银行流水号' }),
    answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true }),
  }),
})

const payments = connectionOf('ClaimPayment', payment, mayReadPayments)

builder.objectField(claim, 'payments', (t) =>
  t.field({
    type: [payment],
    description: '拨付经过，从头开始。 What was sent to the bank for it, from the beginning.',
    resolve: async ({ id }, _args, { load }) => [...(await load.claimPayments.load(id))],
  }),
)

const result = builder.objectRef<ClaimResult>('ClaimPaymentResult').implement({
  ...mayReadPayments,
  description: '读入的一份银行结果。 A file of answers that was read.',
  fields: (t) => ({
    id: t.exposeID('id'),
    paid: t.exposeInt('paid', { description: '本次已付行数' }),
    rejected: t.exposeInt('rejected', { description: '本次退回行数' }),
    repeated: t.exposeInt('repeated', { description: '以前已处理的行数。 Rows that were taken before.' }),
    problems: t.field({ type: [resultProblem], resolve: (one) => [...(one.problems as readonly ResultProblem[])] }),
    problemsLeftOut: t.exposeInt('problemsLeftOut', {
      description: '未列出的此类行数。 How many more rows there were than are listed.',
    }),
    document: t.exposeID('document', { nullable: true, description: '回盘文件 ID；以文本给出时为空' }),
    readAt: t.expose('readAt', { type: 'DateTime' }),
  }),
})

const batch = builder.objectRef<ClaimBatch>('ClaimPaymentBatch').implement({
  ...mayReadPayments,
  description: '报销款拨付批次。 A batch of transfers for claims as a file of the bank.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeString('number', { description: '批次号' }),
    pool: t.exposeString('pool', { description: '付款统筹区' }),
    rows: t.exposeInt('rows', { description: '笔数' }),
    amount: t.expose('amount', { type: 'Money', description: '合计' }),
    isDone: t.boolean({
      description: '银行已全部答复。 Every row is answered.',
      resolve: (one) => one.state === 'DONE',
    }),
    madeAt: t.expose('madeAt', { type: 'DateTime' }),
    payments: t.field({
      type: payments,
      description: '各笔拨付，按行号。 Its rows in order.',
      errors: { types: [InvalidInput], union: { name: 'ClaimBatchPaymentsResult' } },
      args: { first: t.arg.int(), after: t.arg.string() },
      resolve: async ({ id }, args, context) => {
        const problems: Problem[] = []
        const { size, after } = readPage(args, (key) => /^[1-9]\d{0,8}$/.test(key), problems)
        InvalidInput.throwIf(problems)
        const page = { ...(after !== null && { after: Number(after) }), limit: size + 1 }
        const rows = await context.read((tx) => listClaimRows(tx, id, page))
        for (const { insuredId } of rows.slice(0, size)) context.noteRead(insuredId, 'claimPayments')
        return pageOf(rows, size, (one) => String(one.number))
      },
    }),
    file: t.string({
      ...mayPayClaims,
      description: '银行批量文件（含账号），格式见 BANK-FILE.md。 The file for the bank, account numbers in it.',
      resolve: (one, _args, context) => claimBankFileOf(context, one),
    }),
  }),
})

const batches = connectionOf('ClaimPaymentBatch', batch, mayReadPayments)

async function batchOf(context: Context, id: string): Promise<ClaimBatch> {
  const found = uuidFault(id) === null ? await context.read((tx) => findClaimBatch(tx, id.toLowerCase())) : null
  if (found === null) throw NotFound.of({ zh: '该拨付批次', en: 'the payment batch' }, 'id')
  return found
}

builder.queryFields((t) => ({
  claimPaymentBatch: t.field({
    ...mayReadPayments,
    type: batch,
    description: '按 ID 查询报销款拨付批次。 A batch by id.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => batchOf(context, id),
  }),
  claimPaymentBatches: t.field({
    ...mayReadPayments,
    type: batches,
    description: '报销款拨付批次，最近的在前。 Batches, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      done: t.arg.boolean({
        description: '银行已全部答复或未全部答复。 Only those answered to the last row, or the others.',
      }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { done = null, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { pool } = ownRows(context)
      const filter = { done, ...(pool !== undefined && { pool }), ...(after !== null && { before: after }) }
      return pageOf(await context.read((tx) => listClaimBatches(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

const batchInput = builder.inputType('ClaimPaymentBatchInput', {
  description:
    '拨付内容；不填为本统筹区全部可拨付的申请，办结后另有直接结算待核对的除外。 What is paid; when none is named every claim that can be, but those beside which care was settled directly afterwards.',
  fields: (t) => ({ claims: t.idList({ description: '已结算待拨付，或退回后已更正账户的申请。' }) }),
})

builder.mutationFields((t) => ({
  createClaimPaymentBatch: t.field({
    ...mayPayClaims,
    type: batch,
    description: '生成报销款拨付批次与银行文件，每件申请一笔。 Makes a batch, one transfer per claim.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: batchInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      batchOf(context, await createClaimPaymentBatch(context, requestId, input)),
  }),
  importClaimPaymentResult: t.field({
    ...mayPayClaims,
    type: result,
    description: '导入银行结果文件，逐行处理，重复导入不重复记账。 Reads the bank’s answers row by row, each once.',
    errors: WRITES,
    args: {
      requestId: t.arg.id({ required: true }),
      batch: t.arg.id({ required: true }),
      file: t.arg.string({
        description: '文件内容，UTF-8，最大 5 MB，格式见 BANK-FILE.md。 The text of a small file.',
      }),
      document: t.arg.id({
        description: '或已上传的文件 ID，用途 BANK_RESULT。 Or the id of an uploaded document.',
      }),
    },
    resolve: async (_root, { requestId, batch: id, file, document }, context) => {
      const read = await importClaimPaymentResult(context, requestId, { batch: id, file, document })
      const found = await context.read((tx) => findClaimResult(tx, read))
      if (found === null) throw new Error('who imported a result may see it')
      return found
    },
  }),
}))
