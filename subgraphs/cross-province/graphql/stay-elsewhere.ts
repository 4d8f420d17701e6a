import { builder } from '../builder.ts'
import { DISCHARGE_WAYS, type Diagnosis, type StayElsewhere } from '../domain/stay.ts'
import { insured } from './filing.ts'
import { mayRead, mayReadReferral } from './rights.ts'

export const dischargeWay = builder.enumType('StayDischargeWay', {
  description: '离院方式 `dscg_way`',
  values: {
    ON_ORDER: { value: DISCHARGE_WAYS[0], description: '医嘱离院 1' },
    TRANSFER: { value: DISCHARGE_WAYS[1], description: '医嘱转院 2' },
    COMMUNITY: { value: DISCHARGE_WAYS[2], description: '医嘱转社区或乡镇卫生院 3' },
    AGAINST_ADVICE: { value: DISCHARGE_WAYS[3], description: '非医嘱离院 4' },
    DEATH: { value: DISCHARGE_WAYS[4], description: '死亡 5' },
    OTHER: { value: DISCHARGE_WAYS[5], description: '其他 9' },
  } as const,
})

export const stayState = builder.enumType('StayState', {
  description: '跨省住院的状态。 How far a stay away from home is.',
  values: {
    ADMITTED: { description: '在院' },
    DISCHARGED: { description: '已出院' },
    CANCELLED: { description: '入院登记已撤销。 The admission was a mistake.' },
    REFUSED: { description: '参保地未受理。 Home did not take the admission.' },
  } as const,
})

export const diagnosis = builder.objectRef<Diagnosis>('StayDiagnosis').implement({
  ...mayReadReferral,
  description: '住院诊断。 A diagnosis of a stay.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '诊断代码 `diag_code`' }),
    name: t.exposeString('name', { description: '诊断名称 `diag_name`' }),
  }),
})

const stay = builder.objectRef<StayElsewhere>('StayElsewhere').implement({
  ...mayRead,
  description: '参保人在外省的住院，由就医地告知。 A stay in another province, as the place announces it.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pool: t.exposeString('pool', { nullable: true, description: '参保地医保区划；入院日未参保为 null' }),
    province: t.exposeString('province', { description: '就医省份，区划前两位' }),
    institution: t.exposeString('institution', { description: '就医机构 `fixmedins_code`' }),
    institutionName: t.exposeString('institutionName', { description: '就医机构名称 `fixmedins_name`' }),
    visit: t.exposeString('visit', { description: '就诊 ID `mdtrt_id`' }),
    careType: t.exposeString('careType', { description: '医疗类别 `med_type`' }),
    department: t.exposeString('department', { nullable: true, description: '科室编码' }),
    diagnoses: t.field({ type: [diagnosis], resolve: ({ diagnoses }) => [...diagnoses] }),
    admittedAt: t.expose('admittedAt', { type: 'DateTime', description: '入院时间 `begntime`' }),
    dischargedAt: t.expose('dischargedAt', { type: 'DateTime', nullable: true, description: '出院时间 `endtime`' }),
    dischargeWay: t.expose('dischargeWay', { type: dischargeWay, nullable: true }),
    state: t.expose('state', { type: stayState }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: '参保地登记时间' }),
    changedAt: t.expose('changedAt', { type: 'DateTime' }),
  }),
})

builder.objectField(insured, 'staysElsewhere', (t) =>
  t.field({
    ...mayRead,
    type: [stay],
    description: '外省住院，最新在前；经办机构见本统筹区。 Stays in other provinces, the latest first.',
    resolve: async ({ id }, _args, { load }) => [...(await load.staysElsewhere.load(id))],
  }),
)
