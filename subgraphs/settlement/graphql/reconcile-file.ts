import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { reconcileFile } from '../commands/reconcile-file.ts'
import { reconciliation } from './reconciliation.ts'
import { maySettle } from './rights.ts'

const input = builder.inputType('ReconcileFileInput', {
  description: '以文件对明细账 (3202)。 What is reconciled by a file.',
  fields: (t) => ({
    document: t.id({
      required: true,
      description:
        '本机构已上传的对账文件 (purpose RECONCILIATION)：CSV 或制表符分隔，UTF-8 或 GB18030，首行为国家字段名或中文列名。 A stored document of the institution: separated by commas or tabs, with a header.',
    }),
    from: t.field({ type: 'Date', required: true, description: '对账开始日期 `stmt_begndate`，结算日期（含）' }),
    to: t.field({ type: 'Date', required: true, description: '对账结束日期 `stmt_enddate`（含），最多 31 天' }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    clearingType: t.string({ required: true, description: '清算类别 `clr_type`：11 门诊，21 住院，41 药店' }),
    agency: t.string({
      description: '清算经办机构 `setl_optins`；只与一个统筹区签约时可不填。 Left out by who has one agreement.',
    }),
    count: t.int({
      description: '文件行数，不含表头，用于发现截断。 Lines without the header; with fewer the file was cut off.',
    }),
  }),
})

builder.mutationField('reconcileFile', (t) =>
  t.field({
    ...maySettle,
    type: reconciliation,
    description:
      '以已上传的文件对明细账 (3202)，最多 100 万行；后台读取并比对，以 reconciliation 查询进度和结果。 Reads and compares in the background.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: (_root, { requestId, input: asked }, context) => reconcileFile(context, requestId, asked),
  }),
)
