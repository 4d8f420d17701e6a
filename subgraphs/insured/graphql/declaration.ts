import assert from 'node:assert/strict'
import { uuidFault } from '@yibao/schema/ids'
import { isTextKey, isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import type { Declaration, DeclaredLine } from '../domain/declaration.ts'
import {
  findCorrections,
  findDeclarations,
  listDeclarations,
  listLines,
  listOwnLines,
  type OwnLine,
} from '../store/declarations.ts'
import { findMerged } from '../store/merge-persons.ts'
import { insured } from './insured.ts'
import { mayReadEmployer, mayReadEvents } from './rights.ts'

const state = builder.enumType('EmployerDeclarationState', {
  description: '申报状态。 A draft changes; what is declared never does.',
  values: { DRAFT: { description: '草稿' }, DECLARED: { description: '已申报' } },
})

const line = builder.objectRef<DeclaredLine>('EmployerDeclarationLine').implement({
  ...mayReadEmployer,
  description: '申报明细：一人的缴费基数。 The base one person’s contribution is paid of.',
  fields: (t) => ({
    insured: t.field({
      type: insured,
      nullable: true,
      description: '参保人；已不在本单位、不再可见时为 null。 Null when no longer seen by who asks.',
      resolve: ({ insuredId }, _args, { load }) => load.person.load(insuredId),
    }),
    insuredId: t.exposeID('insuredId'),
    personType: t.exposeString('personType', { description: '人员类别 `psn_type`' }),
    base: t.expose('base', {
      type: 'Money',
      description:
        '缴费基数，元/月，在上下限之内；更正为零即撤销申报。 Yuan a month; zero in a correction takes the person out.',
    }),
    enteredBase: t.expose('enteredBase', {
      type: 'Money',
      description: '单位填报的基数。 As the employer entered it, before it was moved to the nearer limit.',
    }),
    baseBefore: t.expose('baseBefore', {
      type: 'Money',
      nullable: true,
      description: '更正前的基数；此前未申报为 null。 Of a correction, what stood before.',
    }),
  }),
})

export const declaration = builder.objectRef<Declaration>('EmployerDeclaration').implement({
  ...mayReadEmployer,
  description: '单位按月申报人数与缴费基数。 What an employer declares of one month and one insurance.',
  fields: (t) => ({
    id: t.exposeID('id'),
    employerCode: t.exposeString('employer', { description: '统一社会信用代码' }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    month: t.exposeString('month', { description: '费款所属月，yyyy-MM' }),
    state: t.expose('state', { type: state }),
    reason: t.exposeString('reason', { nullable: true, description: '更正原因。 Of a correction, why.' }),
    heads: t.exposeInt('heads', { nullable: true, description: '人数；草稿为 null。 Null in a draft.' }),
    baseTotal: t.expose('baseTotal', {
      type: 'Money',
      nullable: true,
      description: '基数合计，元；草稿为 null。 Sum of the bases in yuan; null in a draft.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    declaredAt: t.expose('declaredAt', { type: 'DateTime', nullable: true, description: '申报时间' }),
  }),
})

const lineConnection = connectionOf('EmployerDeclarationLine', line, mayReadEmployer)
const connection = connectionOf('EmployerDeclaration', declaration, mayReadEmployer)

/** A declaration the caller may see. @throws NotFound */
export async function seenDeclaration({ read }: Context, id: string): Promise<Declaration> {
  const [found] = uuidFault(id) === null ? await read((tx) => findDeclarations(tx, [id.toLowerCase()])) : []
  if (found === undefined) throw NotFound.of({ zh: '该申报', en: 'the declaration' }, 'id')
  return found
}

builder.objectFields(declaration, (t) => ({
  corrects: t.field({
    type: declaration,
    nullable: true,
    description: '被更正的申报。 The declaration this one corrects.',
    resolve: ({ corrects }, _args, context) => (corrects === null ? null : seenDeclaration(context, corrects)),
  }),
  corrections: t.field({
    type: [declaration],
    description: '对其的更正申报，由早到晚。 What corrects it, oldest first.',
    resolve: ({ id }, _args, { read }) => read((tx) => findCorrections(tx, id)),
  }),
  lines: t.field({
    type: lineConnection,
    description: '明细，按人员标识。 In order of the person’s id.',
    errors: { types: [InvalidInput] },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: async (one, args, { read, noteRead }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const page = pageOf(await read((tx) => listLines(tx, one, after, size + 1)), size, ({ insuredId }) => insuredId)
      for (const { node } of page.edges) noteRead(node.insuredId, 'declaration')
      return page
    },
  }),
}))

const ownLine = builder.objectRef<OwnLine>('DeclaredBase').implement({
  ...mayReadEvents,
  description: '单位为本人申报的缴费基数。 What an employer has declared of a person.',
  fields: (t) => ({
    declarationId: t.exposeID('declarationId', { description: '所属申报；申诉时引用。 To name in a dispute.' }),
    employerCode: t.exposeString('employer', { description: '统一社会信用代码' }),
    pool: t.exposeString('pool', { description: '参保地医保区划' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    month: t.exposeString('month', { description: '费款所属月，yyyy-MM' }),
    base: t.expose('base', { type: 'Money', description: '缴费基数，元/月。 Yuan a month.' }),
    baseBefore: t.expose('baseBefore', {
      type: 'Money',
      nullable: true,
      description: '更正前的基数。 Of a correction, what stood before.',
    }),
  }),
})
const ownConnection = connectionOf('DeclaredBase', ownLine, mayReadEvents)

builder.objectField(insured, 'declaredBases', (t) =>
  t.field({
    ...mayReadEvents,
    type: ownConnection,
    description: '单位为其申报的基数，最近的在前。 What employers declared of the person, the latest first.',
    errors: { types: [InvalidInput] },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: async ({ id }, args, { read, noteRead }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      noteRead(id, 'declaration')
      const rows = await read(async (tx) => {
        const merged = (await findMerged(tx, [id])).map((one) => one.insuredId)
        return listOwnLines(tx, [id, ...merged], after, size + 1)
      })
      return pageOf(rows, size, ({ declarationId }) => declarationId)
    },
  }),
)

builder.queryFields((t) => ({
  employerDeclaration: t.field({
    ...mayReadEmployer,
    type: declaration,
    description: '按标识查询申报；无权知晓者答不存在。 By its id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => seenDeclaration(context, id),
  }),
  employerDeclarations: t.field({
    ...mayReadEmployer,
    type: connection,
    description: '申报列表，最近的在前，限调用者可见。 Those the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      employer: t.arg.string({ description: '统一社会信用代码' }),
      month: t.arg.string({ description: '费款所属月，yyyy-MM' }),
      state: t.arg({ type: state }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { employer = null, month = null, state: wanted = null, ...args }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      for (const [path, value] of Object.entries({ employer, month })) {
        if (isTextKey(value ?? '')) continue
        problems.push({ path, code: 'CHARACTERS', message: { zh: '含有控制字符', en: 'has control characters' } })
      }
      InvalidInput.throwIf(problems)
      const rows = await read((tx) => listDeclarations(tx, { employer, month, state: wanted, before: after }, size + 1))
      return pageOf(rows, size, (one) => one.id)
    },
  }),
}))

/** The declaration a mutation answers. */
export async function loadDeclaration(context: Context, id: string): Promise<Declaration> {
  const found = await seenDeclaration(context, id)
  assert(found.id === id, 'who writes a declaration may see it')
  return found
}
