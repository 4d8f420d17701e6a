import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { importPaymentResult } from '../commands/bank-file-result.ts'
import type { ResultProblem } from '../commands/bank-result-judging.ts'
import { bankFileOf, createPaymentBatch } from '../commands/clearing-payment.ts'
import type { Context } from '../context.ts'
import { readClearingFilter } from '../domain/clearing-filter.ts'
import {
  findBatch,
  findResult,
  listBatches,
  listPayments,
  type PaymentBatch,
  type PaymentResult,
  type PaymentRow,
} from '../store/clearing-payment.ts'
import { mayReadClearing, mayReadPayments } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { institution } from './references.ts'
import { mayClose } from './rights.ts'

const WRITES = { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] }

export const paymentState = builder.enumType('PaymentState', {
  description: '拨付状态。 What the bank has answered.',
  values: {
    SENT: { description: '在途。 Nothing yet.' },
    PAID: { description: '已付。 Paid.' },
    REJECTED: { description: '退回，待下一批。 Rejected; waits for the next batch.' },
    RETURNED: { description: '已付后退回，待下一批。 Came back after it was paid; waits for the next batch.' },
  },
})

const payment = builder.objectRef<PaymentRow>('InstitutionPayment').implement({
  ...mayReadClearing,
  description: '对一家机构的一笔拨付。 A transfer to an institution: a row of a batch.',
  fields: (t) => ({
    id: t.exposeID('id'),
    batch: t.exposeID('batchId'),
    number: t.exposeInt('number', { description: '批内行号' }),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', { description: '付款统筹区' }),
    amount: t.expose('amount', { type: 'Money' }),
    state: t.expose('state', { type: paymentState }),
    reason: t.exposeString('reason', { nullable: true, description: '退回原因' }),
    bankReference: t.exposeString('bankReference', { nullable: true, description: '银行流水号' }),
    answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true }),
  }),
})

const payments = connectionOf('InstitutionPayment', payment, mayReadClearing)

export const resultProblem = builder.objectRef<ResultProblem>('PaymentResultProblem').implement({
  ...mayReadPayments,
  description: '结果文件中未处理的一行。 A row of a result that moved no money.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: '文件行号。 Line of the file.' }),
    row: t.exposeInt('row', { description: '批内行号；不能识别为 0。 Number of the row, 0 when it is none.' }),
    code: t.exposeString('code', { description: '原因，见 BANK-FILE.md。 As BANK-FILE.md lists them.' }),
  }),
})

const result = builder.objectRef<PaymentResult>('PaymentResult').implement({
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

const batch = builder.objectRef<PaymentBatch>('PaymentBatch').implement({
  ...mayReadPayments,
  description: '拨付批次。 A batch of transfers as a file of the bank.',
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
    file: t.string({
      ...mayClose,
      description: '银行批量文件（含账号），格式见 BANK-FILE.md。 The file for the bank, account numbers in it.',
      resolve: (one, _args, context) => bankFileOf(context, one),
    }),
  }),
})

const batches = connectionOf('PaymentBatch', batch, mayReadPayments)

async function batchOf(context: Context, id: string): Promise<PaymentBatch> {
  const found = uuidFault(id) === null ? await context.read((tx) => findBatch(tx, id.toLowerCase())) : null
  if (found === null) throw NotFound.of({ zh: '该拨付批次', en: 'the payment batch' }, 'id')
  return found
}

builder.queryFields((t) => ({
  paymentBatch: t.field({
    ...mayReadPayments,
    type: batch,
    description: '按 ID 查询拨付批次。 A batch by id.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => batchOf(context, id),
  }),
  paymentBatches: t.field({
    ...mayReadPayments,
    type: batches,
    description: '拨付批次，最近的在前。 Batches, the latest first.',
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
      return pageOf(await context.read((tx) => listBatches(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
  institutionPayments: t.field({
    ...mayReadClearing,
    type: payments,
    description: '对机构的拨付，最近的在前，限调用者可见。 Transfers the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号' }),
      batch: t.arg.id({ description: '拨付批次' }),
      state: t.arg({ type: paymentState }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution: of, batch: inBatch, state, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const asked = readClearingFilter({ institution: of, batch: inBatch }, problems)
      InvalidInput.throwIf(problems)
      const { insuredId: _nobody, ...own } = ownRows(context)
      const filter = { ...asked, ...own, ...(state && { state }), ...(after !== null && { before: after }) }
      return pageOf(await context.read((tx) => listPayments(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

const batchInput = builder.inputType('PaymentBatchInput', {
  description: '拨付内容；都不填为本统筹区全部可拨付款项。 What is paid; everything that can be when nothing is named.',
  fields: (t) => ({
    statements: t.idList({ description: '已确认的清算申请。 Confirmed statements.' }),
    releases: t.idList({
      description: '待返还的保证金，按考核或按决定。 Deposits that go back, by a score or a decision.',
    }),
  }),
})

builder.mutationFields((t) => ({
  createPaymentBatch: t.field({
    ...mayClose,
    type: batch,
    description: '生成拨付批次与银行文件，每家机构一笔。 Makes a batch, one transfer per institution.',
    errors: WRITES,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: batchInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      batchOf(context, await createPaymentBatch(context, requestId, input)),
  }),
  importPaymentResult: t.field({
    ...mayClose,
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
      const read = await importPaymentResult(context, requestId, { batch: id, file, document })
      const found = await context.read((tx) => findResult(tx, read))
      if (found === null) throw new Error('who imported a result may see it')
      return found
    },
  }),
}))
