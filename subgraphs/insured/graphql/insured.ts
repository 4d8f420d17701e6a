import { InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { findPerson } from '../commands/find-person.ts'
import type { Insured } from '../domain/person.ts'
import { enrolment } from './enrolment.ts'
import { mayRead, mayReadEnrolment, mayReadIdentity, maySearch } from './rights.ts'

export const sex = builder.enumType('Sex', {
  description: '性别 `gend`',
  values: { MALE: { value: '1', description: '男 1' }, FEMALE: { value: '2', description: '女 2' } } as const,
})

const purpose = builder.enumType('AccessPurpose', {
  description: '查询证件号码的目的，写入访问日志。 Why the number is read; it stands in the access log.',
  values: {
    TREATMENT: { description: '就医登记' },
    CASEWORK: { description: '经办业务' },
    COMPLAINT: { description: '投诉核查' },
    SUPERVISION: { description: '基金监管' },
    OWN: { description: '本人查询' },
  },
})

export const insured = builder.objectRef<Insured>('Insured').implement({
  ...mayReadEnrolment,
  description: '参保人。 A person the insurance knows.',
  fields: (t) => ({
    id: t.exposeID('id'),
    personNumber: t.exposeString('personNumber', { description: '人员编号 `psn_no`' }),
    name: t.exposeString('name', { description: '人员姓名 `psn_name`' }),
    sex: t.expose('sex', { type: sex }),
    nationality: t.exposeString('nationality', { description: '民族 `naty`, GB 3304' }),
    birthDate: t.expose('birthDate', { type: 'Date', description: '出生日期 `brdy`' }),
    certificateType: t.exposeString('certificateType', {
      description: '人员证件类型 `psn_cert_type`: 01 identity card, 07 permanent residence, 17 residence permit',
    }),
    identityMasked: t.exposeString('identityMasked', {
      description: '证件号码（掩码）。 The first character only.',
    }),
    identityNumber: t.string({
      ...mayReadIdentity,
      description: '证件号码 `certno`。 The whole number; the reading and its purpose are logged.',
      args: { purpose: t.arg({ type: purpose, required: true }) },
      resolve: ({ id }, args, { load, noteRead }) => {
        noteRead(id, 'identityNumber', args.purpose)
        return load.identityNumber.load(id)
      },
    }),
    enrolments: t.field({
      type: [enrolment],
      description:
        '参保信息 `insuinfo`，由早到晚。 What covers the person, oldest first; staff see their own pool only.',
      resolve: async ({ id }, _args, { load }) => [...(await load.enrolments.load(id))],
    }),
  }),
})

builder.asEntity(insured, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: ({ id }, { load }) => load.person.load(id),
})

builder.queryFields((t) => ({
  insured: t.field({
    ...mayReadEnrolment,
    type: insured,
    description: '按标识查询参保人；无权知晓者答不存在。 A person by id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const person = await load.person.load(id)
      if (person === null) throw NotFound.of({ zh: '该参保人', en: 'the person' }, 'id')
      return person
    },
  }),
  insuredByIdentity: t.field({
    ...maySearch,
    type: insured,
    description:
      '按证件号码与姓名查询本统筹区参保人，供窗口办理；他人答不存在，次数有限，并记入访问日志。 A person of the pool by identity number and name; anybody else is told to be nobody, attempts are limited, and the reading is logged.',
    errors: { types: [InvalidInput, NotFound, NotAllowed] },
    args: {
      identityNumber: t.arg.string({ required: true, description: '证件号码 `certno`' }),
      name: t.arg.string({ required: true, description: '姓名 `psn_name`' }),
    },
    resolve: (_root, named, context) => findPerson(context, named),
  }),
  me: t.field({
    ...mayRead,
    type: insured,
    nullable: true,
    description: '登录者本人；不是参保人时为 null。 Whoever signed in, as an insured person; null for anybody else.',
    resolve: (_root, _args, { identity, load }) =>
      identity?.kind === 'person' ? load.person.load(identity.insuredId) : null,
  }),
}))
