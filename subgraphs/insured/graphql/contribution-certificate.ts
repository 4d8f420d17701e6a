import assert from 'node:assert/strict'
import { open } from '@yibao/schema/builder'
import { onePrint } from '@yibao/schema/one-print'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, type Problem, RequestReused } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { certificateCode, issueCertificate, verifyCertificate } from '../commands/contribution-certificate.ts'
import { printCertificate } from '../commands/contribution-certificate-paper.ts'
import {
  pageOf as printed,
  type Certificate,
  type CertifiedPeriod,
  type CheckedCertificate,
} from '../domain/contribution-certificate.ts'
import { findCertificate, listCertificates } from '../store/contribution-certificates.ts'
import { mayCertifyPaid } from './rights.ts'

const certified = builder.objectRef<CertifiedPeriod>('CertifiedContribution').implement({
  ...open(),
  description: '缴费证明的一行。 What was paid for an insurance and a period; amounts in yuan.',
  fields: (t) => ({
    period: t.exposeString('period', { description: '费款所属期' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    pool: t.exposeString('pool', { description: '参保地医保区划 `insuplc_admdvs`' }),
    amount: t.exposeString('amount', { description: '缴费金额，元。 Yuan, as the paper says it.' }),
    paidAt: t.exposeString('paidAt', { description: '到账时间' }),
  }),
})

const hash = (one: Certificate): string => one.contentHash.toString('hex')

const proof = builder.objectRef<CheckedCertificate>('ContributionCertificateProof').implement({
  ...open(),
  description:
    '缴费证明的验证结果：纸面所载，姓名掩码，及出具后是否更正。 What the paper says, the name masked, and whether it was corrected since.',
  fields: (t) => ({
    nameMasked: t.string({ description: '姓名（掩码）', resolve: ({ content }) => content.nameMasked }),
    from: t.string({ description: '起始年月', resolve: ({ content }) => content.from }),
    to: t.string({ description: '终止年月', resolve: ({ content }) => content.to }),
    periods: t.field({ type: [certified], resolve: ({ content }) => [...content.periods] }),
    total: t.string({ description: '合计，元', resolve: ({ content }) => content.total }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: '出具时间' }),
    contentHash: t.string({ description: '内容摘要 SHA-256。 Digest of the content.', resolve: hash }),
    correctedOn: t.expose('correctedOn', {
      type: 'Date',
      nullable: true,
      description:
        '出具后所载期间的缴费被更正的最近日期，纸面内容已非现状；未更正为 null。 The last day on which a period on the paper was corrected after it was issued: the paper says what was so then. Null when none was.',
    }),
  }),
})

const certificate = builder.objectRef<Certificate>('ContributionCertificate').implement({
  ...mayCertifyPaid,
  description: '缴费证明，可打印，任何人凭验证码核验。 A printable certificate anybody can check by its code.',
  fields: (t) => ({
    id: t.exposeID('id'),
    code: t.string({
      description: '验证码。 The code on the paper: whoever holds it can check what the paper says.',
      resolve: ({ id }, _args, { secrets }) => certificateCode(secrets, id),
    }),
    from: t.string({ description: '起始年月', resolve: ({ content }) => content.from }),
    to: t.string({ description: '终止年月', resolve: ({ content }) => content.to }),
    periods: t.field({ type: [certified], resolve: ({ content }) => [...content.periods] }),
    total: t.string({ description: '合计，元', resolve: ({ content }) => content.total }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime', description: '出具时间' }),
    contentHash: t.string({ description: '内容摘要 SHA-256', resolve: hash }),
    page: t.string({
      description: '打印页 HTML，含姓名。 The page to print, with the whole name.',
      resolve: async ({ id, insuredId, content }, _args, { load, secrets }) => {
        const person = await load.person.load(insuredId)
        assert(person !== null, 'who sees a certificate sees the person')
        return printed(content, { name: person.name, code: certificateCode(secrets, id) })
      },
    }),
    pdf: t.string({
      description:
        'PDF，Base64，含姓名与验证码；一次请求最多一份，每次取得相同。 On paper; one in an operation, the same bytes each time.',
      resolve: async (one, _args, { load, secrets, printOnce }) => {
        if (!printOnce()) throw onePrint()
        const person = await load.person.load(one.insuredId)
        assert(person !== null, 'who sees a certificate sees the person')
        return Buffer.from(await printCertificate(secrets, one, person.name)).toString('base64')
      },
    }),
  }),
})

const certificates = connectionOf('ContributionCertificate', certificate, mayCertifyPaid)

builder.queryFields((t) => ({
  verifyContributionCertificate: t.field({
    ...open(),
    type: proof,
    description: '凭验证码核验缴费证明，无须登录。 Checks a certificate by its code; nobody need sign in.',
    errors: { types: [NotFound] },
    args: { code: t.arg.string({ required: true }) },
    resolve: (_root, { code }, context) => verifyCertificate(context, code),
  }),
  contributionCertificates: t.field({
    ...mayCertifyPaid,
    type: certificates,
    description: '本人的缴费证明，最近的在前。 One’s own certificates, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      year: t.arg.int({ description: '含该年度缴费期间的。 Those that are about a part of the year.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { year = null, ...args }, { as, read, noteRead }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { insuredId } = as('person')
      noteRead(insuredId, 'contributionCertificates')
      const filter = { insuredId, year, before: after }
      return pageOf(await read((tx) => listCertificates(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

builder.mutationField('issueContributionCertificate', (t) =>
  t.field({
    ...mayCertifyPaid,
    type: certificate,
    description: '出具本人的缴费证明。 Certifies what was paid for whoever signed in.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      from: t.arg.string({ required: true, description: '起始年月 yyyy-MM' }),
      to: t.arg.string({ required: true, description: '终止年月 yyyy-MM' }),
    },
    resolve: async (_root, { requestId, ...input }, context) => {
      const id = await issueCertificate(context, { requestId, input })
      const found = await context.read((tx) => findCertificate(tx, id))
      assert(found !== null, 'to whom it is issued may see it')
      context.noteRead(found.insuredId, 'contributionCertificates')
      return found
    },
  }),
)
