import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import {
  Busy,
  InvalidInput,
  NotAllowed,
  NotFound,
  RequestReused,
  type Problem,
  type Text,
} from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { announceAdmission, announceChange, announceDischarge } from '../commands/announce-stay.ts'
import type { Context } from '../context.ts'
import type { IncomingStay } from '../domain/stay.ts'
import type { StayNotice } from '../domain/stay-notice.ts'
import { listIncomingStays } from '../store/incoming-stays.ts'
import { mayAnnounce, mayReadIncoming } from './rights.ts'
import { diagnosis, dischargeWay, stayState } from './stay-elsewhere.ts'
import { text } from './words.ts'

const noticeState = builder.enumType('StayNoticeState', {
  description: '报告的状态。 How far a notice is.',
  values: {
    WAITING: { description: '参保地尚未应答，将自动重发。 Home has not answered; it is sent again by itself.' },
    RECORDED: { description: '参保地已登记' },
    REFUSED: { description: '参保地未受理，原因见 reason。 Home refused it; `reason` says why.' },
  } as const,
})

const notice = builder.objectRef<StayNotice>('StayNotice').implement({
  ...mayReadIncoming,
  description: '向参保地的一次报告：入院、变更或出院。 What home is told of a stay.',
  fields: (t) => ({
    id: t.exposeID('exchange', { description: '交换标识' }),
    type: t.exposeString('type', { description: 'admission、change、discharge' }),
    state: t.expose('state', { type: noticeState }),
    attempts: t.exposeInt('attempts', { description: '已发送次数' }),
    nextAt: t.expose('nextAt', { type: 'DateTime', nullable: true, description: '下次发送时间' }),
    code: t.string({
      nullable: true,
      description: '未应答或未受理的原因代码。 Why it was not answered, or refused.',
      resolve: ({ lastCode, rejection }) => rejection?.code ?? lastCode,
    }),
    reason: t.field({
      type: text,
      nullable: true,
      description: '未受理的原因。 Why home refused it.',
      resolve: ({ rejection }): Text | null => rejection?.text ?? null,
    }),
    announcedAt: t.expose('announcedAt', { type: 'DateTime' }),
    answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true }),
  }),
})

const stay = builder.objectRef<IncomingStay>('IncomingStay').implement({
  ...mayReadIncoming,
  description: '外省参保人在本地的住院。 A stay here of a person insured in another province.',
  fields: (t) => ({
    id: t.exposeID('id'),
    institution: t.exposeString('institution', { description: '医疗机构 `fixmedins_code`' }),
    visit: t.exposeString('visit', { description: '就诊 ID `mdtrt_id`' }),
    insuredPool: t.exposeString('insuredPool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuredId: t.exposeID('insuredId', { description: '参保地平台的参保人标识。 Id on the platform there.' }),
    careType: t.exposeString('careType', { description: '医疗类别 `med_type`' }),
    department: t.exposeString('department', { nullable: true, description: '科室编码' }),
    diagnoses: t.field({ type: [diagnosis], resolve: ({ diagnoses }) => [...diagnoses] }),
    admittedAt: t.expose('admittedAt', { type: 'DateTime', description: '入院时间 `begntime`' }),
    dischargedAt: t.expose('dischargedAt', { type: 'DateTime', nullable: true, description: '出院时间 `endtime`' }),
    dischargeWay: t.expose('dischargeWay', { type: dischargeWay, nullable: true }),
    state: t.expose('state', { type: stayState }),
    isRecorded: t.boolean({
      description: '参保地是否已登记全部报告。 Whether home has recorded all that was announced.',
      resolve: async ({ id }, _args, { load }) =>
        (await load.notices.load(id)).every((one) => one.state === 'RECORDED'),
    }),
    notices: t.field({
      type: [notice],
      description: '对参保地的报告，按次序。 What home is told, in order.',
      resolve: async ({ id }, _args, { load }) => [...(await load.notices.load(id))],
    }),
    announcedAt: t.expose('announcedAt', { type: 'DateTime' }),
    changedAt: t.expose('changedAt', { type: 'DateTime' }),
  }),
})

const diagnosisInput = builder.inputType('StayDiagnosisInput', {
  description: '住院诊断，首个为主诊断。 The first is the main one.',
  fields: (t) => ({
    code: t.string({ required: true, description: '诊断代码 `diag_code`' }),
    name: t.string({ required: true, description: '诊断名称 `diag_name`' }),
  }),
})

const takesBack = builder.enumType('StayTakesBack', {
  description: '撤销 (2404/2405)。 What is taken back.',
  values: {
    ADMISSION: { description: '入院撤销：登记有误' },
    DISCHARGE: { description: '出院撤销：未出院' },
  } as const,
})

const admissionInput = builder.inputType('AnnounceAdmissionInput', {
  description: '外省参保人的入院登记 (2401)。 The admission of a person insured in another province.',
  fields: (t) => ({
    insuredPool: t.string({ required: true, description: '参保地医保区划 `insuplc_admdvs`' }),
    insuredId: t.id({ required: true, description: '查询或解码所得的标识。 As the inquiry or the decoding gave it.' }),
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`，机构内唯一' }),
    careType: t.string({ required: true, description: '医疗类别 `med_type`，住院类' }),
    begin: t.field({ type: 'DateTime', required: true, description: '入院时间 `begntime`' }),
    department: t.string({ description: '科室编码 `adm_dept_codg`' }),
    diagnoses: t.field({ type: [diagnosisInput], required: true }),
  }),
})

const changeInput = builder.inputType('AnnounceChangeInput', {
  description: '住院信息变更 (2403)，未填的不变。 What is left out stays.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    careType: t.string({ description: '医疗类别 `med_type`，住院类' }),
    begin: t.field({ type: 'DateTime', description: '入院时间 `begntime`' }),
    department: t.string({ description: '科室编码' }),
    diagnoses: t.field({ type: [diagnosisInput] }),
    takesBack: t.field({ type: takesBack }),
  }),
})

const dischargeInput = builder.inputType('AnnounceDischargeInput', {
  description: '出院登记 (2402)；再次报告即更正。 A discharge; announced again it is corrected.',
  fields: (t) => ({
    visit: t.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    end: t.field({ type: 'DateTime', required: true, description: '出院时间 `endtime`' }),
    way: t.field({ type: dischargeWay, required: true }),
    diagnoses: t.field({ type: [diagnosisInput], description: '出院诊断' }),
  }),
})

const REFUSALS = [InvalidInput, NotFound, NotAllowed, RequestReused, Busy]

async function announced({ load }: Context, id: string): Promise<IncomingStay> {
  const found = await load.incomingStay.load(id)
  if (found === null) throw NotFound.of({ zh: '该住院', en: 'the stay' }, 'input.visit')
  return found
}

builder.mutationFields((t) => ({
  announceAdmission: t.field({
    ...mayAnnounce,
    type: stay,
    description:
      '外省参保人入院：登记并报告参保地，未应答则自动重发。 Announces an admission to home; it is sent until home answers.',
    errors: { types: REFUSALS },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: admissionInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      announced(context, await announceAdmission(context, requestId, input)),
  }),
  announceChange: t.field({
    ...mayAnnounce,
    type: stay,
    description: '外省参保人住院信息变更或撤销，报告参保地。 Announces a change of a stay, or takes a step back.',
    errors: { types: REFUSALS },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: changeInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      announced(context, await announceChange(context, requestId, input)),
  }),
  announceDischarge: t.field({
    ...mayAnnounce,
    type: stay,
    description: '外省参保人出院，报告参保地。 Announces a discharge to home.',
    errors: { types: REFUSALS },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: dischargeInput, required: true }) },
    resolve: async (_root, { requestId, input }, context) =>
      announced(context, await announceDischarge(context, requestId, input)),
  }),
}))

const connection = connectionOf('IncomingStay', stay, mayReadIncoming)

builder.queryFields((t) => ({
  incomingStay: t.field({
    ...mayReadIncoming,
    type: stay,
    description: '外省参保人的住院；无权知晓者答不存在。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const found = await load.incomingStay.load(id)
      if (found === null) throw NotFound.of({ zh: '该住院', en: 'the stay' }, 'id')
      return found
    },
  }),
  incomingStays: t.field({
    ...mayReadIncoming,
    type: connection,
    description: '外省参保人的住院，最新在前：本院的或本统筹区的。 The latest first.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      state: t.arg({ type: stayState }),
      visit: t.arg.string({ description: '就诊 ID `mdtrt_id`' }),
      unrecorded: t.arg.boolean({ description: '参保地尚未全部登记的。 Those home has not recorded in full.' }),
    },
    resolve: async (_root, { state, visit, unrecorded, ...args }, { read, noteRead }) => {
      const problems: Problem[] = []
      const wanted = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const more = { state: state ?? null, visit: visit ?? null, unrecorded: unrecorded ?? null }
      const rows = await read((tx) => listIncomingStays(tx, { ...wanted, ...more }))
      const page = pageOf(rows, wanted.size, (one) => one.id)
      for (const { node } of page.edges) noteRead(node.insuredId, 'incomingStay')
      return page
    },
  }),
}))
