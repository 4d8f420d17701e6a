import { dayOf } from '@yibao/schema/dates'
import { builder } from '../builder.ts'
import { stateOn, type Registration } from '../domain/registration.ts'
import { insured } from './insured.ts'
import { mayRead } from './rights.ts'

export const diseaseKind = builder.enumType('DiseaseKind', {
  description: '门诊慢特病的类别。 Which list a disease stands on.',
  values: {
    CHRONIC: { description: '慢性病 `med_type` 140104' },
    SPECIAL: { description: '特殊病 `med_type` 140201' },
  },
})

const state = builder.enumType('RegistrationState', {
  description: '备案状态，按今天计算。 As of today.',
  values: {
    PENDING: { description: '尚未开始。 Begins later.' },
    IN_FORCE: { description: '有效。 In force.' },
    ENDED: { description: '已终止。 Ended.' },
    WITHDRAWN: { description: '已撤销，视为未备案。 Entered by mistake: it never held.' },
  },
})

export const registration = builder.objectRef<Registration>('DiseaseRegistration').implement({
  ...mayRead,
  description: '人员慢特病备案 (2503)。 That a person is treated for a chronic or special disease at its own ratios.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '待遇申报明细流水号 `trt_dcla_detl_sn`' }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insu_optins`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    disease: t.exposeString('disease', { description: '门慢门特病种目录代码 `opsp_dise_code`' }),
    name: t.exposeString('name', { description: '门慢门特病种名称 `opsp_dise_name`' }),
    kind: t.expose('kind', { type: diseaseKind }),
    state: t.field({ type: state, resolve: (one, _args, { now }) => stateOn(one, dayOf(now())) }),
    institutions: t.stringList({
      nullable: true,
      description: '就诊定点机构；不限时为 null。 Where the person is treated for it; null when anywhere.',
      resolve: ({ institutions }) => institutions && [...institutions],
    }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '开始日期 `begndate`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '结束日期 `enddate`；长期为 null' }),
    certifiedBy: t.exposeString('certifiedBy', { description: '鉴定定点医药机构编号 `ide_fixmedins_no`' }),
    certifiedOn: t.expose('certifiedOn', { type: 'Date', description: '医院鉴定日期 `hosp_ide_date`' }),
    doctorCode: t.exposeString('doctorCode', { description: '诊断医师编码 `diag_dr_codg`' }),
    doctorName: t.exposeString('doctorName', { description: '诊断医师姓名 `diag_dr_name`' }),
    requestedBy: t.exposeString('requestedBy', {
      nullable: true,
      description: '申报医疗机构；经办机构录入时为 null。 The hospital that asked; null when the bureau entered it.',
    }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime' }),
    endReason: t.exposeString('endReason', { nullable: true, description: '撤销或终止原因 `memo` (2504)' }),
  }),
})

builder.objectField(insured, 'registrations', (t) =>
  t.field({
    ...mayRead,
    type: [registration],
    description: '慢特病备案 (5301)，由早到晚；经办机构只见本统筹区。 Oldest first; staff see those of their own pool.',
    resolve: async ({ id }, _args, { load, noteRead }) => {
      noteRead(id, 'registrations')
      return [...(await load.registrations.load(id))]
    },
  }),
)
