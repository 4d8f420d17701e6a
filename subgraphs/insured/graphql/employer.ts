import assert from 'node:assert/strict'
import { parseDay } from '@yibao/schema/dates'
import { isTextKey, isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { registerEmployer } from '../commands/register-employer.ts'
import type { Employer } from '../domain/employer.ts'
import type { Enrolment } from '../domain/enrolment.ts'
import { listEmployees } from '../store/employees.ts'
import { findEmployer, listEmployers } from '../store/employers.ts'
import { enrolment } from './enrolment.ts'
import { insured } from './insured.ts'
import { mayReadEmployer, mayWrite } from './rights.ts'

export const employer = builder.objectRef<Employer>('Employer').implement({
  ...mayReadEmployer,
  description: '用人单位在某统筹区的登记。 An employer as a pool has registered it.',
  fields: (t) => ({
    creditCode: t.exposeString('creditCode', { description: '统一社会信用代码，GB 32100' }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    empNo: t.exposeString('empNo', { description: '单位编号 `emp_no`' }),
    name: t.exposeString('name', { description: '单位名称 `emp_name`' }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime' }),
  }),
})

interface Employee {
  readonly enrolment: Enrolment
}

const employee = builder.objectRef<Employee>('Employee').implement({
  ...mayReadEmployer,
  description: '职工：人员与其在本单位的参保关系。 A person and their enrolment through the employer.',
  fields: (t) => ({
    insured: t.field({
      type: insured,
      description: '参保人，证件号码已掩码。 The person, the identity number masked.',
      resolve: async (one, _args, { load }) => {
        const found = await load.person.load(one.enrolment.insuredId)
        assert(found !== null, 'who sees an enrolment sees the person')
        return found
      },
    }),
    enrolment: t.field({ type: enrolment, resolve: (one) => one.enrolment }),
  }),
})

const employeeConnection = connectionOf('Employee', employee, mayReadEmployer)
const connection = connectionOf('Employer', employer, mayReadEmployer)

builder.objectField(employer, 'employees', (t) =>
  t.field({
    type: employeeConnection,
    description: '经本单位参保的职工，按办理先后。 Who is enrolled through it, in the order they were entered.',
    errors: { types: [InvalidInput] },
    args: {
      insuranceType: t.arg.string({ description: '险种类型 `insutype`' }),
      name: t.arg.string({ description: '姓名，完全相同。 The whole name.' }),
      personNumber: t.arg.string({ description: '人员编号 `psn_no`' }),
      on: t.arg({ type: 'Date', description: '限该日在册。 Only those whose enrolment holds on this day.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async ({ creditCode, pool }, { on, ...args }, { read, load }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const day = on == null ? null : parseDay(on)
      if (on != null && day === null) {
        problems.push({ path: 'on', code: 'DATE_FORM', message: { zh: '不是有效日期', en: 'is not a day yyyy-MM-dd' } })
      }
      for (const path of ['insuranceType', 'name', 'personNumber'] as const) {
        if (isTextKey(args[path] ?? '')) continue
        problems.push({ path, code: 'CHARACTERS', message: { zh: '含有控制字符', en: 'has control characters' } })
      }
      InvalidInput.throwIf(problems)
      const { insuranceType = null, name = null, personNumber = null } = args
      const wanted = { employer: creditCode, pool, insuranceType, name, personNumber, on: day, after }
      const rows = await read((tx) => listEmployees(tx, wanted, size + 1))
      const nodes = await Promise.all(
        rows.map(async ({ insuredId, enrolmentId }) => {
          const found = (await load.enrolments.load(insuredId)).find((one) => one.id === enrolmentId)
          return found === undefined ? [] : [{ enrolment: found }]
        }),
      )
      return pageOf(nodes.flat(), size, (one) => one.enrolment.id)
    },
  }),
)

const input = builder.inputType('RegisterEmployerInput', {
  description: '单位参保登记，登记在本统筹区。 Registers an employer with your own pool.',
  fields: (t) => ({
    creditCode: t.string({ required: true, description: '统一社会信用代码' }),
    name: t.string({ required: true, description: '单位名称 `emp_name`' }),
    empNo: t.string({ description: '单位编号 `emp_no`；不填由平台编号。 Chosen by the platform when absent.' }),
  }),
})

const noEmployer = () => NotFound.of({ zh: '该用人单位', en: 'the employer' }, 'creditCode')

builder.queryFields((t) => ({
  employer: t.field({
    ...mayReadEmployer,
    type: employer,
    description: '按代码查询用人单位；无权知晓者答不存在。 By its codes; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: {
      creditCode: t.arg.string({ required: true, description: '统一社会信用代码' }),
      pool: t.arg.string({ required: true, description: '统筹区' }),
    },
    resolve: async (_root, { creditCode, pool }, { read }) => {
      if (!isTextKey(creditCode) || !isTextKey(pool)) throw noEmployer()
      const found = await read((tx) => findEmployer(tx, creditCode, pool))
      if (found === null) throw noEmployer()
      return found
    },
  }),
  employers: t.field({
    ...mayReadEmployer,
    type: connection,
    description:
      '用人单位列表，按单位编号，限调用者可见；单位见自身在各统筹区的登记。 In order of their number; an employer sees its own registrations.',
    errors: { types: [InvalidInput] },
    args: {
      name: t.arg.string({ description: '名称包含。 Part of the name.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { name = null, ...args }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isTextKey, problems)
      if (!isTextKey(name ?? '')) {
        problems.push({
          path: 'name',
          code: 'CHARACTERS',
          message: { zh: '含有控制字符', en: 'has control characters' },
        })
      }
      InvalidInput.throwIf(problems)
      return pageOf(await read((tx) => listEmployers(tx, { name, after }, size + 1)), size, (one) => one.empNo)
    },
  }),
}))

builder.mutationFields((t) => ({
  registerEmployer: t.field({
    ...mayWrite,
    type: employer,
    description: '单位参保登记。 Registers an employer with the pool of the bureau.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => {
      const { creditCode, pool } = await registerEmployer(context, args)
      const found = await context.read((tx) => findEmployer(tx, creditCode, pool))
      assert(found !== null, 'who registers an employer may see it')
      return found
    },
  }),
}))
