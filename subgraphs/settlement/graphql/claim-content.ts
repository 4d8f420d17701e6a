import { parseYuan } from '@yibao/schema/money'
import { builder } from '../builder.ts'
import type { ClaimInvoice, ClaimLine, ClaimPaperGiven, ClaimPlace, ConfirmedPlace } from '../domain/claim.ts'
import { claim } from './claim.ts'
import { DISEASE } from './claim-input.ts'
import { claimPaperKind } from './claim-words.ts'
import { mayReadClaims } from './rights.ts'

// What stands in a claim is shown as it was written: a draft may hold what is not yet a day, a code or an amount.

const confirmed = builder.objectRef<ConfirmedPlace>('ClaimPlaceConfirmed').implement({
  ...mayReadClaims,
  description: '核实的就医机构情况。 What was found out about an institution the register does not have.',
  fields: (t) => ({
    designated: t.exposeBoolean('designated', { description: '是否定点' }),
    level: t.exposeString('level', { nullable: true, description: '医院等级 `hosp_lv`；未能核实为空' }),
  }),
})

const place = builder.objectRef<Partial<ClaimPlace>>('ClaimPlace').implement({
  ...mayReadClaims,
  description: '就医机构。 Where the care was given.',
  fields: (t) => ({
    institutionCode: t.string({
      nullable: true,
      description: '医药机构编号 `fixmedins_code`；非定点或无编号为空。 Null when it has none.',
      resolve: (one) => one.institution ?? null,
    }),
    name: t.string({
      nullable: true,
      description: '医药机构名称 `fixmedins_name`',
      resolve: (one) => one.name ?? null,
    }),
    division: t.string({
      nullable: true,
      description: '就医地医保区划 `mdtrtarea_admvs`',
      resolve: (one) => one.division ?? null,
    }),
    level: t.string({ nullable: true, description: '医院等级 `hosp_lv`，同上', resolve: (one) => one.level ?? null }),
    designated: t.boolean({
      nullable: true,
      description:
        '是否定点；目录中没有的机构为申请人所述。 As the claimant says where the register has no such institution.',
      resolve: (one) => one.designated ?? null,
    }),
    confirmed: t.field({
      type: confirmed,
      nullable: true,
      description: '核实结果；空为尚未核实或无须核实。 Null while nobody has found out, and where nobody has to.',
      resolve: (one) => one.confirmed ?? null,
    }),
  }),
})

const invoice = builder.objectRef<ClaimInvoice>('ClaimInvoice').implement({
  ...mayReadClaims,
  description: '医疗收费票据。 An invoice of a claim.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '票据代码；没有则为空串。 Empty on those that have none.' }),
    number: t.exposeString('number', { description: '票据号码' }),
    issuedOn: t.exposeString('issuedOn', { description: '开票日期' }),
    amount: t.field({
      type: 'Money',
      nullable: true,
      description: '票据金额（合计）；草稿中不是金额的为空。 Null in a draft that has no amount there.',
      resolve: (one) => parseYuan(one.amount),
    }),
    checkCode: t.exposeString('checkCode', { nullable: true, description: '校验码' }),
  }),
})

export const claimLine = builder.objectRef<ClaimLine>('ClaimLine').implement({
  ...mayReadClaims,
  description: '费用明细。 A line of the itemised list, as it was written.',
  fields: (t) => ({
    serial: t.exposeString('serial', { description: '明细序号 `feedetl_sn`' }),
    name: t.exposeString('name', { description: '项目名称' }),
    code: t.exposeString('code', {
      nullable: true,
      description: '医疗目录编码 `med_list_codg`；不明则由审核人员对应。 Null when unknown; a reviewer maps it.',
    }),
    chargeType: t.exposeString('chargeType', { description: '收费类别 `med_chrgitm_type`' }),
    price: t.exposeString('price', { description: '单价 `pric`' }),
    quantity: t.exposeString('quantity', { description: '数量 `cnt`' }),
    amount: t.exposeString('amount', { description: '金额 `det_item_fee_sumamt`' }),
    time: t.exposeString('time', { description: '费用发生日期 `fee_ocur_time`' }),
  }),
})

const paper = builder.objectRef<ClaimPaperGiven>('ClaimPaper').implement({
  ...mayReadClaims,
  description: '所附材料。 A paper of a claim, or the promise in its place.',
  fields: (t) => ({
    kind: t.expose('kind', { type: claimPaperKind }),
    documentId: t.id({
      nullable: true,
      description: '材料标识，用 documentLink 打开。 Opened by `documentLink`.',
      resolve: (one) => one.document,
    }),
    promise: t.exposeBoolean('promise', { description: '以承诺书代替。 A written promise stands in its place.' }),
  }),
})

builder.objectFields(claim, (t) => ({
  place: t.field({ type: place, nullable: true, resolve: ({ content }) => content.place ?? null }),
  careType: t.string({
    nullable: true,
    description: '医疗类别 `med_type`',
    resolve: ({ content }) => content.careType ?? null,
  }),
  emergency: t.boolean({
    nullable: true,
    description: '急诊、抢救',
    resolve: ({ content }) => content.emergency ?? null,
  }),
  trauma: t.boolean({
    nullable: true,
    description: '外伤 `trum_flag`',
    resolve: ({ content }) => content.trauma ?? null,
  }),
  disease: t.string({ nullable: true, description: DISEASE, resolve: ({ content }) => content.disease ?? null }),
  begin: t.string({
    nullable: true,
    description: '开始日期 `begntime`',
    resolve: ({ content }) => content.begin ?? null,
  }),
  end: t.string({ nullable: true, description: '结束日期 `endtime`', resolve: ({ content }) => content.end ?? null }),
  visit: t.string({
    nullable: true,
    description: '就诊 ID `mdtrt_id`，已知时',
    resolve: ({ content }) => content.visit ?? null,
  }),
  diagnoses: t.stringList({
    description: '诊断名称 `diag_name`，主要诊断在前',
    resolve: ({ content }) => (content.diagnoses ?? []).map(({ name }) => name),
  }),
  filingId: t.id({ nullable: true, description: '异地就医备案', resolve: ({ content }) => content.filing ?? null }),
  total: t.field({
    type: 'Money',
    nullable: true,
    description: '医疗费总额 `medfee_sumamt`',
    resolve: ({ content }) => (content.total === undefined ? null : parseYuan(content.total)),
  }),
}))

builder.objectFields(claim, (t) => ({
  note: t.string({ nullable: true, resolve: ({ content }) => content.note ?? null }),
  invoices: t.field({ type: [invoice], resolve: ({ content }) => [...(content.invoices ?? [])] }),
  lines: t.field({
    type: [claimLine],
    resolve: ({ content: { lines = [] } }, _args, { load }) => {
      load.lines.spend(lines.length)
      return [...lines]
    },
  }),
  papers: t.field({ type: [paper], resolve: ({ content }) => [...(content.papers ?? [])] }),
}))
