import { may } from '@yibao/schema/builder'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { changePractitioner, judgePractitioner, registerPractitioners } from '../commands/practitioners.ts'
import type { Context } from '../context.ts'
import { KINDS, STANDING_ACTIONS, type Practitioner } from '../domain/practitioner.ts'
import { findPractitioners, listPractitioners } from '../store/practitioners.ts'
import { registerUpload } from './row-outcome.ts'

const concerned = may('institution', 'staff', 'auditor')

const kind = builder.enumType('PractitionerKind', {
  description: '医师、护士、药师（含药学技术人员）。 Doctor (D), nurse (N), pharmacist (HY, HJ).',
  values: KINDS,
})

const status = builder.enumType('PractitionerStatus', {
  description: '医保支付资格：正常、中止。 Whether the fund pays for what the person does.',
  values: ['ACTIVE', 'SUSPENDED'] as const,
})

const action = builder.enumType('PractitionerAction', {
  description: '记分、中止、恢复支付资格。 What a bureau decides about a person.',
  values: STANDING_ACTIONS,
})

const practitioner = builder.objectRef<Practitioner>('Practitioner').implement({
  ...concerned,
  description: '医执人员 (5102)，多机构执业者每机构一条。 Who works in an institution; one entry for each of several.',
  fields: (t) => ({
    institution: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    code: t.exposeString('code', { description: '医保医师、护士或药师代码 `prac_psn_code`' }),
    kind: t.expose('kind', { type: kind, description: '人员分类 `prac_psn_type`' }),
    name: t.exposeString('name', { description: '姓名 `prac_psn_name`' }),
    title: t.exposeString('title', { nullable: true, description: '专业技术职务 `dr_pro_tech_duty`' }),
    department: t.exposeString('department', { nullable: true, description: '科室编码 `hosp_dept_code`' }),
    specialities: t.exposeStringList('specialities', { description: '执业范围' }),
    mayPrescribe: t.exposeBoolean('mayPrescribe', { description: '处方权。 Whether the person prescribes.' }),
    beginOn: t.expose('beginOn', { type: 'Date' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true }),
    status: t.field({
      type: status,
      resolve: async ({ code }, _args, { load: { standing } }) => (await standing.load(code))?.status ?? 'ACTIVE',
    }),
    points: t.int({
      description: '累计记分。 Points noted against the person, wherever they work.',
      resolve: async ({ code }, _args, { load: { standing } }) => (await standing.load(code))?.points ?? 0,
    }),
  }),
})

const input = builder.inputType('PractitionerInput', {
  fields: (t) => ({
    code: t.string({ required: true, description: 'D 或 N 加 12 位数字，药师 HY 或 HJ 加 12 位数字' }),
    name: t.string({ required: true }),
    title: t.string({ description: '专业技术职务' }),
    department: t.string({ description: '科室编码' }),
    specialities: t.stringList({ description: '执业范围，至多十项' }),
    mayPrescribe: t.boolean({ description: '处方权，仅医师；不填为否。 No when absent; for doctors alone.' }),
    beginOn: t.field({ type: 'Date', required: true }),
    endOn: t.field({ type: 'Date', description: '不填为长期。 Open when absent.' }),
  }),
})

const judgement = builder.inputType('JudgePractitionerInput', {
  fields: (t) => ({
    institution: t.id({
      required: true,
      description: '其执业的本统筹区机构。 Where the person works, of the own pool.',
    }),
    code: t.string({ required: true }),
    action: t.field({ type: action, required: true }),
    points: t.int({ description: '记分 1–12；中止、恢复时可不填。 Points; may be left out but for POINTS.' }),
    reason: t.string({ required: true, description: '原因，2–500 字' }),
    legalGround: t.string({ description: '依据，中止必填。 Required to suspend.' }),
    until: t.field({ type: 'Date', description: '中止至，到期由经办恢复。 It is resumed by staff.' }),
  }),
})

const practitioners = connectionOf('Practitioner', practitioner, concerned)
const own = may('institution institutions:write')
const refusals = { types: [InvalidInput, NotFound, NotAllowed, RequestReused] }

async function load({ read }: Context, institution: string, code: string): Promise<Practitioner> {
  const [found] = await read((tx) => findPractitioners(tx, institution, [code]))
  if (found === undefined) throw new Error('a written practitioner is gone')
  return found
}

builder.mutationFields((t) => ({
  registerPractitioners: t.field({
    ...own,
    type: registerUpload,
    description: '登记本机构医执人员，逐条答复。 Registers who works for whoever asks, each for itself; 500 at most.',
    errors: { types: [InvalidInput, NotFound, RequestReused] },
    args: { requestId: t.arg.id({ required: true }), practitioners: t.arg({ type: [input], required: true }) },
    resolve: async (_root, args, context) => ({
      sent: args.practitioners,
      outcomes: await registerPractitioners(context, args),
    }),
  }),
  changePractitioner: t.field({
    ...own,
    type: practitioner,
    description: '变更登记；离职填写结束日期。 Changes an entry; a last day ends it.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) =>
      load(context, context.own().institution, await changePractitioner(context, args)),
  }),
  judgePractitioner: t.field({
    ...may('staff institutions:write'),
    type: practitioner,
    description:
      '支付资格管理：记分、中止、恢复，对其全部执业机构有效。 Points, suspension and resumption, wherever the person works.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: judgement, required: true }) },
    resolve: async (_root, args, context) => {
      const { institution, code } = await judgePractitioner(context, args)
      return load(context, institution, code)
    },
  }),
}))

const isPlace = (key: string): boolean => /^[HP][0-9]{11} [A-Z]{1,2}[0-9]{12}$/.test(key)

builder.queryField('practitioners', (t) =>
  t.field({
    ...concerned,
    type: practitioners,
    description: '医执人员查询 (5102)，限调用者可见。 Who works where, as far as the caller may know.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string(),
      kind: t.arg({ type: kind }),
      department: t.arg.string({ description: '科室编码' }),
      code: t.arg.string({ description: '医保代码。 All entries of one person.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution, kind: wanted, department, code, ...args }, { read, identity }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isPlace, problems)
      InvalidInput.throwIf(problems)
      const texts = { institution, department, code }
      // A text no database keeps is no code of anything.
      if (!Object.values(texts).every((one) => isTextKey(one ?? ''))) return pageOf<Practitioner>([], size, () => '')
      const filter = {
        limit: size + 1,
        after,
        institution: institution ?? (identity?.kind === 'institution' ? identity.institution : null),
        pool: identity?.kind === 'staff' ? identity.pool : null,
        kind: wanted ?? null,
        department: department ?? null,
        code: code ?? null,
      }
      const rows = await read((tx) => listPractitioners(tx, filter))
      return pageOf(rows, size, (one) => `${one.institution} ${one.code}`)
    },
  }),
)
