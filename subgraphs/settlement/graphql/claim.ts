import { open } from '@yibao/schema/builder'
import { parseYuan } from '@yibao/schema/money'
import { builder } from '../builder.ts'
import {
  ClaimChanged,
  type Claim,
  type ClaimEvent,
  type ClaimInvoice,
  type ClaimLine,
  type ClaimPaperGiven,
  type ClaimPlace,
} from '../domain/claim.ts'
import { claimCause, claimChannel, claimPaperKind, claimState } from './claim-words.ts'
import { insured } from './references.ts'
import { mayReadClaims } from './rights.ts'
import { settlement } from './settlement.ts'
import { rejection, text } from './words.ts'

// What stands in a claim is shown as it was written: a draft may hold what is not yet a day, a code or an amount.

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
    level: t.string({ nullable: true, description: '医院等级 `hosp_lv`', resolve: (one) => one.level ?? null }),
    designated: t.boolean({ nullable: true, description: '是否定点', resolve: (one) => one.designated ?? null }),
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

const line = builder.objectRef<ClaimLine>('ClaimLine').implement({
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

const event = builder.objectRef<ClaimEvent>('ClaimEvent').implement({
  ...mayReadClaims,
  description: '办理经过。 A step in the history of a claim.',
  fields: (t) => ({
    number: t.int({ description: '从 1 起的序号。 Counted from 1.', resolve: (one) => one.seq }),
    kind: t.exposeString('kind', { description: '稳定的机器码，如 SUBMITTED。 Stable code for machines.' }),
    state: t.exposeString('state', { description: '此后的状态。 The state it led to.' }),
    at: t.expose('at', { type: 'DateTime' }),
    words: t.expose('words', { type: text, nullable: true, description: '告知申请人的说明。 What was said about it.' }),
  }),
})

export const claim = builder.objectRef<Claim>('Claim').implement({
  ...mayReadClaims,
  description: '零星报销申请：先行垫付后申请手工报销。 A claim for money that was paid first.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeString('number', { description: '受理编号。 What papers and people call it by.' }),
    insuredId: t.exposeID('insuredId', { description: '参保人标识' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    insuredPool: t.string({ description: '参保地医保区划 `insuplc_admdvs`', resolve: (one) => one.pool }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    kind: t.exposeString('kind', {
      nullable: true,
      description: '报销类别，见 claimRules。 Kind of claim, one of `claimRules`.',
    }),
    cause: t.expose('cause', { type: claimCause, nullable: true }),
    state: t.expose('state', { type: claimState }),
    version: t.exposeInt('version', {
      description: '每次变更加一；每一步须带上所见的版本。 Every step names the version it was decided on.',
    }),
    channel: t.expose('channel', { type: claimChannel }),
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
    note: t.string({ nullable: true, resolve: ({ content }) => content.note ?? null }),
    invoices: t.field({ type: [invoice], resolve: ({ content }) => [...(content.invoices ?? [])] }),
    lines: t.field({
      type: [line],
      resolve: ({ content: { lines = [] } }, _args, { load }) => {
        load.lines.spend(lines.length)
        return [...lines]
      },
    }),
    papers: t.field({ type: [paper], resolve: ({ content }) => [...(content.papers ?? [])] }),
    rules: t.exposeString('rules', {
      nullable: true,
      description: '提交时适用的规则版本。 The rules it was submitted under.',
    }),
    owed: t.expose('owed', { type: 'Money', description: '基金应付。 What the funds owe.' }),
    paid: t.expose('paid', { type: 'Money', description: '已拨付。 What of it was paid.' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      resolve: ({ settlementId: id }, _args, { load }) => (id === null ? null : load.settlement.load({ id })),
    }),
    openedAt: t.expose('openedAt', { type: 'DateTime' }),
    changedAt: t.expose('changedAt', { type: 'DateTime' }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', nullable: true, description: '首次提交时间' }),
    acceptedAt: t.expose('acceptedAt', { type: 'DateTime', nullable: true, description: '受理时间' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true, description: '审定时间' }),
    paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true, description: '拨付时间' }),
    history: t.field({
      type: [event],
      description: '办理经过，从头开始。 From its beginning.',
      resolve: async ({ id }, _args, { load }) => [...(await load.claimEvents.load(id))],
    }),
  }),
})

builder.objectType(ClaimChanged, {
  name: 'ClaimChanged',
  ...open(),
  description: '申请已被他人更新。 The claim was changed by somebody else meanwhile.',
  interfaces: [rejection],
  fields: (t) => ({
    claim: t.field({
      type: claim,
      nullable: true,
      description: '申请的最新内容。 The claim as it is now.',
      resolve: ({ key }, _args, { load }) => load.claim.load(key.id),
    }),
  }),
})
