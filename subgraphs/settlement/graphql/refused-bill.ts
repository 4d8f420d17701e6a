import { parseYuan, ZERO } from '@yibao/schema/money'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { draftOfBill } from '../domain/claim-prefill.ts'
import { Fields } from '../domain/fields.ts'
import { readProvince } from '../domain/province.ts'
import type { RefusedBill } from '../domain/refused-bill.ts'
import { listRefusedBills } from '../store/refused-bill.ts'
import { claimLine } from './claim-content.ts'
import { ownRows } from './own-rows.ts'
import { insured } from './references.ts'
import { mayReadClaims } from './rights.ts'
import { text } from './words.ts'

const refusedBill = builder.objectRef<RefusedBill>('RefusedBill').implement({
  ...mayReadClaims,
  description:
    '未能直接结算的跨省账单：被参保地拒绝，或已在参保地预占后被就医地放弃（如超出合同约定上限）；可转零星报销。 A bill another province asked for and that was refused here, or there though it was reserved here (beyond the limit of the contract); it can be claimed by hand.',
  fields: (t) => ({
    id: t.id({
      description: '跨省交换 ID，双方一致。 The id both platforms know it by.',
      resolve: (one) => one.exchange,
    }),
    insuredId: t.exposeID('insuredId', { description: '参保人标识' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    province: t.exposeString('province', { description: '就医地省级代码。 Where the person was treated.' }),
    institutionCode: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    institutionName: t.string({
      description: '医药机构名称 `fixmedins_name`，以就医地所告为准。 As the platform there told it.',
      resolve: ({ place }) => place?.name ?? '',
    }),
    level: t.string({
      description: '机构等级，以就医地所告为准。 As the platform there told it.',
      resolve: ({ place }) => place?.level ?? '',
    }),
    placePool: t.string({
      description: '就医地医保区划 `mdtrtarea_admvs`',
      resolve: ({ place }) => place?.division ?? '',
    }),
    visit: t.exposeString('visit', { description: '就诊 ID `mdtrt_id`' }),
    careType: t.exposeString('careType', { description: '医疗类别 `med_type`' }),
    begin: t.expose('begin', { type: 'DateTime', description: '开始时间 `begntime`' }),
    end: t.expose('end', { type: 'DateTime', description: '结束时间 `endtime`' }),
    diagnoses: t.stringList({
      description: '诊断名称 `diag_name`，主要诊断在前',
      resolve: ({ diagnoses }) => diagnoses.map(({ name }) => name),
    }),
    invoice: t.string({ nullable: true, description: '发票号 `invono`', resolve: (one) => one.invoice ?? null }),
    total: t.field({
      type: 'Money',
      description: '医疗费总额 `medfee_sumamt`',
      resolve: ({ total }) => parseYuan(total) ?? ZERO,
    }),
    lines: t.field({
      type: [claimLine],
      description: '费用明细，已扣退费。 Its lines, less what was taken back.',
      resolve: (one, _args, { load }) => {
        load.lines.spend(one.lines.length)
        return [...(draftOfBill(one).lines ?? [])]
      },
    }),
    code: t.string({ description: '拒绝原因代码。 Why it was refused.', resolve: ({ rejection }) => rejection.code }),
    message: t.field({
      type: text,
      description: '拒绝原因。 The same in words.',
      resolve: ({ rejection }) => rejection.text,
    }),
    refusedAt: t.expose('refusedAt', { type: 'DateTime', description: '拒绝时间' }),
  }),
})
const refusedBills = connectionOf('RefusedBill', refusedBill, mayReadClaims)

builder.queryField('refusedBills', (t) =>
  t.field({
    ...mayReadClaims,
    type: refusedBills,
    description:
      '被拒且其后未结算、未申请报销的跨省账单，最近的在前：本人的，或本统筹区的；由 startClaimFromBill 转零星报销。 Bills of other provinces that were refused and neither settled nor claimed since, the latest first: the person’s own, or those of the pool.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '就医地省级代码' }),
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const of = readProvince(fields, 'province', province)
      fields.check()
      const { institution: _none, ...own } = ownRows(context)
      const filter = { ...own, ...(of !== null && { province: of }), ...(after !== null && { before: after }) }
      const rows = await context.read((tx) => listRefusedBills(tx, filter, size + 1))
      const page = pageOf<RefusedBill>(rows, size, (one) => one.exchange)
      for (const { node } of page.edges) context.noteRead(node.insuredId, 'refusedBills')
      return page
    },
  }),
)
