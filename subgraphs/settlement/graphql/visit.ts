import { pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { remember } from '../commands/remember.ts'
import type { Visit } from '../domain/visit.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import { listPage, type UnsettledSum } from '../store/visit-lines.ts'
import { institution, insured } from './references.ts'
import { mayRead } from './rights.ts'
import { diagnosis } from './settlement-fields.ts'
import { settlement } from './settlement.ts'
import { visitLines, type LineOfVisit } from './visit-line.ts'
import { dischargeWay, visitState } from './visit-words.ts'
import { birthType, careKind } from './words.ts'

const unsettled = builder.objectRef<UnsettledSum>('UnsettledLines').implement({
  ...mayRead,
  description: '未结算明细合计。 What is not settled yet.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: '条数' }),
    total: t.expose('total', { type: 'Money', description: '金额合计，即 settleVisit 的 total' }),
  }),
})

// Summed up anew for a visit that was read anew, after a change within the same operation.
const unsettledOf = remember(({ load }, of: Visit) => load.unsettled.load(of))

/** A stay or an outpatient registration. What it comes to is said by its settlements. */
export const visit = builder.objectRef<Visit>('Visit').implement({
  ...mayRead,
  description: '就诊：住院或门诊挂号登记。 A stay or an outpatient registration.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '登记标识。 Id of the opening.' }),
    institution: t.field({ type: institution, nullable: true, resolve: (one) => ({ code: one.institution }) }),
    institutionCode: t.string({ description: '定点医药机构编号 `fixmedins_code`', resolve: (one) => one.institution }),
    visit: t.exposeString('visit', { description: '就诊 ID `mdtrt_id`' }),
    state: t.expose('state', { type: visitState }),
    insuredId: t.exposeID('insuredId', {
      nullable: true,
      description: '参保人标识；未出示凭证为 null。 Null while no credential was shown.',
    }),
    insured: t.field({
      type: insured,
      nullable: true,
      resolve: ({ insuredId }) => (insuredId === null ? null : { id: insuredId }),
    }),
    insuredPool: t.exposeString('pool', {
      nullable: true,
      description: '参保地医保区划 `insuplc_admdvs`，所知为限。 Where the person is insured, as far as it is known.',
    }),
    insuranceType: t.exposeString('insuranceType', { nullable: true, description: '险种类型 `insutype`' }),
    careType: t.exposeString('careType', { description: '医疗类别 `med_type`' }),
    careKind: t.expose('careKind', { type: careKind }),
    emergency: t.exposeBoolean('emergency', { description: '急诊标志 `er_flag`' }),
    begin: t.field({ type: 'DateTime', description: '开始（入院）时间 `begntime`', resolve: (one) => one.admittedAt }),
    linesFrom: t.expose('linesFrom', {
      type: 'DateTime',
      description: '明细最早时间，并入留观的自留观起。 The earliest time of a line.',
    }),
    end: t.field({
      type: 'DateTime',
      nullable: true,
      description: '结束（出院）时间 `endtime`',
      resolve: (one) => one.dischargedAt,
    }),
    dischargeWay: t.expose('dischargeWay', { type: dischargeWay, nullable: true }),
    department: t.exposeString('department', { nullable: true, description: '科室编码 `adm_dept_codg`、`dept_code`' }),
    bed: t.exposeString('bed', { nullable: true, description: '床位 `adm_bed`' }),
    doctor: t.exposeString('doctor', { nullable: true, description: '主治医生编码 `atddr_no`' }),
    diagnoses: t.field({ type: [diagnosis], resolve: (one) => [...one.diagnoses] }),
    disease: t.exposeString('disease', { nullable: true, description: '病种编码 `dise_codg`' }),
    birthType: t.expose('birthType', { type: birthType, nullable: true }),
    transferredFrom: t.string({
      nullable: true,
      description: '转出医院的住院结算 ID。 Number of the settlement the patient was transferred from.',
      resolve: (one) => one.transferredFrom && settlementNumber(one.transferredFrom),
    }),
    joins: t.exposeString('joins', {
      nullable: true,
      description: '并入本次住院的留观就诊 ID。 Observation that joined.',
    }),
    joinedTo: t.exposeString('joinedTo', {
      nullable: true,
      description: '本次留观并入的住院就诊 ID。 Stay this observation joined.',
    }),
    settledTo: t.expose('settledTo', {
      type: 'DateTime',
      nullable: true,
      description: '中途结算至。 Until when interim settlements have settled it.',
    }),
    openedAt: t.expose('openedAt', { type: 'DateTime', description: '登记时间' }),
    changedAt: t.expose('changedAt', { type: 'DateTime', description: '最近变更时间' }),
  }),
})

builder.objectFields(visit, (t) => ({
  settlements: t.field({
    type: [settlement],
    description: '本次就诊的全部结算，含已撤销的，按先后。 All its settlements in order, those taken back as well.',
    resolve: async ({ settlements }, _args, { load }) => {
      const found = await Promise.all(settlements.map((id) => load.settlement.load({ id })))
      return found.filter((one) => one !== null)
    },
  }),
  unsettled: t.field({
    type: unsettled,
    resolve: (one, _args, context) => unsettledOf(context, one),
  }),
  lines: t.field({
    type: visitLines,
    description: '已上传的明细，按上传先后。 The uploaded lines, in the order in which they came.',
    errors: { types: [InvalidInput], union: { name: 'VisitLinesResult' } },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: async (one, args, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, (key) => /^\d{1,9}$/.test(key), problems)
      InvalidInput.throwIf(problems)
      const rows = await context.read((tx) => listPage(tx, one, { after: Number(after ?? 0), size: size + 1 }))
      const lines = rows.map((line): LineOfVisit => ({ line, visit: one }))
      return pageOf(lines, size, ({ line }) => String(line.number))
    },
  }),
}))
