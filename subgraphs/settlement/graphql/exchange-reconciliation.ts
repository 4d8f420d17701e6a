import { parseDay } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import type { Fen } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { acknowledgeExchangeDifference, reconcileProvince } from '../commands/exchange-difference.ts'
import type { Context } from '../context.ts'
import {
  noDifference,
  type DifferenceCause,
  type ExchangeRunState,
  type ExchangeRunTrouble,
} from '../domain/exchange-reconciliation.ts'
import { Fields } from '../domain/fields.ts'
import { isSpeaker } from '../domain/prefund.ts'
import { readProvince } from '../domain/province.ts'
import {
  findDifference,
  listExchangeDifferences,
  listExchangeRuns,
  type ExchangeDifference,
  type ExchangeRun,
} from '../store/exchange-reconciliation.ts'
import { ownRows } from './own-rows.ts'
import { mayReadProvince, maySpeak } from './province-rights.ts'

const STATES = {
  BALANCED: { description: '双方一致。 Both sides have the same.' },
  DIFFERENT: { description: '有差异，见 `exchangeDifferences`。 They differ.' },
  UNANSWERED: { description: '对方平台未应答，之后重试。 The other platform did not answer; it is asked again.' },
  FAILED: {
    description:
      '对方应答不可用，见 `trouble`；次日重试，或联系对方后人工对账。 What the other platform answers cannot be its books; see `trouble`. Compared again the next day, or by hand.',
  },
} satisfies Record<ExchangeRunState, { description: string }>
const TROUBLES = {
  ROWS_OUT_OF_ORDER: { description: '明细重复或顺序不符。 Bills come again, or not in their order.' },
  TOO_MANY_ROWS: { description: '明细超过单日上限。 More bills than a day can have.' },
} satisfies Record<ExchangeRunTrouble, { description: string }>
const CAUSES: Readonly<Record<DifferenceCause, { readonly description: string }>> = {
  ONLY_HERE: { description: '仅本平台有。 Settled here, not there.' },
  ONLY_THERE: { description: '仅对方平台有。 Settled there, not here.' },
  AMOUNTS_DIFFER: { description: '金额不一致。 Both have it, with other amounts.' },
  REVERSED_HERE: { description: '仅本平台已撤销。 Taken back here alone.' },
  REVERSED_THERE: { description: '仅对方平台已撤销。 Taken back there alone.' },
}
const state = builder.enumType('ExchangeReconciliationState', {
  description: '跨省对账结果。 What came of it.',
  values: STATES,
})
const trouble = builder.enumType('ExchangeReconciliationTrouble', {
  description: '跨省对账未成的原因。 Why what the other platform answered could not be compared.',
  values: TROUBLES,
})
const cause = builder.enumType('ExchangeDifferenceCause', {
  description: '跨省对账差异类别。 Why the two platforms differ about a bill.',
  values: CAUSES,
})

interface Sums {
  readonly total: Fen | null
  readonly fund: Fen | null
  readonly account: Fen | null
  readonly count?: number | null
}
const sums = builder.objectRef<Sums>('ExchangeSums').implement({
  ...mayReadProvince,
  description: '一方的金额，撤销为负。 The amounts of one side; what was taken back is negative.',
  fields: (t) => ({
    count: t.int({ nullable: true, description: '笔数', resolve: (one) => one.count ?? null }),
    total: t.expose('total', { type: 'Money', nullable: true, description: '医疗费总额' }),
    fund: t.expose('fund', { type: 'Money', nullable: true, description: '基金支付总额' }),
    account: t.expose('account', { type: 'Money', nullable: true, description: '个人账户及共济支出' }),
  }),
})

const PLACE = '就医地省级代码。 Where the persons were treated.'

const run = builder.objectRef<ExchangeRun>('ExchangeReconciliation').implement({
  ...mayReadProvince,
  description: '与某省平台某日的对账。 A day compared with the platform of another province.',
  fields: (t) => ({
    id: t.exposeID('id'),
    province: t.exposeString('province', { description: '对方省级代码' }),
    place: t.exposeString('place', { description: PLACE }),
    day: t.expose('day', { type: 'Date' }),
    state: t.expose('state', { type: state }),
    here: t.field({
      type: sums,
      resolve: (one) => ({ count: one.hereCount, total: one.hereTotal, fund: one.hereFund, account: one.hereAccount }),
    }),
    there: t.field({
      type: sums,
      nullable: true,
      resolve: (one) =>
        one.thereCount === null
          ? null
          : { count: one.thereCount, total: one.thereTotal, fund: one.thereFund, account: one.thereAccount },
    }),
    trouble: t.expose('trouble', { type: trouble, nullable: true, description: '未成的原因。 Why it FAILED.' }),
    askedBy: t.exposeString('askedBy', { description: '经办，或平台自动。 Who asked, or the platform itself.' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
})
const runs = connectionOf('ExchangeReconciliation', run, mayReadProvince)

const difference = builder.objectRef<ExchangeDifference>('ExchangeDifference').implement({
  ...mayReadProvince,
  description: '跨省对账差异，由所属经办机构负责。 A bill about which two platforms differ, and whose business it is.',
  fields: (t) => ({
    id: t.exposeID('id'),
    province: t.exposeString('province', { description: '对方省级代码' }),
    place: t.exposeString('place', { description: PLACE }),
    day: t.expose('day', { type: 'Date' }),
    exchange: t.exposeID('exchange', { description: '跨省交换 ID，双方一致' }),
    owner: t.exposeString('pool', { description: '负责的经办机构。 The bureau whose business it is.' }),
    cause: t.expose('cause', { type: cause }),
    here: t.field({
      type: sums,
      resolve: (one) => ({ total: one.hereTotal, fund: one.hereFund, account: one.hereAccount }),
    }),
    there: t.field({
      type: sums,
      resolve: (one) => ({ total: one.thereTotal, fund: one.thereFund, account: one.thereAccount }),
    }),
    foundAt: t.expose('foundAt', { type: 'DateTime' }),
    seenAt: t.expose('seenAt', { type: 'DateTime', description: '最近一次对账仍存在的时间' }),
    resolvedAt: t.expose('resolvedAt', { type: 'DateTime', nullable: true, description: '双方已一致的时间' }),
    acknowledgedBy: t.exposeString('acknowledgedBy', { nullable: true, description: '经办' }),
    acknowledgedAt: t.expose('acknowledgedAt', { type: 'DateTime', nullable: true }),
    words: t.exposeString('words', { nullable: true, description: '处理说明' }),
  }),
})
const differences = connectionOf('ExchangeDifference', difference, mayReadProvince)

async function differenceOf(context: Context, id: string): Promise<ExchangeDifference> {
  const found = uuidFault(id) === null ? await context.read((tx) => findDifference(tx, id.toLowerCase())) : null
  if (found === null) throw noDifference()
  return found
}

builder.queryFields((t) => ({
  exchangeReconciliations: t.field({
    ...mayReadProvince,
    type: runs,
    description:
      '跨省对账，最近的在前；由省本级经办机构查看。 The latest first, for the bureau of the province itself.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '对方省级代码' }),
      day: t.arg({ type: 'Date' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, day, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const of = readProvince(fields, 'province', province)
      fields.check()
      const on = day == null ? null : parseDay(day)
      const filter = {
        ...(of !== null && { province: of }),
        ...(on !== null && { day: on }),
        ...(after !== null && { before: after }),
      }
      return pageOf(await context.read((tx) => listExchangeRuns(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
  exchangeDifferences: t.field({
    ...mayReadProvince,
    type: differences,
    description:
      '跨省对账差异，最近的在前；默认只列未解决的。 The latest first, those that are not resolved unless asked otherwise.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '对方省级代码' }),
      cause: t.arg({ type: cause }),
      resolved: t.arg.boolean({ description: '已解决的；默认否' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, cause: asked, resolved, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const of = readProvince(fields, 'province', province)
      fields.check()
      const { pool } = ownRows(context)
      const filter = {
        ...(pool !== undefined && !isSpeaker(pool) && { pool }),
        ...(of !== null && { province: of }),
        ...(asked && { cause: asked }),
        resolved: resolved ?? false,
        ...(after !== null && { before: after }),
      }
      return pageOf(await context.read((tx) => listExchangeDifferences(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

interface Compared {
  readonly runs: readonly ExchangeRun[]
}
const compared = builder.objectRef<Compared>('ProvinceReconciled').implement({
  ...mayReadProvince,
  description: '一次对账，就医地与参保地两个方向。 Both directions of a day.',
  fields: (t) => ({ runs: t.field({ type: [run], resolve: (one) => [...one.runs] }) }),
})

builder.mutationFields((t) => ({
  reconcileProvince: t.field({
    ...maySpeak,
    type: compared,
    description: '立即与某省平台对某日的账。 Compares a day with the platform of another province now.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      province: t.arg.string({ required: true }),
      day: t.arg({ type: 'Date', required: true, description: '不晚于今日' }),
    },
    resolve: async (_root, { requestId, ...input }, context) => {
      const ids = await reconcileProvince(context, requestId, input)
      return { runs: await context.read((tx) => listExchangeRuns(tx, { ids }, ids.length)) }
    },
  }),
  acknowledgeExchangeDifference: t.field({
    ...maySpeak,
    type: difference,
    description: '登记差异的处理说明。 Says what becomes of a difference; it stays until both sides agree.',
    errors: { types: [NotFound, InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      difference: t.arg.id({ required: true }),
      words: t.arg.string({ required: true, description: '说明' }),
    },
    resolve: async (_root, { requestId, ...input }, context) =>
      differenceOf(context, await acknowledgeExchangeDifference(context, requestId, input)),
  }),
}))
