import { dayOf } from '@yibao/schema/dates'
import { referToInsured } from '@yibao/schema/insured-reference'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { stateOn, type Filing, type Referral } from '../domain/filing.ts'
import { listFilings } from '../store/filings.ts'
import { kindOf } from '../domain/rules.ts'
import { filingEvent } from './filing-event.ts'
import { ground, evidence, filingKind, filingType } from './words.ts'
import { mayRead } from './rights.ts'

const state = builder.enumType('FilingState', {
  description: '备案状态，按今天计算。 As of today.',
  values: {
    AWAITING_CERTIFICATION: { description: '待就医地经办机构核实。 Waits for the agency of the other place.' },
    UNDER_REVIEW: { description: '待参保地审核。 Waits for the staff of the home pool.' },
    REFUSED: { description: '未通过。 Refused; the history says why.' },
    WITHDRAWN: { description: '审核前撤回。 Withdrawn before it was decided.' },
    PENDING: { description: '未到生效日。 Begins later.' },
    EFFECTIVE: { description: '有效。 In force; one cancelled today still is.' },
    CANCELLED: { description: '已取消。 Cancelled.' },
    REPLACED: { description: '已被新备案替代。 A later filing took its place.' },
    EXPIRED: { description: '已到期。 Its validity is over.' },
  },
})

export const homeUse = builder.enumType('HomeUse', {
  description: '备案期间能否在参保地使用。 Whether the card also works at home while the filing holds.',
  values: { BOTH: { description: '双向享受' }, NOT_WHILE_FILED: { description: '备案期间参保地不可用' } },
})

const referral = builder.objectRef<Referral>('FilingReferral').implement({
  ...mayRead,
  description: '转诊转院证明。 The certificate of the hospital that refers.',
  fields: (t) => ({
    institution: t.exposeString('institution', { description: '开具证明的定点医疗机构 `fixmedins_code`' }),
    number: t.exposeString('number', { nullable: true, description: '证明编号' }),
    issuedOn: t.expose('issuedOn', { type: 'Date', description: '转院日期 `refl_date`' }),
  }),
})

export const insured = referToInsured(builder)

export const filing = builder.objectRef<Filing>('Filing').implement({
  ...mayRead,
  description: '异地就医备案。 Treatment away from the home pool, filed beforehand.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '待遇申报明细流水号 `trt_dcla_detl_sn`' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    type: t.expose('type', { type: filingType }),
    ground: t.expose('ground', { type: ground, nullable: true, description: '长期备案的事由。 Of long-term filings.' }),
    kind: t.field({ type: filingKind, resolve: kindOf }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    destination: t.exposeString('destination', {
      description:
        '就医地区划的有效位：62 省，6201 市，31 直辖市。 Significant digits of the division; covers what begins with them.',
    }),
    hospital: t.exposeString('hospital', {
      nullable: true,
      description:
        '拟就诊医院，仅供参考，就医地内各定点医院均可结算。 The hospital meant; any in the destination settles.',
    }),
    department: t.exposeString('department', {
      nullable: true,
      description: '拟就诊科室，仅供参考。 The department meant.',
    }),
    doctor: t.exposeString('doctor', { nullable: true, description: '拟就诊医生，仅供参考。 The doctor meant.' }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '开始日期 `begndate`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '结束日期 `enddate`；长期备案为 null' }),
    state: t.field({ type: state, resolve: (one, _args, { now }) => stateOn(one, dayOf(now())) }),
    evidence: t.expose('evidence', { type: evidence }),
    documents: t.field({
      type: ['ID'],
      description: '材料的文档标识。 Ids of the papers, as documents.',
      resolve: ({ documents }) => [...documents],
    }),
    referral: t.expose('referral', { type: referral, nullable: true }),
    referralId: t.exposeID('referralId', { nullable: true, description: '电子转诊单。 The electronic referral.' }),
    homeUse: t.expose('homeUse', { type: homeUse }),
    rules: t.exposeString('rules', {
      description: '适用的规则文件及其生效日。 Rule file applied and the day it took effect.',
    }),
    filedAt: t.expose('filedAt', { type: 'DateTime' }),
    effectiveFrom: t.expose('effectiveFrom', {
      type: 'DateTime',
      nullable: true,
      description: '生效时间；未确认为 null。 Null until it is confirmed.',
    }),
    cancelledFrom: t.expose('cancelledFrom', {
      type: 'Date',
      nullable: true,
      description: '自该日起不再有效。 The first day it no longer holds.',
    }),
    replacedBy: t.exposeID('replacedBy', {
      nullable: true,
      description: '替代它的备案。 The filing that took its place.',
    }),
  }),
})

builder.objectFields(filing, (t) => ({
  dueOn: t.expose('dueOn', {
    type: 'Date',
    nullable: true,
    description: '办理期限；已办结为 null。 By when it is decided; null once it is.',
  }),
  dueProvisional: t.exposeBoolean('dueProvisional', {
    description: '期限内有尚未公布的节假日安排。 Holidays on the way are not published yet.',
  }),
  escalatedAt: t.expose('escalatedAt', {
    type: 'DateTime',
    nullable: true,
    description: '超期催办时间。 Since when it is overdue and brought up.',
  }),
  certifier: t.exposeString('certifier', {
    nullable: true,
    description: '须核实的就医地统筹区。 Pool whose agency certifies, where the home pool asks for it.',
  }),
  certifiedAt: t.expose('certifiedAt', { type: 'DateTime', nullable: true }),
  replaces: t.exposeID('replaces', {
    nullable: true,
    description: '它变更或延续的备案。 The filing it changes or goes on from.',
  }),
  extensions: t.exposeInt('extensions', { description: '已延期次数。 How often it was extended.' }),
  cardRequestedAt: t.expose('cardRequestedAt', {
    type: 'DateTime',
    nullable: true,
    description: '申请联网就医卡的时间。 When a networked card was asked for.',
  }),
  history: t.field({
    type: [filingEvent],
    description: '办理记录，最早在前。 What happened to it, oldest first.',
    resolve: async ({ id }, _args, { load }) => [...(await load.events.load(id))],
  }),
}))

builder.asEntity(filing, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: ({ id }, { load }) => load.filing.load(id),
})

builder.objectField(insured, 'filings', (t) =>
  t.field({
    ...mayRead,
    type: [filing],
    description: '异地就医备案，最新在前。 Filings, latest first; staff see those of their own pool.',
    resolve: async ({ id }, _args, { load }) => [...(await load.filingsOf.load(id))],
  }),
)

export const filingConnection = connectionOf('Filing', filing, mayRead)

builder.queryFields((t) => ({
  filing: t.field({
    ...mayRead,
    type: filing,
    description: '按标识查询备案；无权知晓者答不存在。 A filing by id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const found = await load.filing.load(id)
      if (found === null) throw NotFound.of({ zh: '该备案', en: 'the filing' }, 'id')
      return found
    },
  }),
  filings: t.field({
    ...mayRead,
    type: filingConnection,
    description: '备案列表，最新在前：本人的，或本统筹区的。 Own filings, or those of the staff’s pool; latest first.',
    errors: { types: [InvalidInput] },
    args: { type: t.arg({ type: filingType }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { type, ...args }, { read, noteFilings }) => {
      const problems: Problem[] = []
      const wanted = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const page = pageOf(
        await read((tx) => listFilings(tx, { ...wanted, type: type ?? null })),
        wanted.size,
        (one) => one.id,
      )
      noteFilings(page.edges.map((one) => one.node))
      return page
    },
  }),
}))
