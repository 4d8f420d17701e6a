import { may } from '@yibao/schema/builder'
import { institutionFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { addScores, emptyScore, latencyOf, readDays, type Score } from '../domain/scorecard.ts'
import { listScores, type DayScore } from '../store/scorecard.ts'

const mayRead = may('institution settlement:read', 'staff settlement:read', 'auditor settlement:read')

const MEDIAN = 0.5
const TAIL = 0.95

const refusal = builder.objectRef<{ readonly code: string; readonly count: number }>('RefusalCount').implement({
  ...mayRead,
  description: '某一原因的拒绝次数。 How often something was refused for one reason.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '拒绝原因的机器码。 The code of the rejection.' }),
    count: t.exposeInt('count'),
  }),
})

const score = builder.objectRef<Score>('Score').implement({
  ...mayRead,
  description: '结算请求的受理情况。 How requests to settle were answered.',
  fields: (t) => ({
    requests: t.exposeInt('requests', { description: '结算请求数，含重发。 Requests to settle, repeated ones too.' }),
    accepted: t.exposeInt('accepted', { description: '结算成功数' }),
    refused: t.int({
      description: '拒绝数，按原因见 refusals。 How many were refused, for whatever reason.',
      resolve: ({ refusals }) => Object.values(refusals).reduce((sum, one) => sum + one, 0),
    }),
    refusals: t.field({
      type: [refusal],
      description: '按原因的拒绝数，多的在前。 Refusals by reason, the most frequent first.',
      resolve: ({ refusals }) =>
        Object.entries(refusals)
          .map(([code, count]) => ({ code, count }))
          .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    }),
    conflicts: t.exposeInt('conflicts', {
      description:
        '其中因并发或 requestId 重用的拒绝数。 Of them: others were under way, or the request id was used before.',
    }),
    failures: t.exposeInt('failures', {
      description: '平台故障数。 Neither settled nor refused: outages of the platform.',
    }),
    reversals: t.exposeInt('reversals', { description: '撤销结算数' }),
    medianMilliseconds: t.int({
      nullable: true,
      description:
        '半数请求在多少毫秒内答复（所在档上限），在结算子图内计时；无请求或超过最高档为 null。 Half of the requests were answered within so many milliseconds, measured in the subgraph: the upper end of a class.',
      resolve: (one) => latencyOf(one, MEDIAN),
    }),
    tailMilliseconds: t.int({
      nullable: true,
      description: '95% 的请求在多少毫秒内答复，同上。 Likewise 95 of 100 requests.',
      resolve: (one) => latencyOf(one, TAIL),
    }),
  }),
})

const dayScore = builder.objectRef<DayScore>('DayScore').implement({
  ...mayRead,
  description: '一日的受理情况。 The score of a day.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date' }),
    score: t.field({ type: score, resolve: (one) => one }),
  }),
})

interface Scorecard {
  readonly institution: string
  readonly days: readonly DayScore[]
}

const scorecard = builder.objectRef<Scorecard>('Scorecard').implement({
  ...mayRead,
  description: '机构接口质量记分卡，数秒内更新。 How the system of an institution is served; up to seconds behind.',
  fields: (t) => ({
    institution: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    total: t.field({
      type: score,
      description: '全部日期合计。 Of all days together.',
      resolve: ({ days }) => days.reduce(addScores, emptyScore()),
    }),
    days: t.field({
      type: [dayScore],
      description: '有请求的日期。 Days on which there was a request.',
      resolve: ({ days }) => [...days],
    }),
  }),
})

builder.queryField('scorecard', (t) =>
  t.field({
    ...mayRead,
    type: scorecard,
    description:
      '机构记分卡：受理、拒绝原因、响应时间、撤销；机构限本身，经办限签有协议的机构。 An institution sees its own, staff those with an agreement with the pool, auditors all.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '机构自查可不填。 Left out by institutions.' }),
      from: t.arg({ type: 'Date', required: true, description: '首日' }),
      to: t.arg({ type: 'Date', required: true, description: '末日，至多 366 天。 At most 366 days.' }),
    },
    resolve: async (_root, { institution, ...days }, context) => {
      const { identity } = context
      const code = institution ?? (identity?.kind === 'institution' ? identity.institution : '')
      const fault = institutionFault(code)
      if (fault !== null) throw InvalidInput.of([problemAt('institution', fault)])
      const asked = { institution: code, ...readDays(days.from, days.to) }
      return { institution: code, days: await context.read((tx) => listScores(tx, asked)) }
    },
  }),
)
