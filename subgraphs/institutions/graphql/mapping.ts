import { may } from '@yibao/schema/builder'
import { dayOf, parseDay } from '@yibao/schema/dates'
import { institutionFault, problemAt } from '@yibao/schema/ids'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { uploadMappings, withdrawMapping, type MappingResult } from '../commands/mapping.ts'
import { startMappingImport } from '../commands/catalogue-import.ts'
import type { Context } from '../context.ts'
import { MAPPINGS_MAX } from '../domain/mapping.ts'
import { findMappings, listMappings, type StoredMapping } from '../store/mappings.ts'
import { catalogueImport } from './catalogue-import.ts'
import { problem } from './words.ts'

export const mayReadMapping = may(
  'institution institutions:read',
  'staff institutions:read',
  'auditor institutions:read',
)
const mayMap = may('institution institutions:write')

const mapping = builder.objectRef<StoredMapping>('CodeMapping').implement({
  ...mayReadMapping,
  description:
    '机构目录对照 (3301)：机构自有编码对应的国家编码，按日期有效。 Which national code an institution’s own code stands for, from a day to a day.',
  fields: (t) => ({
    ownCode: t.exposeString('ownCode', { description: '定点医药机构目录编号 `fixmedins_hilist_id`' }),
    name: t.exposeString('name', { description: '定点医药机构目录名称 `fixmedins_hilist_name`' }),
    institution: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    code: t.exposeString('code', {
      nullable: true,
      description: '医疗目录编码 `med_list_codg`，尚未对照为 null。 Null when it is not mapped yet.',
    }),
    listType: t.exposeString('listType', { nullable: true, description: '目录类别 `list_type`' }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '`begndate`' }),
    endOn: t.expose('endOn', {
      type: 'Date',
      nullable: true,
      description: '最后有效日 `enddate`；后一条开始时前一条结束。 The next row of a code closes the one before.',
    }),
    approvalNumber: t.exposeString('approvalNumber', { nullable: true, description: '批准文号 `aprvno`' }),
    dosageForm: t.exposeString('dosageForm', { nullable: true, description: '剂型 `dosform`' }),
    specification: t.exposeString('specification', { nullable: true, description: '规格 `spec`' }),
    pack: t.exposeString('pack', { nullable: true, description: '包装规格 `pacspec`' }),
    unit: t.exposeString('unit', { nullable: true, description: '计价单位 `prcunt`' }),
    note: t.exposeString('note', { nullable: true, description: '备注 `memo`' }),
    addedAt: t.expose('addedAt', { type: 'DateTime' }),
    withdrawnAt: t.expose('withdrawnAt', {
      type: 'DateTime',
      nullable: true,
      description: '撤销或被更正的时间。 When it was withdrawn or corrected.',
    }),
  }),
})

const history = builder.objectRef<{ readonly mappings: readonly StoredMapping[] }>('CodeMappingHistory').implement({
  ...mayReadMapping,
  description: '某机构编码的全部对照，含已撤销的。 All an institution ever said of one code, the latest first.',
  fields: (t) => ({ mappings: t.field({ type: [mapping], resolve: (one) => [...one.mappings] }) }),
})

const mappings = connectionOf('CodeMapping', mapping, mayReadMapping)

const outcome = builder.enumType('MappingOutcome', {
  description: '一行上传的结果。 What became of a row.',
  values: {
    ADDED: { description: '新增' },
    CHANGED: { description: '更正：原对照转入历史。 Corrected; the former is kept in the history.' },
    UNCHANGED: { description: '未变' },
    REFUSED: { description: '未采用，见 problems。 Not taken; see `problems`.' },
  } as const,
})

const result = builder.objectRef<MappingResult>('MappingResult').implement({
  ...mayMap,
  description: '一行上传的结果，顺序与上传相同。 What became of one row, in the order they came.',
  fields: (t) => ({
    ownCode: t.exposeString('ownCode'),
    outcome: t.expose('outcome', { type: outcome }),
    problems: t.field({ type: [problem], resolve: (one) => [...one.problems] }),
  }),
})

const results = builder.objectRef<{ readonly results: readonly MappingResult[] }>('MappingUpload').implement({
  ...mayMap,
  fields: (t) => ({ results: t.field({ type: [result], resolve: (one) => [...one.results] }) }),
})

const input = builder.inputType('MappingInput', {
  description: '一行对照 (3301)。 One own code.',
  fields: (t) => ({
    ownCode: t.string({ required: true, description: '定点医药机构目录编号 `fixmedins_hilist_id`' }),
    name: t.string({ required: true, description: '定点医药机构目录名称 `fixmedins_hilist_name`' }),
    code: t.string({ description: '医疗目录编码 `med_list_codg`；不填表示尚未对照。 Left out: not mapped yet.' }),
    listType: t.string({ description: '目录类别 `list_type`，默认按编码。 By the form of the code unless given.' }),
    beginOn: t.field({ type: 'Date', required: true, description: '`begndate`' }),
    endOn: t.field({ type: 'Date', description: '`enddate`' }),
    approvalNumber: t.string({ description: '`aprvno`' }),
    dosageForm: t.string({ description: '`dosform`' }),
    specification: t.string({ description: '`spec`' }),
    pack: t.string({ description: '`pacspec`' }),
    unit: t.string({ description: '`prcunt`' }),
    note: t.string({ description: '`memo`' }),
  }),
})

const NEEDS_INSTITUTION: Problem = {
  path: 'institution',
  code: 'REQUIRED',
  message: { zh: '须填写定点医药机构编号', en: 'is required unless an institution asks' },
}

/** Of which institution somebody asks: an institution of itself, everybody else says which. */
export function whoseMapping(given: string | null | undefined, { identity }: Context, problems: Problem[]): string {
  if (given == null) {
    if (identity?.kind === 'institution') return identity.institution
    problems.push(NEEDS_INSTITUTION)
    return ''
  }
  const fault = institutionFault(given)
  if (fault !== null) problems.push(problemAt('institution', fault))
  return given
}

export const DAYS_MAX = 366

/** A number of days to look ahead. */
export function readDays(path: string, days: number, problems: Problem[]): number {
  if (days >= 1 && days <= DAYS_MAX) return days
  const message = { zh: `应在 1 与 ${DAYS_MAX} 之间`, en: `must be between 1 and ${DAYS_MAX}` }
  problems.push({ path, code: 'RANGE', message })
  return 1
}

/** The place after which a page begins: first day and own code. */
const PLACE = /^(\d{4}-\d\d-\d\d) (.+)$/s
const isPlace = (key: string): boolean => isTextKey(key) && parseDay(PLACE.exec(key)?.[1] ?? '') !== null

function placeOf(key: string | null): { readonly beginOn: string; readonly ownCode: string } | undefined {
  const [, beginOn = '', ownCode = ''] = PLACE.exec(key ?? '') ?? []
  return ownCode === '' ? undefined : { beginOn, ownCode }
}

builder.queryFields((t) => ({
  mappings: t.field({
    ...mayReadMapping,
    type: mappings,
    description:
      '机构的目录对照，按机构编码排序。 The mappings of an institution that count, in order of its own codes.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号，机构自查可不填。 Left out by institutions.' }),
      search: t.arg.string({ description: '机构编码的开头或名称的一部分' }),
      code: t.arg.string({ description: '国家编码 `med_list_codg`' }),
      isMapped: t.arg.boolean({ description: 'false：仅未对照的。 Only those without a national code.' }),
      endsWithin: t.arg.int({ description: '在若干天内到期的。 Those that end within so many days.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution: given, search, code, isMapped, endsWithin, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isPlace, problems)
      const institution = whoseMapping(given, context, problems)
      const today = dayOf(context.now())
      const ahead = endsWithin == null ? null : readDays('endsWithin', endsWithin, problems)
      for (const [path, text] of Object.entries({ search, code })) {
        if (text == null || (isTextKey(text) && text.length <= 200)) continue
        problems.push({
          path,
          code: 'LENGTH',
          message: { zh: '过长或含控制字符', en: 'is too long or has control characters' },
        })
      }
      InvalidInput.throwIf(problems)
      const filter = {
        institution,
        after: placeOf(after),
        code: code ?? undefined,
        isMapped: isMapped ?? undefined,
        search: search?.trim() || undefined,
        ends: ahead === null ? undefined : { from: today, to: today.add({ days: ahead }) },
      }
      const rows = await context.read((tx) => listMappings(tx, filter, size + 1))
      return pageOf(rows, size, (one) => `${one.beginOn.toString()} ${one.ownCode}`)
    },
  }),
  mappingHistory: t.field({
    ...mayReadMapping,
    type: history,
    description: '某机构编码的全部对照，含已撤销的。 All an institution ever said of one code, the latest first.',
    errors: { types: [InvalidInput] },
    args: { ownCode: t.arg.string({ required: true }), institution: t.arg.string() },
    resolve: async (_root, { ownCode, institution: given }, context) => {
      const problems: Problem[] = []
      const institution = whoseMapping(given, context, problems)
      InvalidInput.throwIf(problems)
      const known = isTextKey(ownCode)
      return { mappings: known ? await context.read((tx) => findMappings(tx, institution, ownCode)) : [] }
    },
  }),
}))

builder.mutationFields((t) => ({
  uploadMappings: t.field({
    ...mayMap,
    type: results,
    description: `上传目录对照 (3301)，每次最多 ${MAPPINGS_MAX} 行：好行采用，坏行逐行返回。 Takes good rows and answers each bad one.`,
    errors: { types: [InvalidInput, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), mappings: t.arg({ type: [input], required: true }) },
    resolve: async (_root, args, context) => ({ results: await uploadMappings(context, args) }),
  }),
  importMappings: t.field({
    ...mayMap,
    type: catalogueImport,
    description:
      '导入对照文件：先以用途 CATALOGUE 上传。 Takes an uploaded file (purpose CATALOGUE) into the mapping of the institution that asks.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), document: t.arg.id({ required: true }) },
    resolve: (_root, args, context) => startMappingImport(context, args),
  }),
  withdrawMapping: t.field({
    ...mayMap,
    type: history,
    description: '撤销对照 (3302)；不填日期撤销该编码的全部。 Withdraws the mapping of a code; answers its history.',
    errors: { types: [InvalidInput, NotFound, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      ownCode: t.arg.string({ required: true }),
      beginOn: t.arg({ type: 'Date' }),
    },
    resolve: async (_root, args, context) => ({ mappings: await withdrawMapping(context, args) }),
  }),
}))
