import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { importDifferences } from '../commands/payment-method.ts'
import type { Coded } from '../domain/clearing-rules.ts'
import { MONTH } from '../domain/clearing.ts'
import { Fields } from '../domain/fields.ts'
import type { MethodDifference } from '../domain/monthly-statement.ts'
import { listDifferences } from '../store/payment-method.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { ownRows } from './own-rows.ts'
import { institution } from './references.ts'
import { mayClose } from './rights.ts'
import { text } from './words.ts'

const difference = builder.objectRef<MethodDifference>('PaymentMethodDifference').implement({
  ...mayReadClearing,
  description:
    '支付方式差额（DRG、DIP、定额等），分组不在本平台。 What a payment method makes more or less of a month.',
  fields: (t) => ({
    id: t.exposeID('id'),
    statement: t.exposeID('statementId', {
      nullable: true,
      description: '计入的清算申请，待下一期时为空。 The statement it counts in; null while it waits for one.',
    }),
    institution: t.field({ type: institution, resolve: (one) => ({ code: one.institution }) }),
    pool: t.exposeString('pool', { description: '经办清算的统筹区' }),
    insuredPool: t.exposeString('insuredPool', { description: '负担的参保地统筹区。 The pool whose funds bear it.' }),
    month: t.exposeString('month', { description: '所属月份' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    clearingType: t.exposeString('clearingType', { description: '清算类别 `clr_type`' }),
    method: t.exposeString('method', { description: '支付方式代码 `clr_way`。 See `clearingCodes`.' }),
    amount: t.expose('amount', { type: 'Money', description: '正为补付，负为扣减。 Positive is paid on top.' }),
    sourceNumber: t.exposeString('sourceNumber', { description: '文件文号' }),
    document: t.exposeString('document', { nullable: true, description: '文件 ID' }),
    corrects: t.exposeID('corrects', { nullable: true, description: '更正的条目。 The entry it corrects.' }),
    importedAt: t.expose('at', { type: 'DateTime' }),
  }),
})

const connection = connectionOf('PaymentMethodDifference', difference, mayReadClearing)

const code = builder.objectRef<Coded>('ClearingCode').implement({
  ...mayReadClearing,
  description: '代码。 A code of clearing and what it stands for.',
  fields: (t) => ({
    code: t.exposeString('code'),
    name: t.field({ type: text, resolve: (one) => one.name }),
    article: t.string({ nullable: true, description: '依据条款', resolve: (one) => one.article ?? null }),
  }),
})

interface Codes {
  readonly reasons: readonly Coded[]
  readonly methods: readonly Coded[]
}

const codes = builder.objectRef<Codes>('ClearingCodes').implement({
  ...mayReadClearing,
  description: '扣款原因与支付方式代码。 Why something is deducted, and by which method a month is paid.',
  fields: (t) => ({
    reasons: t.field({ type: [code], resolve: (one) => [...one.reasons] }),
    methods: t.field({ type: [code], resolve: (one) => [...one.methods] }),
  }),
})

const entry = builder.inputType('PaymentMethodDifferenceInput', {
  description: '支付方式差额。 A difference as a paper of the pool says it.',
  fields: (t) => ({
    institution: t.string({ required: true, description: '定点医药机构编号 `fixmedins_code`' }),
    month: t.string({ required: true, description: '月份 yyyy-MM' }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    clearingType: t.string({ required: true, description: '清算类别 `clr_type`' }),
    method: t.string({ required: true, description: '支付方式代码 `clr_way`。 See `clearingCodes`.' }),
    amount: t.field({ type: 'Money', required: true, description: '可为负，不为 0。 May be negative, not zero.' }),
    sourceNumber: t.string({ required: true, description: '文件文号' }),
    document: t.id({ description: '文件 ID，用途 CLEARING_PAPER。 A paper, uploaded for the pool.' }),
    corrects: t.id({ description: '更正时填原条目，金额为增减数。 The entry it corrects, by what it adds.' }),
    insuredPool: t.string({
      description: '参保地统筹区，不填为本统筹区。 The pool whose persons it is about; one’s own when left out.',
    }),
  }),
})

builder.queryFields((t) => ({
  clearingCodes: t.field({
    ...mayReadClearing,
    type: codes,
    description: '清算用代码。 The codes of clearing.',
    resolve: (_root, _args, { clearing }) => ({
      reasons: [...clearing.reasons.values()],
      methods: [...clearing.methods.values()],
    }),
  }),
  paymentMethodDifferences: t.field({
    ...mayReadClearing,
    type: connection,
    description:
      '支付方式差额，最近导入的在前，限调用者可见。 Differences the caller may see, the latest imported first.',
    errors: { types: [InvalidInput] },
    args: {
      month: t.arg.string({ description: '月份 yyyy-MM' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { month, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const of = new Fields(problems).optional('month', month, { max: 7, ...MONTH })
      InvalidInput.throwIf(problems)
      const { insuredId: _nobody, ...own } = ownRows(context)
      const filter = { ...own, ...(of !== null && { month: of }), ...(after !== null && { before: after }) }
      return pageOf(await context.read((tx) => listDifferences(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

interface Imported {
  readonly ids: readonly string[]
}

const imported = builder.objectRef<Imported>('ImportedDifferences').implement({
  ...mayReadClearing,
  description: '已导入的差额，按提交顺序。 The entries that were imported, in the order they were given.',
  fields: (t) => ({ ids: t.idList({ resolve: (one) => [...one.ids] }) }),
})

builder.mutationField('importPaymentMethodDifferences', (t) =>
  t.field({
    ...mayClose,
    type: imported,
    description:
      '导入支付方式差额，全部或全不；计入当月未确认的申请，否则下一期。 Imports differences, all or none; each counts in the open statement of its month, or in the next one.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), entries: t.arg({ type: [entry], required: true }) },
    resolve: async (_root, { requestId, entries }, context) => ({
      ids: await importDifferences(context, requestId, entries),
    }),
  }),
)
