import assert from 'node:assert/strict'
import { open } from '@yibao/schema/builder'
import { Busy, InvalidInput, NotAllowed, NotFound, type Rejection, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { payEmployerContributions } from '../commands/contribution-employer.ts'
import { payContribution } from '../commands/contribution-pay.ts'
import { billAndTell, contributionStatus } from '../commands/contribution-status.ts'
import type { Context } from '../context.ts'
import { AlreadyPaid } from '../domain/contribution-refusals.ts'
import { owed, type Bill } from '../domain/contribution.ts'
import { findReceipt } from '../store/contribution-receipts.ts'
import { receipt } from './contribution.ts'
import { mayPay, mayPayEmployer } from './rights.ts'

type RejectionRef = ReturnType<typeof builder.interfaceRef<Rejection>>
// The interface is made by the builder itself and is known to it by its name alone.
const rejection = 'Rejection' as unknown as RejectionRef

builder.objectType(AlreadyPaid, {
  name: 'ContributionAlreadyPaid',
  ...open(),
  description: '该费款已缴，不再收款。 It was paid before; nothing was posted and no money is to be taken.',
  interfaces: [rejection],
  fields: (t) => ({
    receiptId: t.exposeID('receiptId', { nullable: true, description: '原缴费单号。 The payment it was paid with.' }),
    paidAt: t.expose('paidAt', { type: 'DateTime', description: '到账时间' }),
  }),
})

/** What anybody who pays for a person may know of it. */
const due = builder.objectRef<Bill>('ContributionDue').implement({
  ...mayPay,
  description:
    '应缴费款：代缴人与渠道只见待缴且可由其缴纳的。 What somebody owes: who pays for another learns what is to be paid and no more.',
  fields: (t) => ({
    bill: t.exposeID('id', { description: '缴费核定标识' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    period: t.exposeString('period', { description: '费款所属期' }),
    amount: t.field({ type: 'Money', description: '应缴，元', resolve: owed }),
    dueOn: t.expose('dueOn', { type: 'Date', description: '缴费截止日' }),
    paid: t.boolean({ description: '是否已缴，实时', resolve: ({ paidAt }) => paidAt !== null }),
    paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true, description: '到账时间' }),
  }),
})

const dues = builder.objectRef<readonly Bill[]>('ContributionDues').implement({
  ...mayPay,
  description: '一人的应缴费款。 What one person owes.',
  fields: (t) => ({ items: t.field({ type: [due], resolve: (list) => [...list] }) }),
})

const who = '证件号码与姓名须同属一人；本人可不填。 Of one person together; left out by the person themself.'

const billInput = builder.inputType('BillContributionsInput', {
  description: '核定灵活就业人员或城乡居民的应缴费款。 For somebody who pays alone.',
  fields: (t) => ({
    identityNumber: t.string({ description: `证件号码 \`certno\`。${who}` }),
    name: t.string({ description: `姓名 \`psn_name\`。${who}` }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    periods: t.stringList({ required: true, description: '费款所属期，月 yyyy-MM 或年 yyyy，至多 24 个' }),
    base: t.field({
      type: 'Money',
      description: '所选缴费基数，元；按统筹区上下限。 Moved into the limits of the pool.',
    }),
    withAccount: t.boolean({
      description: '是否建立个人账户，默认是。 With a personal account unless said otherwise.',
    }),
  }),
})

const payInput = builder.inputType('PayContributionInput', {
  description:
    '缴费：缴费单、核定、险种与期间三者择一。 A payment of an order, a bill, or an insurance and a period. A person only orders it; a channel takes the money.',
  fields: (t) => ({
    identityNumber: t.string({ description: `证件号码 \`certno\`。${who}` }),
    name: t.string({ description: `姓名 \`psn_name\`。${who}` }),
    order: t.id({ description: '缴费单号，凭此收款无须姓名。 The number of an order; then nobody need be named.' }),
    bill: t.id({ description: '缴费核定标识' }),
    insuranceType: t.string({ description: '险种类型 `insutype`，按期间缴费时必填' }),
    period: t.string({ description: '费款所属期，yyyy-MM 或 yyyy' }),
    base: t.field({ type: 'Money', description: '所选缴费基数，尚未核定时有效' }),
    withAccount: t.boolean({ description: '是否建立个人账户，尚未核定时有效' }),
    amount: t.field({ type: 'Money', required: true, description: '金额，元，须等于应缴' }),
    reference: t.string({ description: '渠道收款流水号，同一号只记一笔；个人下单不填。 One record for each number.' }),
    receivedAt: t.field({
      type: 'DateTime',
      description:
        '款项已收时填收款时间：若已缴则记为重复缴费待退。不填表示凭本答复收款。 Given when the money is in already: if the bill was paid before, it is kept and owed back.',
    }),
  }),
})

const employerInput = builder.inputType('PayEmployerContributionsInput', {
  description: '单位缴纳一个月的应缴合计。 An employer’s month, all its people at once.',
  fields: (t) => ({
    employer: t.string({ description: '统一社会信用代码；单位本身可不填' }),
    pool: t.string({ required: true, description: '统筹区' }),
    insuranceType: t.string({ required: true, description: '险种类型 `insutype`' }),
    period: t.string({ required: true, description: '费款所属期 yyyy-MM' }),
    amount: t.field({ type: 'Money', required: true, description: '金额，元，须等于应缴合计' }),
    order: t.id({ description: '缴费单号' }),
    reference: t.string({ description: '渠道收款流水号；单位下单不填' }),
    receivedAt: t.field({ type: 'DateTime', description: '款项已收时填收款时间' }),
  }),
})

async function loadReceipt({ read, noteRead }: Context, id: string) {
  const found = await read((tx) => findReceipt(tx, id))
  assert(found !== null, 'who pays may see the payment')
  if (found.insuredId !== null) noteRead(found.insuredId, 'contributionReceipts')
  return found
}

const refusals = [InvalidInput, NotFound, NotAllowed, AlreadyPaid, RequestReused, Busy]

builder.queryField('contributionStatus', (t) =>
  t.field({
    ...mayPay,
    type: dues,
    description:
      '按证件号码与姓名查询已核定费款的缴费状态，实时；本人与经办见全部，他人与渠道只见现可经其缴纳的，查询限次。 What is owed, by identity number and name, as of now. The person and the bureau see all of it, anybody else what can be paid through them; look-ups are limited.',
    errors: { types: [InvalidInput, NotFound, NotAllowed] },
    args: {
      identityNumber: t.arg.string(),
      name: t.arg.string(),
      insuranceType: t.arg.string({ required: true }),
      periods: t.arg.stringList({ required: true }),
    },
    resolve: (_root, args, context) => contributionStatus(context, args),
  }),
)

builder.mutationFields((t) => ({
  billContributions: t.field({
    ...mayPay,
    type: dues,
    description:
      '核定应缴费款，每期一次，已核定者原样返回；他人与渠道只见现可经其缴纳的。 Bills periods, each once; those billed before come back as they are, to anybody else and to channels only what can be paid through them.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: billInput, required: true }) },
    resolve: (_root, args, context) => billAndTell(context, args),
  }),
  payContribution: t.field({
    ...mayPay,
    type: receipt,
    description:
      '缴纳医保费：个人账户不能充值，此处缴的是保险费。各渠道同一费款只入账一次。 Pays a contribution; this never tops up a personal account. A bill is posted once, whichever channels are told.',
    errors: { types: refusals },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: payInput, required: true }) },
    resolve: async (_root, args, context) => loadReceipt(context, await payContribution(context, args)),
  }),
  payEmployerContributions: t.field({
    ...mayPayEmployer,
    type: receipt,
    description: '缴纳单位一个月的医保费。 Pays what an employer declared for a month.',
    errors: { types: refusals },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: employerInput, required: true }) },
    resolve: async (_root, args, context) => loadReceipt(context, await payEmployerContributions(context, args)),
  }),
}))
