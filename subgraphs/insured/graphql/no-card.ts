import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { checkNoCardCertificate, issueNoCardCertificate, type CertificateCheck } from '../commands/no-card.ts'
import type { Voucher } from '../commands/issue-voucher.ts'
import type { Certificate } from '../domain/no-card.ts'
import { insured } from './insured.ts'
import { mayCertifyPerson, mayCheckCertificate, mayReadCertificates } from './rights.ts'

const issued = builder.objectRef<Voucher>('IssuedCertificate').implement({
  ...mayCertifyPerson,
  description: '开具的无卡证明；证明码只在此出现。 A certificate as it was issued; the code stands nowhere else.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '证明码，28 位数字，解码一次。 Decoded once, by decodeVoucher.' }),
    validUntil: t.field({ type: 'DateTime', resolve: (one) => one.expiresAt }),
  }),
})

const state = builder.enumType('CertificateState', {
  description: '无卡证明状态',
  values: {
    VALID: { description: '有效，尚未使用' },
    USED: { description: '已使用' },
    EXPIRED: { description: '已过期' },
  },
})

const check = builder.objectRef<CertificateCheck>('CertificateCheck').implement({
  ...mayCheckCertificate,
  description: '无卡证明核验结果。 What a certificate says to whoever checks it.',
  fields: (t) => ({
    state: t.expose('state', { type: state }),
    nameMasked: t.exposeString('nameMasked', { description: '姓名（掩码）。 The first character only.' }),
    institutionCode: t.exposeString('institution', { nullable: true, description: '开具机构。 Null: a bureau did.' }),
    pool: t.exposeString('pool', { nullable: true, description: '开具统筹区。 Null: an institution did.' }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime' }),
    validUntil: t.expose('validUntil', { type: 'DateTime' }),
  }),
})

const certificate = builder.objectRef<Certificate>('NoCardCertificate').implement({
  ...mayReadCertificates,
  description: '无卡证明。 That somebody without any credential is who they say, checked at a window.',
  fields: (t) => ({
    id: t.exposeID('id'),
    institutionCode: t.exposeString('institution', { nullable: true, description: '开具机构' }),
    pool: t.exposeString('pool', { nullable: true, description: '开具统筹区' }),
    reason: t.exposeString('reason'),
    issuedAt: t.expose('issuedAt', { type: 'DateTime' }),
    validUntil: t.expose('validUntil', { type: 'DateTime' }),
  }),
})

const input = builder.inputType('NoCardCertificateInput', {
  description: '窗口核验身份后开具。 Who it is, as the window checked.',
  fields: (t) => ({
    identityNumber: t.string({ required: true, description: '证件号码 `certno`' }),
    name: t.string({ required: true, description: '人员姓名 `psn_name`' }),
    reason: t.string({ required: true, description: '无卡原因' }),
  }),
})

builder.mutationField('issueNoCardCertificate', (t) =>
  t.field({
    ...mayCertifyPerson,
    type: issued,
    description: '开具无卡证明，用于急诊等未带凭证者。 For somebody who is treated without any credential.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: (_root, args, context) => issueNoCardCertificate(context, args),
  }),
)

builder.queryField('noCardCertificate', (t) =>
  t.field({
    ...mayCheckCertificate,
    type: check,
    description: '核验无卡证明。 Checks a certificate by its code.',
    errors: { types: [InvalidInput, NotFound] },
    args: { code: t.arg.string({ required: true }) },
    resolve: (_root, { code }, context) => checkNoCardCertificate(context, code),
  }),
)

builder.objectField(insured, 'noCardCertificates', (t) =>
  t.field({
    ...mayReadCertificates,
    type: [certificate],
    description: '无卡证明，由早到晚；经办机构只见本统筹区开具的。 Oldest first; staff see those their pool issued.',
    resolve: async ({ id }, _args, { load, noteRead }) => {
      noteRead(id, 'noCardCertificates')
      return [...(await load.certificates.load(id))]
    },
  }),
)
