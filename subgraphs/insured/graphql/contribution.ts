import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { builder, connectionOf } from '../builder.ts'
import { owed, type Bill, type KeptReceipt } from '../domain/contribution.ts'
import { findBill, listBills } from '../store/contribution-bills.ts'
import { findReceipt, listReceipts } from '../store/contribution-receipts.ts'
import { insured } from './insured.ts'
import { mayReadBills, mayReadReceipts } from './rights.ts'

const kind = builder.enumType('ContributionKind', {
  description: '缴费类别。 How somebody comes to owe a contribution.',
  values: {
    EMPLOYEE: { description: '职工，由单位申报缴纳。 Declared and paid by the employer.' },
    FLEXIBLE: { description: '灵活就业人员。 Pays alone, by the month.' },
    RESIDENT: { description: '城乡居民，按年。 Pays alone, by the year.' },
    RETIRED: { description: '退休，不缴费，按月划入个人账户。 Pays nothing; the account is credited.' },
  },
})

const receiptState = builder.enumType('ContributionReceiptState', {
  description: '缴费状态。 What became of a payment.',
  values: {
    PENDING: { description: '已下单，待渠道收款。 Ordered; a channel takes the money for its number.' },
    CANCELLED: {
      description:
        '因核定更正作废，没有收款，须重新下单。 Its sum is not owed any longer; ordered anew, nothing came in.',
    },
    POSTED: { description: '已到账。 Posted.' },
    OFFSET: {
      description:
        '由更正或结余结清，没有收款；金额为所结清核定的合计，可为负。 Settled by corrections or credit, no money came in; the amount is the sum of the bills and may be negative.',
    },
    OVERPAID: { description: '重复缴费，待退。 Came for what was paid before; owed back.' },
    UNAPPLIED: {
      description: '已收款但金额与应缴不符，未入账，待退。 Came in and is not the sum owed: pays nothing, owed back.',
    },
    REFUNDED: { description: '重复缴费或未入账费款，已退。 Was overpaid or unapplied and has been given back.' },
  },
})

export const receipt = builder.objectRef<KeptReceipt>('ContributionReceipt').implement({
  ...mayReadReceipts,
  description: '缴费记录，各渠道一笔一条。 A payment of contributions, one record whichever channel took it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '缴费单号。 Its number; of an order, what a channel is shown.' }),
    state: t.expose('state', { type: receiptState }),
    channel: t.exposeString('channel', { description: '收款渠道。 BANK01, COUNTER-629900, SELF, ACCOUNT, CREDIT.' }),
    reference: t.exposeString('reference', { description: '渠道收款流水号。 Its number with the channel.' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    period: t.exposeString('period', { description: '费款所属期，yyyy-MM 或 yyyy。 The month or year.' }),
    amount: t.expose('amount', { type: 'Money', description: '缴费金额，元' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', nullable: true, description: '收款时间' }),
    postedAt: t.expose('postedAt', { type: 'DateTime', nullable: true, description: '到账时间' }),
    refundedAt: t.expose('refundedAt', { type: 'DateTime', nullable: true, description: '退费时间' }),
    refundedThrough: t.string({
      nullable: true,
      description: '退费经办：渠道或统筹区经办机构。 The channel or the bureau that gave it back, without which clerk.',
      resolve: ({ refundedBy }) => refundedBy?.split(':')[1] ?? null,
    }),
    refundReference: t.exposeString('refundReference', {
      nullable: true,
      description: '退费流水号。 The number of the transfer.',
    }),
  }),
})

export const bill = builder.objectRef<Bill>('ContributionBill').implement({
  ...mayReadBills,
  description: '缴费核定。 What is owed for an insurance and a period, and who bears it.',
  fields: (t) => ({
    id: t.exposeID('id'),
    insured: t.field({
      type: insured,
      nullable: true,
      description:
        '参保人，无权查看时为 null；单位见其现有职工。 Null when not seen by who asks; an employer sees whom it employs.',
      resolve: ({ insuredId }, _args, { load }) => load.person.load(insuredId),
    }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    period: t.exposeString('period', { description: '费款所属期，yyyy-MM 或 yyyy。 The month or year.' }),
    kind: t.expose('kind', { type: kind }),
    personType: t.exposeString('personType', { description: '人员类别 `psn_type`' }),
    employer: t.exposeString('employer', { nullable: true, description: '单位统一社会信用代码' }),
    base: t.expose('base', { type: 'Money', nullable: true, description: '缴费基数，元；定额缴费为 null' }),
    employerShare: t.expose('employerShare', { type: 'Money', description: '单位缴费，元' }),
    personShare: t.expose('personShare', { type: 'Money', description: '个人缴费，元' }),
    governmentShare: t.expose('governmentShare', {
      type: 'Money',
      description: '财政补助，元，不由缴费人缴纳。 From the government, not part of what is paid here.',
    }),
    amount: t.field({
      type: 'Money',
      description: '应缴，元；更正减少时为负。 What has to be paid; negative where a correction owes it back.',
      resolve: owed,
    }),
    credit: t.expose('credit', { type: 'Money', description: '缴纳后划入个人账户，元' }),
    dueOn: t.expose('dueOn', { type: 'Date', description: '缴费截止日' }),
    rule: t.exposeString('rule', { description: '所依据的缴费规则。 The rule it was made by.' }),
    corrects: t.exposeID('corrects', {
      nullable: true,
      description: '所更正的核定。 The bill it is the difference to, or stands instead of.',
    }),
    replacedBy: t.id({
      nullable: true,
      description:
        '未缴即被更正，由该核定取代，不再应缴。 The bill that stands instead: nobody has paid this one, and nobody owes it.',
      resolve: ({ replacedBy }) => replacedBy ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: '经办机构更正的原因。 Why the bureau has corrected.',
      resolve: ({ reason }) => reason ?? null,
    }),
    paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true, description: '到账时间；未缴为 null' }),
    receipt: t.field({
      type: receipt,
      nullable: true,
      description: '缴费记录；未缴或由家人代缴而无权查看时为 null',
      resolve: ({ receiptId }, _args, { read }) =>
        receiptId === null ? null : read((tx) => findReceipt(tx, receiptId)),
    }),
  }),
})

const bills = connectionOf('ContributionBill', bill, mayReadBills)
const receipts = connectionOf('ContributionReceipt', receipt, mayReadReceipts)

const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }

builder.queryFields((t) => ({
  contributionBill: t.field({
    ...mayReadBills,
    type: bill,
    nullable: true,
    description: '按标识查询缴费核定；没有或无权知晓为 null。 By id; null when the caller may not know.',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { read, noteRead }) => {
      const found = uuidFault(id) === null ? await read((tx) => findBill(tx, id)) : null
      if (found !== null) noteRead(found.insuredId, 'contributionBill')
      return found
    },
  }),
  contributionBills: t.field({
    ...mayReadBills,
    type: bills,
    description: '缴费核定列表，最近的在前，限调用者可见。 Bills the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      insuredId: t.arg.id(),
      employer: t.arg.string({ description: '统一社会信用代码' }),
      insuranceType: t.arg.string(),
      period: t.arg.string(),
      paid: t.arg.boolean({ description: '只要已缴或待缴。 Only those that are paid, or are to be paid.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { first, after: cursor, ...asked }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage({ first, after: cursor }, isUuidKey, problems)
      checkId(asked.insuredId, problems)
      InvalidInput.throwIf(problems)
      const filter = { ...given(asked), ...(after !== null && { before: after }) }
      const page = pageOf(await context.read((tx) => listBills(tx, filter, size + 1)), size, (one) => one.id)
      for (const { node } of page.edges) context.noteRead(node.insuredId, 'contributionBills')
      return page
    },
  }),
  contributionReceipts: t.field({
    ...mayReadReceipts,
    type: receipts,
    description: '缴费记录，最近的在前，限调用者可见。 Payments the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      insuredId: t.arg.id(),
      state: t.arg({ type: receiptState }),
      period: t.arg.string(),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { first, after: cursor, ...asked }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage({ first, after: cursor }, isUuidKey, problems)
      checkId(asked.insuredId, problems)
      InvalidInput.throwIf(problems)
      const filter = { ...given(asked), ...(after !== null && { before: after }) }
      const page = pageOf(await context.read((tx) => listReceipts(tx, filter, size + 1)), size, (one) => one.id)
      for (const { node } of page.edges) {
        if (node.insuredId !== null) context.noteRead(node.insuredId, 'contributionReceipts')
      }
      return page
    },
  }),
}))

function checkId(id: string | null | undefined, problems: Problem[]): void {
  const fault = id == null ? null : uuidFault(id)
  if (fault !== null) problems.push({ path: 'insuredId', code: fault.code, message: fault.message })
}
