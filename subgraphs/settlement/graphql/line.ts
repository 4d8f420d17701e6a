import { builder } from '../builder.ts'
import type { SettledLine } from '../domain/settlement.ts'
import { mayRead } from './rights.ts'
import { approval, itemClass } from './words.ts'

/** A line of a settlement, with what 2204 answers for it. */
export const settlementLine = builder.objectRef<SettledLine>('SettlementLine').implement({
  ...mayRead,
  description: '费用明细及其拆分结果。 A line and its four parts.',
  fields: (t) => ({
    serial: t.exposeString('serial', { description: '费用明细流水号 `feedetl_sn`' }),
    code: t.exposeString('code', { description: '医疗目录编码 `med_list_codg`' }),
    ownCode: t.exposeString('ownCode', { description: '医药机构目录编码 `medins_list_codg`' }),
    name: t.exposeString('name', { description: '医保目录名称 `hilist_name`' }),
    price: t.expose('price', { type: 'UnitPrice', description: '单价 `pric`' }),
    quantity: t.expose('quantity', { type: 'Quantity', description: '数量 `cnt`' }),
    amount: t.expose('amount', { type: 'Money', description: '明细项目费用总额 `det_item_fee_sumamt`' }),
    time: t.expose('time', { type: 'DateTime', description: '费用发生时间 `fee_ocur_time`' }),
    department: t.exposeString('department', { nullable: true, description: '开单科室编码 `bilg_dept_codg`' }),
    doctor: t.exposeString('doctor', { nullable: true, description: '开单医生编码 `bilg_dr_codg`' }),
    prescription: t.exposeString('prescription', { nullable: true, description: '处方号 `rxno`' }),
    days: t.exposeInt('days', { nullable: true, description: '周期天数 `prd_days`' }),
    approval: t.expose('approval', { type: approval }),
    takeHome: t.exposeBoolean('takeHome', { description: '出院带药标志 `dscg_tkdrug_flag`' }),
    traceCodes: t.stringList({ description: '药品追溯码 `drug_trac_codg`', resolve: (line) => [...line.traceCodes] }),
    refundOf: t.exposeString('refundOf', { nullable: true, description: '被退费用明细流水号 `init_feedetl_sn`' }),
    ceiling: t.expose('ceiling', {
      type: 'UnitPrice',
      nullable: true,
      description: '定价上限金额 `pric_uplmt_amt`，无限价为 null（国家接口填 999999）',
    }),
    selfPayRatio: t.expose('selfPayRatio', { type: 'Rate', description: '自付比例 `selfpay_prop`' }),
    selfPaid: t.expose('selfPaid', { type: 'Money', description: '全自费金额 `fulamt_ownpay_amt`' }),
    overCeiling: t.expose('overCeiling', { type: 'Money', description: '超限价金额 `overlmt_amt`' }),
    firstSelfPayment: t.expose('firstSelfPayment', { type: 'Money', description: '先行自付金额 `preselfpay_amt`' }),
    inScope: t.expose('inScope', { type: 'Money', description: '符合政策范围金额 `inscp_scp_amt`' }),
    class: t.expose('class', { type: itemClass }),
    chargeType: t.exposeString('chargeType', { description: '医疗收费项目类别 `med_chrgitm_type`' }),
    listType: t.exposeString('listType', { description: '目录类别 `list_type`' }),
    essential: t.exposeBoolean('essential', { description: '基本药物标志 `bas_medn_flag`' }),
    negotiated: t.exposeBoolean('negotiated', { description: '医保谈判药品标志 `hi_nego_drug_flag`' }),
    paediatric: t.exposeBoolean('paediatric', { description: '儿童用药标志 `chld_medc_flag`' }),
    special: t.exposeBoolean('special', { description: '目录特项标志 `list_sp_item_flag`' }),
    restricted: t.exposeBoolean('restricted', { description: '限制使用标志 `lmt_used_flag`' }),
    direct: t.boolean({
      description: '直报标志 `drt_reim_flag`。 In scope in full, without a first self-payment.',
      resolve: ({ inScope, amount }) => inScope === amount,
    }),
    rule: t.exposeString('rule', { description: '拆分所依规则；备注 `memo`。 The rule that decided the parts.' }),
  }),
})
