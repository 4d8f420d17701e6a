import { may } from '@yibao/schema/builder'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { cancelCatalogueImport, importOf, startCatalogueImport } from '../commands/catalogue-import.ts'
import type { BadRow, ImportFault, ImportJob, ImportKind } from '../domain/import-job.ts'
import { listImports } from '../store/import-job.ts'
import { problem, text } from './words.ts'

const mayRead = may('institution institutions:read', 'staff institutions:read', 'auditor institutions:read')

const kind = builder.enumType('ImportKind', {
  description: '文件种类。 What a file is for.',
  values: {
    CATALOGUE: { description: '医保目录 (1312)。 Items, with ratios and ceilings where the columns are there.' },
    SELF_PAY: { description: '先行自付比例 (1319)。 First self-payment ratios.' },
    CEILINGS: { description: '价格上限 (1318)。 Price ceilings.' },
    MAPPING: { description: '机构目录对照 (3301)。 An institution’s own codes.' },
  } satisfies Record<ImportKind, object>,
})

const catalogueKind = builder.enumType('CatalogueFileKind', {
  description: '目录文件种类。 What a file of a bureau is for.',
  values: ['CATALOGUE', 'SELF_PAY', 'CEILINGS'] as const,
})

const state = builder.enumType('ImportState', {
  description: '导入状态。 How far an import has come.',
  values: {
    RECEIVED: { description: '已受理。 Not begun yet.' },
    READING: { description: '读取中。 Rows are read and kept aside; none is in force.' },
    MERGING: { description: '写入中。 The whole file is being put in force at once.' },
    DONE: { description: '已完成：好行全部生效，坏行见报告。 All good rows are in force, bad ones are reported.' },
    FAILED: { description: '未导入，见 fault。 Nothing was taken; `fault` says why.' },
    CANCELLED: { description: '已取消，未导入。 Cancelled; nothing was taken.' },
  } as const,
})

const badRow = builder.objectRef<BadRow>('ImportBadRow').implement({
  ...mayRead,
  description: '未导入的一行。 A row that was not taken, and why.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: '行号，表头为 1。 The header is line 1.' }),
    problems: t.field({ type: [problem], resolve: (one) => [...one.problems] }),
  }),
})

const faultCount = builder.objectRef<{ readonly code: string; readonly count: number }>('ImportFaultCount').implement({
  ...mayRead,
  description: '某类错误的次数。 How often a fault occurred.',
  fields: (t) => ({ code: t.exposeString('code'), count: t.exposeInt('count') }),
})

const fault = builder.objectRef<ImportFault>('ImportFault').implement({
  ...mayRead,
  description: '整个文件未导入的原因。 Why a file as a whole was not taken.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.field({ type: text, resolve: (one) => one.text }),
    problems: t.field({ type: [problem], resolve: (one) => [...one.problems] }),
  }),
})

export const catalogueImport = builder.objectRef<ImportJob>('CatalogueImport').implement({
  ...mayRead,
  description:
    '一个文件的导入：中断后从原处继续，好行一次生效。 A file on its way in: it goes on where it stopped, and its good rows come in force at once.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.expose('kind', { type: kind }),
    state: t.expose('state', { type: state }),
    name: t.exposeString('name', { description: '文件名' }),
    pool: t.exposeString('pool', {
      nullable: true,
      description: '未写统筹区的行归入该统筹区，null 为全国。 Of rows that name none; null for the whole country.',
    }),
    institution: t.exposeString('institution', { nullable: true, description: '定点医药机构编号，仅目录对照' }),
    encoding: t.exposeString('encoding', { nullable: true, description: '识别出的编码：utf-8 或 gb18030' }),
    progress: t.float({
      description: '已读取的比例 0–1。 The part of the file that was read.',
      resolve: ({ bytes, size, state: of }) => (of === 'DONE' || of === 'MERGING' ? 1 : Math.min(1, bytes / size)),
    }),
    rows: t.exposeInt('rows', { description: '已读取的数据行。 Rows read so far, without the header.' }),
    bad: t.exposeInt('bad', { description: '其中错误行。 Of them bad ones.' }),
    added: t.exposeInt('added', { description: '新增条目。 Entries that are new.' }),
    changed: t.exposeInt('changed', { description: '变更条目' }),
    unchanged: t.exposeInt('unchanged', { description: '未变条目' }),
    version: t.string({
      nullable: true,
      description: '导入后的目录版本。 The catalogue’s version afterwards; higher only when something changed.',
      resolve: ({ version }) => version?.toString() ?? null,
    }),
    ignoredColumns: t.exposeInt('ignoredColumns', { description: '未识别的列数。 Columns with an unknown heading.' }),
    mayBeTruncated: t.exposeBoolean('mayBeTruncated', {
      description: '末行无换行，文件可能被截断。 The last line has no line break: the file may be cut off.',
    }),
    faults: t.field({
      type: [faultCount],
      description: '错误按代码计数。 Faults by code, the most frequent first.',
      resolve: ({ faults }) =>
        Object.entries(faults)
          .map(([code, count]) => ({ code, count }))
          .toSorted((a, b) => b.count - a.count),
    }),
    firstBad: t.field({
      type: [badRow],
      description: '前二十个错误行；全部见 report。 The first twenty bad rows.',
      resolve: (one) => [...one.firstBad],
    }),
    report: t.exposeID('reportId', {
      nullable: true,
      description:
        '错误行报告（CSV 文件的标识）。 The document that lists every bad row; none when all were good. No cell of it can act as a formula.',
    }),
    fault: t.expose('fault', { type: fault, nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
  }),
})

const imports = connectionOf('CatalogueImport', catalogueImport, mayRead)

builder.queryFields((t) => ({
  catalogueImport: t.field({
    ...mayRead,
    type: catalogueImport,
    description: '一次导入的进度与结果。 How far an import has come, and what came of it.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => importOf(context, id),
  }),
  catalogueImports: t.field({
    ...mayRead,
    type: imports,
    description: '导入列表，最近的在前，限调用者可见。 Imports the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: { kind: t.arg({ type: kind }), state: t.arg({ type: state }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { kind: ofKind, state: ofState, ...args }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = {
        ...(after !== null && { before: after }),
        ...(ofKind && { kind: ofKind }),
        ...(ofState && { state: ofState }),
      }
      return pageOf(await read((tx) => listImports(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

builder.mutationFields((t) => ({
  importCatalogue: t.field({
    ...may('staff institutions:write'),
    type: catalogueImport,
    description:
      '导入目录文件：先以用途 CATALOGUE 上传，再在此引用。 Takes an uploaded file (purpose CATALOGUE) into the catalogue of the caller’s pool; the national bureau, 100000, imports for the whole country.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      document: t.arg.id({ required: true, description: 'CSV 文件（UTF-8 或 GB18030）的标识' }),
      kind: t.arg({ type: catalogueKind, required: true }),
      pool: t.arg.string({ description: '未写统筹区的行归入该统筹区 `poolarea_no`' }),
    },
    resolve: (_root, args, context) => startCatalogueImport(context, args),
  }),
  cancelCatalogueImport: t.field({
    ...may('institution institutions:write', 'staff institutions:write'),
    type: catalogueImport,
    description: '取消导入，未写入前可取消。 Stops an import that is not being merged yet; nothing of it is taken.',
    errors: { types: [NotFound, NotAllowed, InvalidInput, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), id: t.arg.id({ required: true }) },
    resolve: (_root, { requestId, id }, context) => cancelCatalogueImport(context, requestId, id),
  }),
}))
