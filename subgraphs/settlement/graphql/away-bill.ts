import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { Fields } from '../domain/fields.ts'
import { readProvince } from '../domain/province.ts'
import { listAway, type AwayRow } from '../store/away-list.ts'
import { ownRows } from './own-rows.ts'
import { mayReadReconciliation } from './rights.ts'
import { settlement } from './settlement.ts'

const state = builder.enumType('AwayState', {
  description: '跨省结算进度。 How far a bill of a person insured in another province is.',
  values: {
    ASKED: { description: '已向参保地请求，尚无回应。 Said there, not answered yet.' },
    COMMITTING: {
      description: '参保地已预占，正在确认；不会再取消。 Kept there, being committed; it is not given up any more.',
    },
    CANCELLING: { description: '已放弃，正在通知参保地释放。 Given up; being said there.' },
    COMMITTED: { description: '已结算（或已撤销）。 Settled, or taken back.' },
    REFUSED: { description: '参保地拒绝。 Refused.' },
    ABORTED: { description: '未成立，双方均无占用。 Came to nothing; nothing is kept anywhere.' },
  } as const,
})

const kind = builder.enumType('AwayKind', {
  description: '跨省交换类别。 What is asked of the other platform.',
  values: {
    SETTLE: { description: '结算。 To settle a bill.' },
    REVERSE: { description: '撤销。 To take a settlement back.' },
  } as const,
})

const awayBill = builder.objectRef<AwayRow>('AwayBill').implement({
  ...mayReadReconciliation,
  description:
    '跨省就医费用：参保人在外省参保，由参保地平台决定。 A bill of a person insured in another province, whose platform decides it.',
  fields: (t) => ({
    exchange: t.exposeID('exchange', { description: '跨省交换 ID，双方一致。 The id both platforms know it by.' }),
    kind: t.expose('kind', { type: kind }),
    state: t.expose('state', { type: state }),
    province: t.exposeString('province', { description: '参保地省级代码。 Where the person is insured.' }),
    institutionCode: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    owner: t.exposeString('clearingAgency', {
      description: '负责的经办机构（清算经办机构 `clr_optins`）。 The bureau whose business it is.',
    }),
    visit: t.exposeString('visit', { description: '就诊 ID `mdtrt_id`' }),
    chargeBatch: t.exposeString('chargeBatch', { description: '收费批次号 `chrg_bchno`' }),
    requestId: t.exposeID('requestId', { description: '机构请求号。 The request it answers.' }),
    askedAt: t.expose('askedAt', { type: 'DateTime', description: '请求时间' }),
    nextAt: t.expose('nextAt', {
      type: 'DateTime',
      nullable: true,
      description: '平台下次自动处理时间，完成后为 null。 When the platform goes on with it by itself; null once done.',
    }),
    attempts: t.exposeInt('attempts', { description: '已尝试次数。 Tries that came to nothing.' }),
    trouble: t.exposeString('trouble', {
      nullable: true,
      description: '最近一次未成的原因代码；THERE_ 开头为两平台不一致。 Why the last try came to nothing.',
    }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '本地结算（或冲正）。 The settlement here, or the reversal.',
      resolve: ({ state: now, settlementId: id, insuredId }, _args, { load }) =>
        now === 'COMMITTED' && insuredId !== null ? load.settlement.load({ id, insuredId }) : null,
    }),
  }),
})
const awayBills = connectionOf('AwayBill', awayBill, mayReadReconciliation)

builder.queryField('awayBills', (t) =>
  t.field({
    ...mayReadReconciliation,
    type: awayBills,
    description:
      '跨省就医费用，最近的在前；open 为真只列未完成的。 Bills of persons insured in other provinces, the latest first; with `open` those that are not done.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '参保地省级代码' }),
      open: t.arg.boolean({ description: '只列未完成的' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, open, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const of = readProvince(fields, 'province', province)
      fields.check()
      const { pool, institution } = ownRows(context)
      const filter = {
        ...(pool !== undefined && { clearingAgency: pool }),
        ...(institution !== undefined && { institution }),
        ...(of !== null && { province: of }),
        ...(open === true && { open }),
        ...(after !== null && { before: after }),
      }
      return pageOf(await context.read((tx) => listAway(tx, filter, size + 1)), size, (one) => one.exchange)
    },
  }),
)
