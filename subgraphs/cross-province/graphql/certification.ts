import assert from 'node:assert/strict'
import { uuidFault } from '@yibao/schema/ids'
import { pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { answerCertification } from '../commands/certify-here.ts'
import type { Certification } from '../domain/certification.ts'
import { listCertifications } from '../store/certifications.ts'
import { isQueueKey } from './review.ts'
import { mayDecide, mayReadCertification, mayReadIdentity } from './rights.ts'
import { filingKind } from './words.ts'

const state = builder.enumType('CertificationState', {
  description: '核实状态。 How far a certification is.',
  values: {
    WAITING: { description: '待核实' },
    CERTIFIED: { description: '已核实' },
    NOT_CERTIFIED: { description: '不予核实' },
    ENDED: { description: '参保地不再需要。 Home no longer asks for it.' },
  },
})

const certification = builder.objectRef<Certification>('Certification').implement({
  ...mayReadCertification,
  description:
    '外省参保地请求本地核实的异地就医备案。 A filing at another province’s platform that an agency here is asked to certify.',
  fields: (t) => ({
    id: t.exposeID('id'),
    province: t.exposeString('province', { description: '参保省份区划前两位。 Whose platform asks.' }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    filing: t.exposeID('filingId', { description: '参保地的备案标识。 Its id at home.' }),
    certifier: t.exposeString('certifier', { description: '须核实的本地统筹区' }),
    kind: t.expose('kind', { type: filingKind }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '开始日期 `begndate`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '结束日期 `enddate`；长期备案为 null' }),
    name: t.exposeString('name', { description: '姓名 `psn_name`' }),
    identityMasked: t.exposeString('identityMasked', {
      description: '证件号码（掩码）。 The first character only.',
    }),
    identityNumber: t.string({
      ...mayReadIdentity,
      description: '证件号码 `certno`，供核实。 The whole number, to look the person up here; the reading is logged.',
      resolve: ({ id, insuredId }, _args, { identityOf, noteRead }) => {
        noteRead(insuredId, 'identityNumber', 'CERTIFICATION')
        return identityOf(id, insuredId)
      },
    }),
    state: t.expose('state', { type: state }),
    dueOn: t.expose('dueOn', { type: 'Date', description: '参保地的办理期限。 By when home wants to know.' }),
    escalatedAt: t.expose('escalatedAt', { type: 'DateTime', nullable: true, description: '超期催办时间' }),
    reason: t.exposeString('reason', { nullable: true }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
    toldAt: t.expose('toldAt', {
      type: 'DateTime',
      nullable: true,
      description: '参保地收到答复的时间。 Since when home knows the answer.',
    }),
  }),
})

const connection = connectionOf('Certification', certification, mayReadCertification)

builder.queryFields((t) => ({
  certifications: t.field({
    ...mayReadCertification,
    type: connection,
    description:
      '外省请求本地核实的备案，期限最近在前。 What other provinces ask the agency here to certify, most urgent first.',
    errors: { types: [InvalidInput] },
    args: { first: t.arg.int(), after: t.arg.string(), state: t.arg({ type: state }) },
    resolve: async (_root, { state: wanted, ...args }, { read, noteRead }) => {
      const problems: Problem[] = []
      const page = readPage(args, isQueueKey, problems)
      InvalidInput.throwIf(problems)
      const found = pageOf(
        await read((tx) => listCertifications(tx, { ...page, state: wanted ?? null })),
        page.size,
        ({ dueOn, id }) => `${dueOn.toString()}/${id}`,
      )
      for (const { node } of found.edges) noteRead(node.insuredId, 'certification')
      return found
    },
  }),
  certification: t.field({
    ...mayReadCertification,
    type: certification,
    description: '按标识查询；无权知晓者答不存在。 One by id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const found = uuidFault(id) === null ? await load.certification.load(id) : null
      if (found === null) throw NotFound.of({ zh: '该核实', en: 'the certification' }, 'id')
      return found
    },
  }),
}))

builder.mutationField('answerCertification', (t) =>
  t.field({
    ...mayDecide,
    type: certification,
    description:
      '本地经办机构答复外省的核实请求；不予核实须说明理由。 For the agency that is asked: certifies to the other province that the person is here as filed, or says why not.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      certificationId: t.arg.id({ required: true }),
      certified: t.arg.boolean({ required: true, description: '是否属实' }),
      reason: t.arg.string({ description: '不予核实时必填，2–500 字。 Needed when it is not certified.' }),
    },
    resolve: async (_root, args, context) => {
      const found = await context.load.certification.load(await answerCertification(context, args))
      assert(found !== null, 'who answers may see it')
      return found
    },
  }),
)
