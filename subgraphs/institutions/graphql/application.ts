import { may } from '@yibao/schema/builder'
import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import {
  STATES,
  STEPS,
  type Answer,
  type Application,
  type ApplicationEvent,
  type Missing,
  type Score,
} from '../domain/application.ts'
import type { Criterion } from '../domain/designation-rules.ts'
import { findApplication, listApplications } from '../store/application.ts'
import { DESIGNATION_RULES } from '../store/designation-rules.ts'
import { agreement } from './agreement.ts'
import { institution, kind } from './institution.ts'
import { signedIn } from './rights.ts'
import { text } from './words.ts'

const concerned = may('institution', 'staff', 'auditor')

const state = builder.enumType('ApplicationState', {
  description:
    '定点申请状态：已提交、已退回补正、评估中、已评估、已签协议、未通过、已撤回。 How far an application is.',
  values: STATES,
})

const step = builder.enumType('ApplicationStep', {
  description: '申请的一步。 A step of an application.',
  values: STEPS,
})

const criterion = builder.objectRef<Criterion>('DesignationCriterion').implement({
  ...signedIn,
  description: '定点条件。 One condition of designation, and the regulation it stands in.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '条件代号，同一机构类型内唯一。 Unique among those of one kind.' }),
    kind: t.expose('kind', { type: kind }),
    required: t.exposeBoolean('required', { description: '是否每份申请都须答复。 Whether everybody must answer it.' }),
    text: t.field({ type: text, resolve: (one) => one.text }),
    document: t.field({
      type: text,
      description: '所据文件。 The regulation.',
      resolve: ({ source }) => DESIGNATION_RULES.sources[source]?.document ?? { zh: source, en: source },
    }),
    article: t.exposeString('article', { description: '条款' }),
  }),
})

const answer = builder.objectRef<Answer>('ApplicationAnswer').implement({
  ...concerned,
  fields: (t) => ({
    criterion: t.exposeString('criterion', { description: '条件代号' }),
    value: t.exposeString('value', { description: '说明。 What the institution says.' }),
    document: t.exposeID('document', { nullable: true, description: '证明材料。 The document that proves it.' }),
  }),
})

const missing = builder.objectRef<Missing>('ApplicationMissing').implement({
  ...concerned,
  fields: (t) => ({
    criterion: t.exposeString('criterion', { description: '条件代号' }),
    reason: t.exposeString('reason', { description: '须补正的内容' }),
  }),
})

const score = builder.objectRef<Score>('ApplicationScore').implement({
  ...concerned,
  fields: (t) => ({
    criterion: t.exposeString('criterion', { description: '条件代号' }),
    score: t.exposeInt('score', { description: '评分 0–100' }),
    note: t.exposeString('note', { nullable: true }),
  }),
})

const event = builder.objectRef<ApplicationEvent>('ApplicationEvent').implement({
  ...concerned,
  description: '申请的办理记录，只增不改。 One step that was taken; steps are only ever added.',
  fields: (t) => ({
    action: t.expose('action', { type: step }),
    reason: t.exposeString('reason', { nullable: true, description: '原因' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})

export const application = builder.objectRef<Application>('DesignationApplication').implement({
  ...concerned,
  description: '定点申请。 An application of an institution to be designated in a pool.',
  fields: (t) => ({
    id: t.exposeID('id'),
    institution: t.field({
      type: institution,
      resolve: async (one, _args, { load }) => {
        const found = await load.institution.load(one.institution)
        if (found === null) throw new Error(`application ${one.id} has no institution`)
        return found
      },
    }),
    pool: t.exposeString('pool', { description: '统筹区 `poolarea_no`' }),
    state: t.expose('state', { type: state }),
    answers: t.field({ type: [answer], resolve: (one) => [...one.answers] }),
    note: t.exposeString('note', { nullable: true }),
    missing: t.field({
      type: [missing],
      nullable: true,
      description: '退回时须补正的内容。 What is missing, while it is returned.',
      resolve: (one) => one.missing && [...one.missing],
    }),
    scores: t.field({ type: [score], nullable: true, resolve: (one) => one.scores && [...one.scores] }),
    passed: t.exposeBoolean('passed', { nullable: true, description: '评估是否合格；未评估为 null。' }),
    dueOn: t.expose('dueOn', {
      type: 'Date',
      nullable: true,
      description: '经办机构下一步的期限：补正告知 5 个工作日，评估 3 个月。 By when the bureau takes the next step.',
    }),
    dueProvisional: t.exposeBoolean('dueProvisional', {
      description: '期限内有尚未公布的节假日安排。 Holidays on the way are not published yet.',
    }),
    agreement: t.field({
      type: agreement,
      nullable: true,
      description: '签订的协议。 The agreement it led to.',
      resolve: async ({ institution: code, agreementId }, _args, { load }) =>
        (await load.agreements.load(code)).find(({ id }) => id === agreementId) ?? null,
    }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime' }),
    changedAt: t.expose('changedAt', { type: 'DateTime' }),
    steps: t.field({
      type: [event],
      description: '办理记录。 What was done, oldest first.',
      resolve: async ({ id }, _args, { load }) => [...(await load.steps.load(id))],
    }),
  }),
})

const applications = connectionOf('DesignationApplication', application, concerned)

builder.queryFields((t) => ({
  designationCriteria: t.field({
    ...signedIn,
    type: [criterion],
    description: '定点条件。 The conditions of designation for a kind of institution.',
    args: { kind: t.arg({ type: kind, required: true }) },
    resolve: (_root, args) => DESIGNATION_RULES.criteria.filter((one) => one.kind === args.kind),
  }),
  designationApplication: t.field({
    ...concerned,
    type: application,
    nullable: true,
    description: '定点申请；无权知晓者为 null。 An application the caller may see; null when there is none.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { read }) => (uuidFault(id) === null ? read((tx) => findApplication(tx, id)) : null),
  }),
  designationApplications: t.field({
    ...concerned,
    type: applications,
    description: '定点申请列表，最近提交的在前，限调用者可见。 Applications the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: { first: t.arg.int(), after: t.arg.string(), state: t.arg({ type: state }) },
    resolve: async (_root, { state: wanted, ...args }, { read, identity }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = {
        limit: size + 1,
        before: after,
        state: wanted ?? null,
        institution: identity?.kind === 'institution' ? identity.institution : null,
        pool: identity?.kind === 'staff' ? identity.pool : null,
      }
      return pageOf(await read((tx) => listApplications(tx, filter)), size, ({ id }) => id)
    },
  }),
}))
