import { fenOf, formatRate, rateOf, type Fen } from '@yibao/schema/money'
import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { setProvinceLimit } from '../commands/province-limit.ts'
import type { Context } from '../context.ts'
import { isSpeaker, levelOf, PREFUND_LEVELS } from '../domain/prefund.ts'
import { listBudgets, type Budget } from '../store/province-budget.ts'
import { readPositions, type ProvincePosition } from '../store/prefund.ts'
import { prefundSide } from './prefund.ts'
import { mayReadProvince, maySpeak } from './province-rights.ts'

const level = builder.enumType('PrefundLevel', {
  description: '预付金使用预警。 How much of a prefund is used: yellow from 70 %, red from 90 %.',
  values: PREFUND_LEVELS,
})

const limit = builder.objectRef<Budget>('ProvinceLimit').implement({
  ...mayReadProvince,
  description: '合同约定的跨省应收上限；默认没有。 The hard limit of a contract; off unless set.',
  fields: (t) => ({
    limit: t.expose('wanted', {
      type: 'Money',
      nullable: true,
      description: '上限；空为不设。 Null when there is none.',
    }),
    isInForce: t.boolean({
      description: '是否已生效：各进程知悉并核计已欠款后生效，约十几秒。 In force once every process counts by it.',
      resolve: (one) => one.wanted !== null && one.amount !== null,
    }),
    taken: t.expose('taken', {
      type: 'Money',
      description:
        '已占用：各笔结算尚可能欠付的，含正在确认的。 What may be owed yet for each bill, and what is being committed.',
    }),
    paperNumber: t.exposeString('paperNumber', { description: '依据文号' }),
    setBy: t.exposeString('setBy', { description: '经办' }),
    setAt: t.expose('setAt', { type: 'DateTime' }),
  }),
})

interface Shown extends ProvincePosition {
  readonly budget: Budget | null
}

const position = builder.objectRef<Shown>('ProvincePosition').implement({
  ...mayReadProvince,
  description: '与某省的往来：预付金及其使用。 What is between this province and another, seen from one side.',
  fields: (t) => ({
    province: t.exposeString('province', { description: '对方省级代码' }),
    side: t.expose('side', { type: prefundSide }),
    prefund: t.expose('amount', { type: 'Money', description: '已到账的预付金' }),
    used: t.expose('used', { type: 'Money', description: '已用：参保地应付未付。 Owed and not paid.' }),
    share: t.string({
      nullable: true,
      description: '使用率；没有预付金时为空。 Null where nothing was paid in.',
      resolve: ({ amount, used }) => (amount <= 0n ? null : formatRate(rateOf((used * 10_000n) / amount))),
    }),
    level: t.field({ type: level, resolve: (one, _args, { clearing }) => levelOf(one, clearing.prefund) }),
    limit: t.field({ type: limit, nullable: true, resolve: (one) => one.budget }),
  }),
})

const NOTHING: Fen = fenOf(0n)

/** Every position, and those where there is a limit and nothing else yet. */
async function positionsOf(context: Context): Promise<Shown[]> {
  const { identity, db } = context
  if (identity?.kind === 'staff' && !isSpeaker(identity.pool)) return []
  const budgets = await context.read(listBudgets)
  const found = await readPositions(db.hot)
  const limited = budgets.filter(
    (one) => !found.some(({ province, side }) => side === 'HOLDER' && province === one.province),
  )
  const bare = limited.map(({ province }) => ({ province, side: 'HOLDER' as const, amount: NOTHING, used: NOTHING }))
  return [...found, ...bare].map((one) => ({
    ...one,
    budget: (one.side === 'HOLDER' && budgets.find(({ province }) => province === one.province)) || null,
  }))
}

builder.queryField('provincePositions', (t) =>
  t.field({
    ...mayReadProvince,
    type: [position],
    description:
      '与各省的往来，每省两个方向；由省本级经办机构查看。 Each province and side, for the bureau of the province itself.',
    resolve: (_root, _args, context) => positionsOf(context),
  }),
)

interface Limited {
  readonly positions: readonly Shown[]
}
const limited = builder.objectRef<Limited>('ProvinceLimited').implement({
  ...mayReadProvince,
  description: '设定上限后的往来。 Where the province stands once its limit is set.',
  fields: (t) => ({ positions: t.field({ type: [position], resolve: (one) => [...one.positions] }) }),
})

builder.mutationField('setProvinceLimit', (t) =>
  t.field({
    ...maySpeak,
    type: limited,
    description:
      '按合同设定或取消外省应付本省的上限；超过上限的跨省结算不予确认。 Sets or ends the hard limit of a contract; beyond it no bill of that province is committed.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      province: t.arg.string({ required: true }),
      limit: t.arg({ type: 'Money', description: '上限；不填为取消。 Left out it ends.' }),
      paperNumber: t.arg.string({ required: true, description: '依据文号' }),
    },
    resolve: async (_root, { requestId, ...input }, context) => {
      const province = await setProvinceLimit(context, requestId, input)
      return { positions: (await positionsOf(context)).filter((one) => one.province === province) }
    },
  }),
)
