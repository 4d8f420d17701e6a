import { may } from '@yibao/schema/builder'
import { fenOf, type Fen } from '@yibao/schema/money'
import { NotFound } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { policyImpact } from '../commands/policy-impact.ts'
import {
  PAYERS,
  type Compared,
  type Group,
  type Payer,
  type Refused,
  type Shift,
  type Tally,
} from '../domain/policy-impact.ts'
import type { Impact } from '../store/policy-impact.ts'
import { settlement } from './settlement.ts'
import { text } from './words.ts'

/** What a draft would do; a bureau sees what its own staff asked, an auditor everything. */
export const mayReadImpact = may('staff settlement:read', 'auditor settlement:read')

const state = builder.enumType('ImpactState', {
  description: '测算状态。 How far the trial of a draft has come.',
  values: {
    QUEUED: { description: '排队中。 Not begun yet.' },
    RUNNING: { description: '进行中。 Under way; the sums are those of what was tried so far.' },
    DONE: { description: '已完成。 Finished.' },
    FAILED: {
      description: '因平台故障终止，可重新发起。 Ended by a fault of the platform; it may be asked for anew.',
    },
    CANCELLED: { description: '已取消。 Cancelled; the sums are those of what was tried before.' },
  } as const,
})

const payer = builder.enumType('ImpactPayer', {
  description: '支付方，按结算金额栏。 Who pays, by the amounts of a settlement.',
  values: {
    POOL: { value: 'hifp', description: '统筹基金 `hifp_pay`' },
    LARGE_AMOUNT: { value: 'hifob', description: '大额医疗费用补助 `hifob_pay`' },
    SERIOUS_ILLNESS: { value: 'hifmi', description: '大病保险 `hifmi_pay`' },
    CIVIL_SERVANT: { value: 'cvlserv', description: '公务员医疗补助 `cvlserv_pay`' },
    ENTERPRISE: { value: 'hifes', description: '企业补充医疗保险 `hifes_pay`' },
    DISABLED_SERVICEMEN: { value: 'hifdm', description: '残疾军人医疗补助 `hifdm_pay`' },
    ASSISTANCE: { value: 'maf', description: '医疗救助 `maf_pay`' },
    OTHER: { value: 'oth', description: '其他支出 `oth_pay`' },
    HOSPITAL: { value: 'hospital', description: '医院负担 `hosp_part_amt`' },
    ACCOUNT: { value: 'account', description: '个人账户 `acct_pay`' },
    MUTUAL_AID: { value: 'mutualAid', description: '共济账户 `acct_mulaid_pay`' },
    CASH: { value: 'cash', description: '现金 `psn_cash_pay`' },
  } as const,
})

const differenceOf = ({ before, after }: Compared): Fen => fenOf(after - before)

const comparison = builder.objectRef<Compared>('ImpactAmounts').implement({
  ...mayReadImpact,
  description: '现行与草案的金额。 An amount as it was settled and as the draft would have it.',
  fields: (t) => ({
    before: t.expose('before', { type: 'Money', description: '实际结算。 As it was settled.' }),
    after: t.expose('after', { type: 'Money', description: '按草案。 Under the draft.' }),
    difference: t.field({ type: 'Money', description: '草案减实际。 After less before.', resolve: differenceOf }),
  }),
})

const payerTotal = builder.objectRef<{ readonly payer: Payer; readonly amounts: Compared }>('ImpactOfPayer').implement({
  ...mayReadImpact,
  description: '某支付方的合计。 What one payer gives in all.',
  fields: (t) => ({
    payer: t.expose('payer', { type: payer }),
    amounts: t.expose('amounts', { type: comparison }),
  }),
})

const persons = builder.objectRef<Tally['persons']>('ImpactOnPersons').implement({
  ...mayReadImpact,
  description:
    '人数，按期间内个人合计负担（账户、共济、现金）。 Persons, by what they bear together: accounts, mutual aid, cash.',
  fields: (t) => ({
    gain: t.exposeInt('gain', { description: '负担减轻。 Who bear less.' }),
    lose: t.exposeInt('lose', { description: '负担加重。 Who bear more.' }),
    unchanged: t.exposeInt('same', { description: '不变。 Who bear the same.' }),
    refused: t.exposeInt('refused', {
      description: '全部结算均被草案拒绝，无从比较。 Of whom the draft refuses every settlement.',
    }),
  }),
})

const shift = builder.objectRef<Shift>('ImpactOnSettlement').implement({
  ...mayReadImpact,
  description: '个人负担变化的一笔结算。 A settlement of which the person bears more or less.',
  fields: (t) => ({
    settlement: t.field({
      type: settlement,
      nullable: true,
      resolve: ({ insuredId, settlementId: id }, _args, { load }) => load.settlement.load({ insuredId, id }),
    }),
    burden: t.field({ type: comparison, description: '个人负担。 What the person bears.', resolve: (one) => one }),
  }),
})

const group = builder.objectRef<Group & { readonly key: string }>('ImpactOnGroup').implement({
  ...mayReadImpact,
  description: '一类结算的合计。 The settlements of one kind together.',
  fields: (t) => ({
    key: t.exposeString('key', {
      description: '人员类别 `psn_type`，或机构级别。 The person type, or the level of the institution.',
    }),
    settlements: t.exposeInt('bills', { description: '笔数' }),
    funds: t.field({ type: comparison, description: '各基金合计。 All funds together.', resolve: (one) => one.fund }),
    burden: t.expose('burden', { type: comparison, description: '个人负担合计。 What the persons bear.' }),
  }),
})

const refused = builder.objectRef<Refused>('ImpactRefusal').implement({
  ...mayReadImpact,
  description:
    '草案因同一原因拒绝的结算；不计入其他合计。 What the draft refuses for one reason; counted nowhere else.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.field({ type: text, resolve: (one) => one.text }),
    settlements: t.exposeInt('bills', { description: '笔数' }),
    funds: t.expose('fund', { type: 'Money', description: '其实际基金支付。 What funds paid for them.' }),
    burden: t.expose('burden', { type: 'Money', description: '其实际个人负担。 What the persons bore.' }),
    examples: t.field({
      type: [settlement],
      description: '其中至多十笔。 Ten of them at most.',
      resolve: async ({ examples }, _args, { load }) => {
        const found = await Promise.all(
          examples.map(({ insuredId, settlementId: id }) => load.settlement.load({ insuredId, id })),
        )
        return found.filter((one) => one !== null)
      },
    }),
  }),
})

const groupsOf = (groups: Tally['byLevel']) =>
  Object.entries(groups)
    .map(([key, one]) => ({ key, ...one }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))

/** Seconds it will take on, as fast as it went so far; null while that cannot be told. */
function secondsLeft({ state: now, total, done, startedAt, workedAt }: Impact): number | null {
  if (now !== 'RUNNING' || done === 0 || startedAt === null || workedAt === null) return null
  const seconds = startedAt.until(workedAt).total('seconds')
  return Math.ceil((seconds / done) * Math.max(0, total - done))
}

export const impact = builder.objectRef<Impact>('PolicyImpact').implement({
  ...mayReadImpact,
  description:
    `政策影响测算：以草案重算期间内未冲正的结算，不改动任何数据。逐人按时间顺序重算；累计额以期间之前按当时规则的累计为起点，
    期间内累加草案自身的消耗；目录、机构级别、备案、住院次数、待遇年度和账户余额均按当时结算。 A draft of a pool’s policies tried on
    what was settled in a period; nothing is changed. A person’s bills are reckoned in order of time: counters begin with what had been
    consumed before the period under the rules of then and go on with what the draft itself consumes; items, level, filing, admission,
    benefit year and account balances are those of the settlement.`.replaceAll(/\n\s+/g, ' '),
  fields: (t) => ({
    id: t.exposeID('id'),
    pool: t.exposeString('pool', { description: '统筹区' }),
    from: t.field({
      type: 'Date',
      description: '结算日期起（含）',
      resolve: (one) => Temporal.PlainDate.from(one.from),
    }),
    to: t.field({ type: 'Date', description: '结算日期止（含）', resolve: (one) => Temporal.PlainDate.from(one.to) }),
    asOf: t.field({
      type: 'Date',
      nullable: true,
      description:
        '统一按此日选用政策；为 null 则按各自判定日。 All bills judged as on this day; null: each on its own.',
      resolve: ({ asOf }) => (asOf === null ? null : Temporal.PlainDate.from(asOf)),
    }),
    state: t.expose('state', { type: state }),
    total: t.exposeInt('total', { description: '需测算的结算笔数。 Settlements to be tried.' }),
    done: t.exposeInt('done', { description: '已测算笔数。 Settlements tried.' }),
    secondsLeft: t.int({
      nullable: true,
      description: '预计剩余秒数，尚不可估为 null。 Seconds it will take on; null while that cannot be told.',
      resolve: secondsLeft,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '发起时间' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: '结束时间' }),
    payers: t.field({
      type: [payerTotal],
      description: '各支付方合计，不含被拒的结算。 Totals by payer, without what the draft refuses.',
      resolve: ({ tally }) => PAYERS.map((one) => ({ payer: one, amounts: tally.payers[one] })),
    }),
    persons: t.field({ type: persons, resolve: ({ tally }) => tally.persons }),
    gains: t.field({
      type: [shift],
      description: '个人负担减轻最多的十笔。 The ten largest gains of a person.',
      resolve: ({ tally }) => [...tally.gains],
    }),
    losses: t.field({
      type: [shift],
      description: '个人负担加重最多的十笔。 The ten largest losses of a person.',
      resolve: ({ tally }) => [...tally.losses],
    }),
    byPersonType: t.field({
      type: [group],
      description: '按人员类别。 By person type.',
      resolve: ({ tally }) => groupsOf(tally.byPersonType),
    }),
    byLevel: t.field({
      type: [group],
      description: '按机构级别。 By level of the institution.',
      resolve: ({ tally }) => groupsOf(tally.byLevel),
    }),
    refusals: t.field({
      type: [refused],
      description: '草案拒绝的结算，按原因。 What the draft refuses, by reason.',
      resolve: ({ tally }) => [...tally.refused],
    }),
  }),
})

builder.queryField('policyImpact', (t) =>
  t.field({
    ...mayReadImpact,
    type: impact,
    description: '政策影响测算的进度和结果。 How far the trial of a draft has come, and what it found.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => policyImpact(context, id),
  }),
)
