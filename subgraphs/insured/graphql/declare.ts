import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { uploadDeclarationLines, type LinesUploaded } from '../commands/declaration-lines.ts'
import { correctDeclaration, declare, openDeclaration } from '../commands/declaration.ts'
import { declaration, loadDeclaration } from './declaration.ts'
import { mayEnrol, mayReadEmployer } from './rights.ts'

const problem = 'Problem' as unknown as ReturnType<typeof builder.objectRef<Problem>>

const rejected = builder.objectRef<LinesUploaded['rejected'][number]>('RejectedEmployerLine').implement({
  ...mayReadEmployer,
  description: '退回的明细。 A line that was given back.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: '上传中的位置，自零起。 Its place in the upload, from zero.' }),
    problems: t.field({ type: [problem], description: '退回原因', resolve: (one) => [...one.problems] }),
  }),
})

const uploaded = builder.objectRef<LinesUploaded>('EmployerDeclarationUpload').implement({
  ...mayReadEmployer,
  description: '明细上传结果：正确的接收，错误的逐条退回。 Good lines in, bad lines back.',
  fields: (t) => ({
    declaration: t.field({
      type: declaration,
      resolve: (one, _args, context) => loadDeclaration(context, one.declarationId),
    }),
    accepted: t.exposeInt('accepted', { description: '接收条数' }),
    clamped: t.exposeInt('clamped', {
      description: '接收条数中按上下限调整的。 Of the accepted ones, moved to a limit of the pool.',
    }),
    removed: t.exposeInt('removed', { description: '移除条数' }),
    rejected: t.field({ type: [rejected], description: '退回的明细', resolve: (one) => [...one.rejected] }),
  }),
})

const openInput = builder.inputType('OpenEmployerDeclarationInput', {
  description:
    '单位填报可不填单位，经办机构填报可不填统筹区。 Employers may leave out their own code, bureaus their own pool.',
  fields: (t) => ({
    employer: t.string({ description: '统一社会信用代码' }),
    pool: t.string({ description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    month: t.string({ required: true, description: '费款所属月，yyyy-MM' }),
  }),
})

const lineInput = builder.inputType('EmployerDeclarationLineInput', {
  fields: (t) => ({
    personNumber: t.string({ required: true, description: '人员编号 `psn_no`' }),
    base: t.field({
      type: 'Money',
      required: true,
      description:
        '缴费基数，元/月；更正时填零为撤销该人申报。 Yuan a month; zero in a correction takes the person out.',
    }),
    remove: t.boolean({ description: '从草稿中移除。 Takes the person out of the draft.' }),
  }),
})

const linesInput = builder.inputType('EmployerDeclarationLinesInput', {
  fields: (t) => ({
    declarationId: t.id({ required: true }),
    lines: t.field({ type: [lineInput], required: true, description: '每次最多 2000 条；同一人以最后一次为准。' }),
  }),
})

const correctInput = builder.inputType('CorrectEmployerDeclarationInput', {
  fields: (t) => ({
    declarationId: t.id({ required: true, description: '已申报的申报。 What was declared.' }),
    reason: t.string({ required: true, description: '更正原因，不含证件号码。 Why, without identity numbers.' }),
  }),
})

builder.mutationFields((t) => ({
  openEmployerDeclaration: t.field({
    ...mayEnrol,
    type: declaration,
    description: '新建月申报草稿；同一单位、险种、月份仅一份。 Opens the draft of a month, of which there is one.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: openInput, required: true }) },
    resolve: async (_root, args, context) => loadDeclaration(context, await openDeclaration(context, args)),
  }),
  uploadEmployerLines: t.field({
    ...mayEnrol,
    type: uploaded,
    description: '上传申报明细，每次最多 2000 条，逐条答复。 Takes lines into a draft, each by itself.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: linesInput, required: true }) },
    resolve: (_root, args, context) => uploadDeclarationLines(context, args),
  }),
  declareEmployerMonth: t.field({
    ...mayEnrol,
    type: declaration,
    description: '提交申报：此后不可更改。 Declares a draft; from then on nothing of it changes.',
    errors: { types: [NotFound, NotAllowed, InvalidInput, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), declarationId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadDeclaration(context, await declare(context, args)),
  }),
  correctEmployerDeclaration: t.field({
    ...mayEnrol,
    type: declaration,
    description: '更正申报：新建关联草稿，提交后生效，原申报不变。 Opens a linked draft; what was declared stays.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: correctInput, required: true }) },
    resolve: async (_root, args, context) => loadDeclaration(context, await correctDeclaration(context, args)),
  }),
}))
