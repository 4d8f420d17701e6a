import { dayOf, parseDay } from '@yibao/schema/dates'
import { may, open } from '@yibao/schema/builder'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { colourOf, daysLeft, daysOfColour } from '../domain/claim-clock.ts'
import {
  deadlineOf,
  isAwaited,
  QuestionChanged,
  questionNotFound,
  type Question,
  type QuestionMessage,
} from '../domain/question.ts'
import { LAST, listQuestions, type QuestionFilter } from '../store/question.ts'
import { questionRulesOf } from '../store/question-rules.ts'
import { accountFor } from './claim-review.ts'
import { claim } from './claim.ts'
import { insured } from './references.ts'
import { settlement } from './settlement.ts'
import { rejection } from './words.ts'

/** Questions: whoever asks their own, staff those of their pool, auditors all. */
const mayReadQuestions = may('person settlement:read', 'employer', 'staff settlement:read', 'auditor settlement:read')

const state = builder.enumType('QuestionState', {
  description: '咨询状态。 How far a question has come.',
  values: {
    OPEN: { description: '待答复。 Waits for an answer.' },
    ANSWERED: { description: '已答复，可继续追问。 Answered; can be asked further about.' },
    FOLLOWED_UP: { description: '已追问，待答复。 Asked further about; waits for another answer.' },
    CLOSED: { description: '已办结。 Nothing more is awaited.' },
  } as const,
})

const about = builder.enumType('QuestionAbout', {
  description: '咨询事项。 What is asked about.',
  values: {
    SETTLEMENT: { description: '结算单或其中一项明细。 A settlement, or a line of it.' },
    CLAIM: { description: '零星报销申请。 A claim.' },
    CONTRIBUTION: { description: '缴费核定。 A bill of contributions.' },
    CERTIFICATE: { description: '报销所需的单位证明。 What an employer is to certify for a claim.' },
  } as const,
})

const asker = builder.enumType('QuestionAsker', {
  description: '咨询人。 Who asks.',
  values: { PERSON: { description: '参保人' }, EMPLOYER: { description: '用人单位' } } as const,
})

const colour = builder.enumType('QuestionColour', {
  description: '答复期限紧急程度。 How urgent an answer is.',
  values: {
    GREEN: { description: '期限充裕' },
    YELLOW: { description: '临近期限。 Nearly over.' },
    RED: { description: '已超期。 Over.' },
  } as const,
})

const messageKind = builder.enumType('QuestionMessageKind', {
  description: '经过的种类。 What was said or done.',
  values: {
    ASKED: { description: '提问' },
    ANSWERED: { description: '答复' },
    FOLLOWED_UP: { description: '追问' },
    ASSIGNED: { description: '分派，仅经办与审计可见。 The agency and auditors see it.' },
    OVERDUE: { description: '答复超期。 The answer was late.' },
    CLOSED: { description: '办结' },
  } as const,
})

const message = builder.objectRef<QuestionMessage>('QuestionMessage').implement({
  ...mayReadQuestions,
  description: '咨询经过，只增不改。 What was said or done about a question; none is ever changed.',
  fields: (t) => ({
    number: t.int({ description: '从 1 起的序号。 Counted from 1.', resolve: (one) => one.seq }),
    kind: t.expose('kind', { type: messageKind }),
    at: t.expose('at', { type: 'DateTime' }),
    words: t.exposeString('words', { nullable: true, description: '所问、所答或理由。 What was said.' }),
    by: t.string({
      nullable: true,
      description: '经办人，仅经办与审计可见。 Account of the staff; the agency and auditors see it.',
      resolve: (one, _args, context) => (one.by.startsWith('staff:') ? accountFor(context, one.by) : null),
    }),
    assignee: t.string({
      nullable: true,
      description: '分派给谁。 Who has it from then on.',
      resolve: (one, _args, context) => accountFor(context, one.assignee),
    }),
  }),
})

const clock = builder.objectRef<Question>('QuestionClock').implement({
  ...mayReadQuestions,
  description: '期限，按工作日计，起算当日不计。 A last day in working days; the day it begins on is not counted.',
  fields: (t) => ({
    startedAt: t.field({ type: 'DateTime', resolve: (one) => one.clockFrom }),
    workingDays: t.int({ description: '期限的工作日数', resolve: (one) => one.clockDays }),
    dueOn: t.expose('dueOn', {
      type: 'Date',
      nullable: true,
      description: '答复的最后一日；不待答复为空。 The last day to answer; null when no answer is awaited.',
    }),
    followUpUntil: t.expose('followUpUntil', {
      type: 'Date',
      nullable: true,
      description: '可追问至；其后自动办结。 Until when it can be asked further about; then it is closed.',
    }),
    provisional: t.exposeBoolean('provisional', {
      description:
        '期限跨入尚未公布放假安排的年份，公布后重算。 Holidays on the way are not published; it is counted anew then.',
    }),
    daysLeft: t.int({
      nullable: true,
      description: '距答复期限的工作日，超期为负。 Working days left to answer; negative once it is over.',
      resolve: (one, _args, context) => {
        const deadline = deadlineOf(one)
        return deadline === null ? null : daysLeft(deadline, dayOf(context.now()))
      },
    }),
    colour: t.field({
      type: colour,
      nullable: true,
      description: '不待答复为空。 Null when no answer is awaited.',
      resolve: (one, _args, context) => {
        const deadline = deadlineOf(one)
        const alarmDays = questionRulesOf(one.pool).alarm.workingDays
        const found = deadline === null ? null : colourOf(deadline, { today: dayOf(context.now()), alarmDays })
        return found === 'PAUSED' ? null : found
      },
    }),
    breachedAt: t.expose('breachedAt', {
      type: 'DateTime',
      nullable: true,
      description: '记为超期的时间。 When it was noted to be over.',
    }),
  }),
})

export const question = builder.objectRef<Question>('Question').implement({
  ...mayReadQuestions,
  description:
    '咨询：就自己可见的结算、报销或缴费提问，答复可追踪。 A question about what one may see, with its answers.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeString('number', { description: '咨询编号。 What people call it by.' }),
    insuredPool: t.string({ description: '答复的统筹区。 The pool that answers.', resolve: (one) => one.pool }),
    asker: t.expose('asker', { type: asker }),
    employer: t.exposeString('employer', { nullable: true, description: '咨询单位的统一社会信用代码' }),
    insuredId: t.exposeID('insuredId', { description: '事项所属参保人标识。 Whose it is what is asked about.' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    about: t.expose('about', { type: about }),
    aboutId: t.exposeID('aboutId', {
      description: '结算单、报销申请、缴费核定或单位证明的标识。 Id of what is asked about.',
    }),
    line: t.exposeString('line', { nullable: true, description: '明细序号 `feedetl_sn`' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '所咨询的结算单。 The settlement it is about.',
      resolve: (one, _args, { load }) =>
        one.about === 'SETTLEMENT' ? load.settlement.load({ id: one.aboutId }) : null,
    }),
    claim: t.field({
      type: claim,
      nullable: true,
      description: '所咨询的报销申请，无权查看为空。 The claim it is about; null when the caller may not see it.',
      resolve: (one, _args, { load }) => (one.about === 'CLAIM' ? load.claim.load(one.aboutId) : null),
    }),
    state: t.expose('state', { type: state }),
    version: t.exposeInt('version', {
      description: '每次变更加一；每一步须带上所见的版本。 Every step names the version it was decided on.',
    }),
    assignee: t.string({
      nullable: true,
      description: '经办人，仅经办与审计可见。 Account of who answers; the agency and auditors see it.',
      resolve: (one, _args, context) => accountFor(context, one.assignee),
    }),
    askedAt: t.expose('askedAt', { type: 'DateTime' }),
    changedAt: t.expose('changedAt', { type: 'DateTime' }),
    answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true, description: '最近一次答复的时间' }),
    closedAt: t.expose('closedAt', { type: 'DateTime', nullable: true }),
    isAwaited: t.boolean({ description: '是否待答复。 Whether an answer is awaited.', resolve: isAwaited }),
    clock: t.field({
      type: clock,
      nullable: true,
      description: '当前期限；办结为空。 The day that counts now; null once it is closed.',
      resolve: (one) => (one.state === 'CLOSED' ? null : one),
    }),
    messages: t.field({
      type: [message],
      description: '提问、答复与追问，最早在前。 What was asked and answered, oldest first.',
      resolve: async ({ id }, _args, { load }) => [...(await load.questionMessages.load(id))],
    }),
  }),
})

builder.objectType(QuestionChanged, {
  name: 'QuestionChanged',
  ...open(),
  description: '咨询已有更新。 The question was changed meanwhile.',
  interfaces: [rejection],
  fields: (t) => ({
    question: t.field({
      type: question,
      nullable: true,
      description: '咨询的最新内容。 The question as it is now.',
      resolve: ({ questionId }, _args, { load }) => load.question.load(questionId),
    }),
  }),
})

/** Whether a key can be one of the list of questions. */
const isQuestionKey = (key: string): boolean => {
  const [due = '', id = '', ...more] = key.split('/')
  return more.length === 0 && (parseDay(due) !== null || due === LAST) && uuidFault(id) === null
}

const placeAfter = (key: string | null): QuestionFilter['after'] => {
  const [due, id] = key?.split('/') ?? []
  return due === undefined || id === undefined ? null : { due, id }
}

/** The questions a caller sees anyway, said again so that the database finds them by an index. */
function ownQuestions(identity: Identity | null): Pick<QuestionFilter, 'pool' | 'insuredId' | 'employer'> {
  if (identity?.kind === 'person') return { insuredId: identity.insuredId }
  if (identity?.kind === 'employer') return { employer: identity.employer }
  return identity?.kind === 'staff' ? { pool: identity.pool } : {}
}

const questionConnection = connectionOf('Question', question, mayReadQuestions)

builder.queryFields((t) => ({
  question: t.field({
    ...mayReadQuestions,
    type: question,
    description: '咨询；无权知晓者答不存在。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const found = await load.question.load(id)
      if (found === null) throw questionNotFound('id')
      return found
    },
  }),
  questions: t.field({
    ...mayReadQuestions,
    type: questionConnection,
    description:
      '咨询：本人或本单位的，或本统筹区的。待答复的在前，期限最近者最先；其余最新在前。 One’s own, or those of the pool: what waits for an answer first, most urgent first, then the rest, latest first.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
      state: t.arg({ type: state }),
      colour: t.arg({ type: colour, description: '按答复期限，仅经办。 By the deadline of the answer, for staff.' }),
      mine: t.arg.boolean({ description: '仅本人经办，仅经办。 Only those of the member of staff who asks.' }),
      unassigned: t.arg.boolean({ description: '仅无人经办，仅经办。 Only those nobody has, for staff.' }),
    },
    resolve: async (_root, { state: wanted, colour: due, mine, unassigned, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isQuestionKey, problems)
      InvalidInput.throwIf(problems)
      const { identity } = context
      const staff = identity?.kind === 'staff' ? identity : null
      const today = dayOf(context.now())
      const filter: QuestionFilter = {
        ...ownQuestions(identity),
        state: wanted ?? null,
        due:
          staff === null || due == null
            ? null
            : daysOfColour(due, { today, alarmDays: questionRulesOf(staff.pool).alarm.workingDays }),
        assignee: staff === null ? undefined : mine === true ? callerOf(staff) : unassigned === true ? null : undefined,
        after: placeAfter(after),
      }
      const rows = await context.read((tx) => listQuestions(tx, filter, size + 1))
      const page = pageOf(rows, size, (one) => `${one.due}/${one.question.id}`)
      for (const { node } of page.edges) context.noteRead(node.question.insuredId, 'questions')
      return { ...page, edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.question })) }
    },
  }),
}))
