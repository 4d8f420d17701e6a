import { may } from '@yibao/schema/builder'
import { parseDay } from '@yibao/schema/dates'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { changeDepartment, revokeDepartment, uploadDepartments } from '../commands/departments.ts'
import type { Context } from '../context.ts'
import type { Department } from '../domain/department.ts'
import { findDepartments, listDepartments } from '../store/departments.ts'
import { signedIn } from './rights.ts'
import { registerUpload } from './row-outcome.ts'

const department = builder.objectRef<Department>('Department').implement({
  ...signedIn,
  description: '科室 (3401)。 A department of a hospital.',
  fields: (t) => ({
    institution: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    code: t.exposeString('code', { description: '医院科室编码 `hosp_dept_codg`' }),
    name: t.exposeString('name', { description: '医院科室名称 `hosp_dept_name`' }),
    category: t.exposeString('category', { description: '科别 `caty`，国家代码' }),
    beds: t.exposeInt('beds', { description: '批准床位数 `aprv_bed_cnt`，张' }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '开始日期 `begntime`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '结束日期 `endtime`' }),
    introduction: t.exposeString('introduction', { nullable: true, description: '简介 `itro`' }),
  }),
})

const input = builder.inputType('DepartmentInput', {
  fields: (t) => ({
    code: t.string({ required: true, description: '医院科室编码 `hosp_dept_codg`' }),
    name: t.string({ required: true, description: '医院科室名称 `hosp_dept_name`' }),
    category: t.string({ required: true, description: '科别 `caty`，如 A03.01' }),
    beds: t.int({ required: true, description: '批准床位数 `aprv_bed_cnt`，张' }),
    beginOn: t.field({ type: 'Date', required: true }),
    endOn: t.field({ type: 'Date', description: '不填为长期。 Open when absent.' }),
    introduction: t.string({ description: '简介 `itro`，至多 500 字' }),
  }),
})

const revoked = builder.objectRef<{ readonly code: string }>('RevokedDepartment').implement({
  ...may('institution institutions:write'),
  fields: (t) => ({ code: t.exposeString('code', { description: '医院科室编码' }) }),
})

const departments = connectionOf('Department', department, signedIn)
const own = may('institution institutions:write')
const refusals = { types: [InvalidInput, NotFound, NotAllowed, RequestReused] }

async function load({ read, own: institution }: Context, code: string): Promise<Department> {
  const [found] = await read((tx) => findDepartments(tx, institution().institution, [code]))
  if (found === undefined) throw new Error('a written department is gone')
  return found
}

builder.mutationFields((t) => ({
  uploadDepartments: t.field({
    ...own,
    type: registerUpload,
    description:
      '上传科室 (3401/3401A)，逐条答复。 Takes in departments of whoever asks, each for itself; 500 at most.',
    errors: { types: [InvalidInput, NotFound, RequestReused] },
    args: {
      requestId: t.arg.id({ required: true }),
      departments: t.arg({ type: [input], required: true }),
    },
    resolve: async (_root, args, context) => ({
      sent: args.departments,
      outcomes: await uploadDepartments(context, args),
    }),
  }),
  changeDepartment: t.field({
    ...own,
    type: department,
    description: '变更科室 (3402)；停用填写结束日期。 Changes a department; a last day closes it.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => load(context, await changeDepartment(context, args)),
  }),
  revokeDepartment: t.field({
    ...own,
    type: revoked,
    description: '撤销误登的科室 (3403)。 Revokes a department that was entered by mistake.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), code: t.arg.string({ required: true }) },
    resolve: async (_root, args, context) => ({ code: await revokeDepartment(context, args) }),
  }),
}))

builder.queryField('departments', (t) =>
  t.field({
    ...signedIn,
    type: departments,
    description: '科室查询 (5101)，按编码。 Departments of an institution in order of code.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '机构自查可不填。 Left out by institutions.' }),
      category: t.arg.string({ description: '科别 `caty`' }),
      on: t.arg({ type: 'Date', description: '该日开放的科室。 Those that are open on a day.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution, category, on, ...args }, { read, identity }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isTextKey, problems)
      const code = institution ?? (identity?.kind === 'institution' ? identity.institution : null)
      if (code === null) problems.push(NEEDS_INSTITUTION)
      const day = on == null ? null : parseDay(on)
      if (day === null && on != null) problems.push(NO_DAY)
      InvalidInput.throwIf(problems)
      // A text no database keeps is no code of anything.
      if (![code ?? '', category ?? ''].every(isTextKey)) return pageOf<Department>([], size, () => '')
      const wanted = { institution: code ?? '', limit: size + 1, after, category: category ?? null, on: day }
      return pageOf(await read((tx) => listDepartments(tx, wanted)), size, (one) => one.code)
    },
  }),
)

const NEEDS_INSTITUTION: Problem = {
  path: 'institution',
  code: 'REQUIRED',
  message: { zh: '须填写定点医药机构编号', en: 'is required unless an institution asks' },
}
const NO_DAY: Problem = {
  path: 'on',
  code: 'DATE',
  message: { zh: '应为 yyyy-MM-dd 的日期', en: 'must be a day, yyyy-MM-dd' },
}
