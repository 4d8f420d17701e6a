import assert from 'node:assert/strict'
import { creditCodeFault } from '@yibao/schema/credit-code'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { returnCredit } from '../commands/employer-credit.ts'
import { checkPeriod } from '../domain/contribution-bill.ts'
import type { CreditEntry, EmployerMonth } from '../domain/employer-credit.ts'
import { findReceipt } from '../store/contribution-receipts.ts'
import { findEmployerMonth, listCredits, listEntries, type CreditRow } from '../store/employer-credit.ts'
import { receipt } from './contribution.ts'
import { mayReadEmployer, mayWrite } from './rights.ts'

const kind = builder.enumType('EmployerCreditEntryKind', {
  description: '单位结余变动类别。 Why the credit of an employer changed.',
  values: {
    LEFT_OVER: { description: '更正后多缴，记为结余。 A month came to less than was paid for it.' },
    SET_OFF: { description: '抵扣以后月份。 Set against a month.' },
    RETURNED: { description: '转为待退。 Taken to be given back.' },
  },
})

const entry = builder.objectRef<CreditEntry>('EmployerCreditEntry').implement({
  ...mayReadEmployer,
  description: '单位结余的一笔变动，只增不改。 A movement of the credit of an employer; only ever added to.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.expose('kind', { type: kind }),
    period: t.exposeString('period', { nullable: true, description: '费款所属期 yyyy-MM；转为待退为 null' }),
    amount: t.expose('amount', { type: 'Money', description: '变动，元；使用为负。 Below zero where it was used.' }),
    at: t.expose('at', { type: 'DateTime', description: '时间' }),
    receipt: t.field({
      type: receipt,
      nullable: true,
      description:
        '结清该月的缴费记录，或待退的缴费记录；该月尚未缴清为 null。 What settled the month, or by what it goes back; null while the month is to be paid.',
      resolve: ({ receiptId }, _args, { read }) =>
        receiptId === null ? null : read((tx) => findReceipt(tx, receiptId)),
    }),
  }),
})
const entries = connectionOf('EmployerCreditEntry', entry, mayReadEmployer)

const credit = builder.objectRef<CreditRow>('EmployerCredit').implement({
  ...mayReadEmployer,
  description:
    '单位缴费结余：更正后多缴的费款，自动抵扣同一单位、统筹区和险种以后的月份。 What an employer has paid too much; it is set against the next months of the same pool and insurance.',
  fields: (t) => ({
    id: t.exposeID('id'),
    employer: t.exposeString('employer', { description: '统一社会信用代码' }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    balance: t.expose('balance', { type: 'Money', description: '尚未使用的结余，元。 What is not used yet.' }),
    entries: t.field({
      type: entries,
      description: '变动，最近的在前。 Every movement, the latest first.',
      errors: { types: [InvalidInput], union: { name: 'EmployerCreditEntriesResult' } },
      args: { first: t.arg.int(), after: t.arg.string() },
      resolve: async ({ id }, args, { read }) => {
        const problems: Problem[] = []
        const { size, after } = readPage(args, isUuidKey, problems)
        InvalidInput.throwIf(problems)
        return pageOf(await read((tx) => listEntries(tx, id, after, size + 1)), size, (one) => one.id)
      },
    }),
  }),
})
const credits = connectionOf('EmployerCredit', credit, mayReadEmployer)

const state = builder.enumType('EmployerContributionState', {
  description: '单位月度缴费状态。 What became of a month of an employer.',
  values: {
    OPEN: { description: '待缴。 Something is left to pay.' },
    PAID: { description: '已缴清。 Paid.' },
    OFFSET: { description: '由结余结清，无须缴款。 Settled by credit or corrections, without any payment.' },
  },
})

const month = builder.objectRef<EmployerMonth>('EmployerContributionMonth').implement({
  ...mayReadEmployer,
  description:
    '单位一个月的应缴：合计＝已缴＋抵扣−结余＋待缴。 A month of an employer: the amount is what was paid and set off, less what was left over, and what is left.',
  fields: (t) => ({
    employer: t.exposeString('employer', { description: '统一社会信用代码' }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    period: t.exposeString('period', { description: '费款所属期 yyyy-MM' }),
    state: t.expose('state', { type: state }),
    amount: t.expose('amount', { type: 'Money', description: '应缴合计，含更正，元。 All bills and corrections.' }),
    paid: t.expose('paid', { type: 'Money', description: '已缴，元' }),
    setOff: t.expose('setOff', { type: 'Money', description: '以结余抵扣，元。 Credit set against it.' }),
    leftOver: t.expose('leftOver', { type: 'Money', description: '更正后记为结余，元。 What went to the credit.' }),
    left: t.expose('left', { type: 'Money', description: '待缴，元。 What a channel takes now.' }),
  }),
})

builder.queryFields((t) => ({
  employerCredits: t.field({
    ...mayReadEmployer,
    type: credits,
    description: '单位缴费结余，限调用者可见。 Credits of employers the caller may see.',
    errors: { types: [InvalidInput] },
    args: {
      employer: t.arg.string({ description: '统一社会信用代码' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { employer, ...paging }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(paging, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = { before: after, ...(employer != null && { employer }) }
      return pageOf(await read((tx) => listCredits(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
  employerContributionMonth: t.field({
    ...mayReadEmployer,
    type: month,
    nullable: true,
    description:
      '单位一个月的应缴与待缴，实时；未核定或无权知晓为 null。 What a month comes to and what is left, as of now; null when nothing is billed or the caller may not know.',
    errors: { types: [InvalidInput] },
    args: {
      employer: t.arg.string({ required: true, description: '统一社会信用代码' }),
      pool: t.arg.string({ required: true, description: '统筹区' }),
      insuranceType: t.arg.string({ required: true, description: '险种类型 `insutype`' }),
      period: t.arg.string({ required: true, description: '费款所属期 yyyy-MM' }),
    },
    resolve: async (_root, asked, { read }) => {
      const problems: Problem[] = []
      const code = creditCodeFault(asked.employer)
      if (code !== null) problems.push(problemAt('employer', code))
      const division = divisionFault(asked.pool)
      if (division !== null) problems.push(problemAt('pool', division))
      checkPeriod(asked.period, 'period', problems)
      InvalidInput.throwIf(problems)
      return read((tx) => findEmployerMonth(tx, asked))
    },
  }),
}))

builder.mutationField('returnEmployerCredit', (t) =>
  t.field({
    ...mayWrite,
    type: receipt,
    description:
      '应单位申请，将其在本统筹区的结余全部转为待退；退还后以 refundContribution 登记。 Turns the credit of an employer into money owed back; refundContribution notes the transfer.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      employer: t.arg.string({ required: true, description: '统一社会信用代码' }),
      insuranceType: t.arg.string({ required: true, description: '险种类型 `insutype`' }),
    },
    resolve: async (_root, { requestId, ...input }, context) => {
      const id = await returnCredit(context, { requestId, input })
      const found = await context.read((tx) => findReceipt(tx, id))
      assert(found !== null, 'the bureau of the pool sees it')
      return found
    },
  }),
)
