import type { Fen } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { importNationalNotice } from '../commands/national-notice.ts'
import type { Context } from '../context.ts'
import { MONTH } from '../domain/clearing.ts'
import { Fields } from '../domain/fields.ts'
import { compareNotice, noNotice, type ComparedLine, type NoticeVerdict } from '../domain/national-notice.ts'
import { listNoticeLines, listNotices, sumStatements, type NoticeRow } from '../store/national-notice.ts'
import { netSide } from './netting.ts'
import { mayReadProvince, maySpeak } from './province-rights.ts'

const VERDICTS: Readonly<Record<NoticeVerdict, { readonly description: string }>> = {
  EQUAL: { description: '一致。 The same.' },
  DIFFERS: { description: '不一致。 Count or amount differ.' },
  ONLY_THERE: { description: '仅通知书有。 The notice has it, no statement here does.' },
  ONLY_HERE: { description: '仅本地清算单有。 A statement here, no line of the notice.' },
}
const verdict = builder.enumType('NoticeVerdict', {
  description: '通知书与本地清算单的核对结果。 What a line comes to beside the statements here.',
  values: VERDICTS,
})

const sums = builder.objectRef<{ readonly count: number; readonly amount: Fen }>('NoticeSums').implement({
  ...mayReadProvince,
  description: '笔数与金额。 Count and amount.',
  fields: (t) => ({ count: t.exposeInt('count'), amount: t.expose('amount', { type: 'Money' }) }),
})

const line = builder.objectRef<ComparedLine>('NoticeLine').implement({
  ...mayReadProvince,
  description: '通知书的一行与本地该月清算单的核对。 A line beside what the statements of the month come to here.',
  fields: (t) => ({
    province: t.exposeString('province', { description: '对方省级代码' }),
    side: t.expose('side', { type: netSide }),
    there: t.field({ type: sums, nullable: true, description: '通知书', resolve: (one) => one.there }),
    here: t.field({ type: sums, nullable: true, description: '本地清算单合计', resolve: (one) => one.here }),
    verdict: t.expose('verdict', { type: verdict }),
    difference: t.expose('difference', { type: 'Money', description: '本地 − 通知书' }),
  }),
})

interface Shown extends NoticeRow {
  readonly lines: readonly ComparedLine[]
}
const notice = builder.objectRef<Shown>('NationalNotice').implement({
  ...mayReadProvince,
  description:
    '国家平台跨省清算通知书。 A clearing notice of the national centre, compared with the statements as they are now.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeString('number', { description: '文号' }),
    month: t.exposeString('month', { description: '清算年月' }),
    sha256: t.exposeString('sha256', { description: '文件校验值' }),
    importedBy: t.exposeString('importedBy', { description: '经办' }),
    importedAt: t.expose('at', { type: 'DateTime' }),
    lines: t.field({ type: [line], resolve: (one) => [...one.lines] }),
    differences: t.int({
      description: '不一致的行数。 Lines that are not equal.',
      resolve: (one) => one.lines.filter((each) => each.verdict !== 'EQUAL').length,
    }),
  }),
})
const notices = connectionOf('NationalNotice', notice, mayReadProvince)

async function compared(context: Context, found: readonly NoticeRow[]): Promise<Shown[]> {
  if (found.length === 0) return []
  const [lines, own] = await context.read(async (tx) => [
    await listNoticeLines(
      tx,
      found.map((one) => one.id),
    ),
    await sumStatements(
      tx,
      found.map((one) => one.month),
    ),
  ])
  return found.map((one) => ({
    ...one,
    lines: compareNotice(
      lines.filter((each) => each.noticeId === one.id),
      own.filter((each) => each.month === one.month),
    ),
  }))
}

builder.queryField('nationalNotices', (t) =>
  t.field({
    ...mayReadProvince,
    type: notices,
    description:
      '清算通知书，最近导入的在前；由省本级经办机构查看。 The latest first, for the bureau of the province itself.',
    errors: { types: [InvalidInput] },
    args: { month: t.arg.string({ description: '清算年月 yyyy-MM' }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { month, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const of = fields.optional('month', month, { max: 7, ...MONTH })
      fields.check()
      const filter = { ...(of !== null && { month: of }), ...(after !== null && { before: after }) }
      const rows = await context.read((tx) => listNotices(tx, filter, size + 1))
      return pageOf(await compared(context, rows), size, (one) => one.id)
    },
  }),
)

builder.mutationField('importNationalNotice', (t) =>
  t.field({
    ...maySpeak,
    type: notice,
    description: '导入清算通知书并与本地清算单核对，不动账。 Imports a notice and compares it; no money moves.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      file: t.arg.string({ required: true, description: '格式见 clearing/NOTICE-FILE.md' }),
    },
    resolve: async (_root, { requestId, file }, context) => {
      const id = await importNationalNotice(context, requestId, file)
      const [found] = await compared(context, await context.read((tx) => listNotices(tx, { id }, 1)))
      if (found === undefined) throw noNotice()
      return found
    },
  }),
)
