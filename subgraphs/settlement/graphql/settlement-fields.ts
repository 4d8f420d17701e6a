import type { Vocabulary } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import { explainSettlement } from '../commands/explain.ts'
import { warnOfTraceCodes } from '../commands/trace-warnings.ts'
import type { Context } from '../context.ts'
import type { Diagnosis } from '../domain/bill.ts'
import { clearingTypeOf } from '../domain/clearing-type.ts'
import { fundPayTypeName } from '../domain/fund-pay-type.ts'
import type { FundShare, SettledBill } from '../domain/settlement.ts'
import { explanation, explanationAbsence, step } from './explanation.ts'
import { settlementLine } from './line.ts'
import { institution, insured } from './references.ts'
import { mayRead } from './rights.ts'
import { traceWarning } from './trace-warning.ts'
import { careKind, credentialKind, diagnosisKind, sex, terminal, text } from './words.ts'

type Fields = PothosSchemaTypes.ObjectFieldBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<Vocabulary<Context>>,
  SettledBill
>

interface Share {
  readonly share: FundShare
  readonly bill: SettledBill
}

const fundShare = builder.objectRef<Share>('FundShare').implement({
  ...mayRead,
  description: '基金分项 `setldetail`。 What one payer paid.',
  fields: (t) => ({
    payer: t.string({ description: '政策中的支付方。 The payer in the policy.', resolve: ({ share }) => share.payer }),
    fundPayType: t.string({ description: '基金支付类型 `fund_pay_type`', resolve: ({ share }) => share.fundPayType }),
    name: t.field({
      type: text,
      description: '基金支付类型名称 `fund_pay_type_name`',
      resolve: ({ share }) => fundPayTypeName(share.fundPayType),
    }),
    base: t.field({
      type: 'Money',
      description: '符合政策范围金额 `inscp_scp_amt`。 What the payer looked at.',
      resolve: ({ share }) => share.base,
    }),
    limit: t.field({
      type: 'Money',
      nullable: true,
      description: '本次可支付限额金额 `crt_payb_lmt_amt`，无限额为 null。 Left under the cap before this bill.',
      resolve: ({ share }) => share.limit,
    }),
    paid: t.field({ type: 'Money', description: '基金支付金额 `fund_payamt`', resolve: ({ share }) => share.paid }),
    trace: t.field({
      type: [step],
      description: '结算过程信息 `setl_proc_info`。 How the amount was reckoned; empty for a reversal.',
      resolve: async ({ share, bill }, _args, context) => {
        const { explanation: explained } = await explainSettlement(context, bill)
        return [...(explained?.payers.find((one) => one.payer === share.payer)?.steps ?? [])]
      },
    }),
  }),
})

export const diagnosis = builder.objectRef<Diagnosis>('Diagnosis').implement({
  ...mayRead,
  description: '诊断。 A diagnosis.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '诊断代码 `diag_code`' }),
    name: t.exposeString('name', { description: '诊断名称 `diag_name`' }),
    kind: t.expose('kind', { type: diagnosisKind }),
  }),
})

/** Age in years with one decimal, as `age` has it. */
const ageOf = ({ birthDate, endAt }: SettledBill): number => {
  const day = endAt.toZonedDateTimeISO('Asia/Shanghai').toPlainDate()
  const { years, months } = birthDate.until(day, { largestUnit: 'years' })
  return years + Math.floor((months * 10) / 12) / 10
}

/** Who was treated, as `setlinfo` has it. */
export const patientFields = (t: Fields) => ({
  insuredId: t.exposeID('insuredId', { description: '参保人标识。 Id of the person.' }),
  insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
  personNumber: t.exposeString('personNumber', { description: '人员编号 `psn_no`' }),
  personName: t.exposeString('personName', { description: '人员姓名 `psn_name`' }),
  certificateType: t.exposeString('certificateType', { description: '人员证件类型 `psn_cert_type`' }),
  identityMasked: t.exposeString('identityMasked', { description: '证件号码 `certno`（掩码）' }),
  sex: t.field({ type: sex, description: '性别 `gend`', resolve: (one) => (one.sex === '1' ? '1' : '2') }),
  nationality: t.exposeString('nationality', { description: '民族 `naty`' }),
  birthDate: t.expose('birthDate', { type: 'Date', description: '出生日期 `brdy`' }),
  age: t.float({ description: '年龄 `age`，一位小数。 In years, one decimal.', resolve: ageOf }),
  insuredPool: t.string({ description: '参保地医保区划 `insuplc_admdvs`', resolve: (one) => one.pool }),
  insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
  personType: t.exposeString('personType', { description: '人员类别 `psn_type`' }),
  isCivilServant: t.boolean({ description: '公务员标志 `cvlserv_flag`', resolve: (one) => one.civilServant }),
})

/** What was treated and by whom, as `setlinfo` has it. */
export const encounterFields = (t: Fields) => ({
  institution: t.field({ type: institution, nullable: true, resolve: (one) => ({ code: one.institution }) }),
  institutionCode: t.string({ description: '定点医药机构编号 `fixmedins_code`', resolve: (one) => one.institution }),
  visit: t.exposeString('visit', { description: '就诊 ID `mdtrt_id`' }),
  chargeBatch: t.exposeString('chargeBatch', { description: '收费批次号 `chrg_bchno`' }),
  invoice: t.exposeString('invoice', { nullable: true, description: '发票号 `invono`' }),
  careType: t.exposeString('careType', { description: '医疗类别 `med_type`' }),
  careKind: t.expose('careKind', { type: careKind }),
  emergency: t.exposeBoolean('emergency', { description: '急诊标志 `er_flag`' }),
  trauma: t.exposeBoolean('trauma', {
    description: '外伤标志，已承诺无第三方责任。 An injury nobody else is liable for.',
  }),
  begin: t.field({ type: 'DateTime', description: '开始时间 `begntime`', resolve: (one) => one.beginAt }),
  end: t.field({ type: 'DateTime', description: '结束时间 `endtime`', resolve: (one) => one.endAt }),
  diagnoses: t.field({ type: [diagnosis], resolve: (one) => [...one.diagnoses] }),
  credentialKind: t.field({
    type: credentialKind,
    description: '就诊凭证类型 `mdtrt_cert_type`',
    resolve: (one) => one.credentialKind as '01' | '02' | '03',
  }),
  operator: t.exposeString('operator', { description: '经办人 `opter`' }),
  operatorName: t.exposeString('operatorName', { nullable: true, description: '经办人姓名 `opter_name`' }),
  terminal: t.field({
    type: terminal,
    description: '经办人类别 `opter_type`',
    resolve: (one) => one.terminal as '1' | '2' | '3',
  }),
  clearingAgency: t.exposeString('clearingAgency', { description: '清算经办机构 `clr_optins`' }),
  clearingWay: t.string({ description: '清算方式 `clr_way`：1 按项目。 By item.', resolve: () => '1' }),
  clearingType: t.string({
    description: '清算类别 `clr_type`：11 门诊，21 住院，41 药店',
    resolve: (one) => clearingTypeOf(one.careKind),
  }),
  lines: t.field({
    type: [settlementLine],
    resolve: async (one, _args, { load }) => [...(one.lines ?? (await load.lines.load(one.id)))],
  }),
  traceWarnings: t.field({
    type: [traceWarning],
    description: '药品追溯码提示，不影响结算。 What is odd about the trace codes of its lines.',
    resolve: (one, _args, context) => warnOfTraceCodes(context, one),
  }),
  funds: t.field({
    type: [fundShare],
    description: '基金分项 `setldetail`',
    resolve: (bill) => bill.funds.map((share) => ({ share, bill })),
  }),
  explanation: t.field({
    type: explanation,
    nullable: true,
    description:
      '结算说明；跨省结算由参保地平台说明。没有时见 explanationAbsence。 Why it came out so; of a bill of another province as that one tells it.',
    resolve: async (one, _args, context) => (await explainSettlement(context, one)).explanation,
  }),
  explanationAbsence: t.field({
    type: explanationAbsence,
    nullable: true,
    description: '没有结算说明的原因；有说明时为 null。 Why there is no explanation; null when there is one.',
    resolve: async (one, _args, context) => (await explainSettlement(context, one)).absence,
  }),
})
