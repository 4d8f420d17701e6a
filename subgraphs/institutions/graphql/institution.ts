import { dayOf } from '@yibao/schema/dates'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { levelOn, type LevelFrom } from '../domain/capability.ts'
import { LEVELS, TYPES, type Institution } from '../domain/institution.ts'
import { listInstitutions } from '../store/institutions.ts'
import { agreement } from './agreement.ts'
import { signedIn } from './rights.ts'

export const kind = builder.enumType('InstitutionKind', {
  description: '医疗机构或零售药店 `fixmedins_type`。 Hospital (1) or retail pharmacy (2).',
  values: ['HOSPITAL', 'PHARMACY'] as const,
})

export const level = builder.enumType('InstitutionLevel', {
  description: '机构等级 `hosp_lv`。 Level as policies and ceilings see it.',
  values: LEVELS,
})

export const type = builder.enumType('InstitutionType', {
  description: '机构类别。 What sort of hospital or pharmacy it is.',
  values: TYPES,
})

const levelFrom = builder.objectRef<LevelFrom>('LevelFrom').implement({
  ...signedIn,
  description: '自某日起的机构等级。 A level and its first day.',
  fields: (t) => ({
    beginOn: t.field({ type: 'Date', resolve: ([from]) => Temporal.PlainDate.from(from) }),
    level: t.field({ type: level, resolve: ([, one]) => one }),
  }),
})

export const institution = builder.objectRef<Institution>('Institution').implement({
  ...signedIn,
  description: '定点医药机构。 A hospital or pharmacy.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '定点医药机构编号 `fixmedins_code`：H 或 P，6 位区划，5 位序号。' }),
    name: t.exposeString('name', { description: '名称 `fixmedins_name`' }),
    kind: t.expose('kind', { type: kind }),
    level: t.field({
      type: level,
      description: '今日的机构等级 `hosp_lv`。 The level of today; bills go by the level of their own day.',
      resolve: (one, _args, { now }) => levelOn(one, dayOf(now())),
    }),
    levels: t.field({
      type: [levelFrom],
      description: '等级变更，按生效日。 Changes of the level, oldest first; none while it is as registered.',
      resolve: ({ levels }) => [...(levels ?? [])],
    }),
    type: t.expose('type', { type }),
    creditCode: t.exposeString('creditCode', { description: '统一社会信用代码 `uscc`, GB 32100。' }),
    pool: t.exposeString('pool', { description: '所在统筹区。 The pool on whose ground it stands.' }),
    agreements: t.field({
      type: [agreement],
      description: '医保服务协议，按开始日期。 Agreements with pools, oldest first.',
      resolve: async ({ code }, _args, { load }) => [...(await load.agreements.load(code))],
    }),
  }),
})

builder.asEntity(institution, {
  key: builder.selection<{ code: string }>('code'),
  resolveReference: ({ code }, { load }) => load.institution.load(code),
})

builder.objectField(agreement, 'institution', (t) =>
  t.field({
    type: institution,
    resolve: async (one, _args, { load }) => {
      const found = await load.institution.load(one.institution)
      if (found === null) throw new Error(`agreement ${one.id} has no institution`)
      return found
    },
  }),
)

const institutions = connectionOf('Institution', institution, signedIn)

builder.queryFields((t) => ({
  institution: t.field({
    ...signedIn,
    type: institution,
    nullable: true,
    description: '按编号查询机构。 An institution by its code; null when there is none.',
    args: { code: t.arg.id({ required: true }) },
    resolve: (_root, { code }, { load }) => load.institution.load(code),
  }),
  institutions: t.field({
    ...signedIn,
    type: institutions,
    description: '机构列表，按编号。 Institutions in order of code.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      pool: t.arg.string(),
      kind: t.arg({ type: kind }),
      name: t.arg.string({ description: '名称中的文字 (1201 `fixmedins_name`)。 Words of the name.' }),
    },
    resolve: async (_root, args, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isTextKey, problems)
      const wrong = args.pool == null ? null : divisionFault(args.pool)
      if (wrong !== null) problems.push(problemAt('pool', wrong))
      InvalidInput.throwIf(problems)
      // A text no database keeps stands in no name.
      if (!isTextKey(args.name ?? '')) return pageOf<Institution>([], size, (one) => one.code)
      const wanted = {
        limit: size + 1,
        after,
        pool: args.pool ?? null,
        kind: args.kind ?? null,
        name: args.name ?? null,
      }
      return pageOf(await read((tx) => listInstitutions(tx, wanted)), size, (one) => one.code)
    },
  }),
}))
