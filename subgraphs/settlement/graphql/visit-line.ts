import { parseQuantity, parseUnitPrice, parseYuan } from '@yibao/schema/money'
import { builder, connectionOf } from '../builder.ts'
import type { Visit, VisitLine } from '../domain/visit.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'
import { approval } from './words.ts'

/** A line and the visit it belongs to. */
export interface LineOfVisit {
  readonly line: VisitLine
  readonly visit: Visit
}

/** What is stored was read before, so that it can be read again. */
function right<T>(value: T | null): T {
  if (value === null) throw new Error('a stored line cannot be read')
  return value
}

const APPROVALS = ['NOT_NEEDED', 'APPROVED', 'REFUSED'] as const

/** A line of a visit as it was sent. Its parts are told by the settlement that settles it, or by a trial. */
export const visitLine = builder.objectRef<LineOfVisit>('VisitLine').implement({
  ...mayRead,
  description: '就诊已上传的费用明细；拆分见结算。 An uploaded line of a visit; its parts are told by a settlement.',
  fields: (t) => ({
    serial: t.string({ description: '费用明细流水号 `feedetl_sn`', resolve: ({ line }) => line.serial }),
    chargeBatch: t.string({
      nullable: true,
      description: '收费批次号 `chrg_bchno`',
      resolve: ({ line }) => line.chargeBatch,
    }),
    code: t.string({ description: '医疗目录编码 `med_list_codg`', resolve: ({ line }) => line.sent.code }),
    ownCode: t.string({ description: '医药机构目录编码 `medins_list_codg`', resolve: ({ line }) => line.sent.ownCode }),
    price: t.field({
      type: 'UnitPrice',
      description: '单价 `pric`',
      resolve: ({ line }) => right(parseUnitPrice(line.sent.price)),
    }),
    quantity: t.field({
      type: 'Quantity',
      description: '数量 `cnt`',
      resolve: ({ line }) => right(parseQuantity(line.sent.quantity)),
    }),
    amount: t.field({
      type: 'Money',
      description: '明细项目费用总额 `det_item_fee_sumamt`',
      resolve: ({ line }) => right(parseYuan(line.sent.amount)),
    }),
    time: t.field({ type: 'DateTime', description: '费用发生时间 `fee_ocur_time`', resolve: ({ line }) => line.time }),
    department: t.string({
      nullable: true,
      description: '开单科室编码 `bilg_dept_codg`',
      resolve: ({ line }) => line.sent.department ?? null,
    }),
    doctor: t.string({
      nullable: true,
      description: '开单医生编码 `bilg_dr_codg`',
      resolve: ({ line }) => line.sent.doctor ?? null,
    }),
    prescription: t.string({
      nullable: true,
      description: '处方号 `rxno`',
      resolve: ({ line }) => line.sent.prescription ?? null,
    }),
    approval: t.field({
      type: approval,
      resolve: ({ line }) => APPROVALS.find((one) => one === line.sent.approval) ?? 'NOT_NEEDED',
    }),
    traceCodes: t.stringList({
      description: '药品追溯码 `drug_trac_codg`',
      resolve: ({ line }) => [...(line.sent.traceCodes ?? [])],
    }),
    refundOf: t.string({
      nullable: true,
      description: '被退费用明细流水号 `init_feedetl_sn`',
      resolve: ({ line }) => line.refundOf,
    }),
    uploadedAt: t.field({ type: 'DateTime', description: '上传时间', resolve: ({ line }) => line.uploadedAt }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      description: '所属结算；未结算为 null。 The settlement that settled it.',
      resolve: ({ line }, _args, { load }) =>
        line.settledBy === null ? null : load.settlement.load({ id: line.settledBy }),
    }),
  }),
})

export const visitLines = connectionOf('VisitLine', visitLine, mayRead)
