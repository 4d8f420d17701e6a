import assert from 'node:assert/strict'
import { may } from '@yibao/schema/builder'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { requestEmployerCertificate, signEmployerCertificate } from '../commands/claim-certificate.ts'
import type { ClaimCertificate } from '../domain/claim-certificate.ts'
import { findCertificate, listCertificatesOf } from '../store/claim-certificate.ts'
import { changedClaim } from './claim-change.ts'
import { claim } from './claim.ts'
import { insured } from './references.ts'
import { mayClaim } from './rights.ts'
import { text } from './words.ts'

/** An employer what it is asked for; everybody else with the claim. */
const mayReadCertificates = may(
  'employer',
  'staff settlement:read',
  'person settlement:read',
  'auditor settlement:read',
)

const state = builder.enumType('ClaimCertificateState', {
  description: '单位证明状态。 How far the certificate of an employer has come.',
  values: {
    REQUESTED: { description: '待单位签署' },
    SIGNED: { description: '已签署' },
    DECLINED: { description: '单位不予签署' },
  } as const,
})

const certificate = builder.objectRef<ClaimCertificate>('ClaimCertificate').implement({
  ...mayReadCertificates,
  description: '报销所需的单位证明，由单位在线签署。 What an employer certifies for a claim.',
  fields: (t) => ({
    id: t.exposeID('id'),
    insuredId: t.exposeID('insuredId', { description: '参保人标识' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    employer: t.exposeString('employer', { description: '统一社会信用代码' }),
    begin: t.expose('beginOn', { type: 'Date', description: '所证明就医的首日。 First day of the care it is about.' }),
    end: t.expose('endOn', { type: 'Date', description: '所证明就医的末日。 Last day of it.' }),
    state: t.expose('state', { type: state }),
    words: t.expose('words', { type: text, description: '所证明的内容。 What is certified.' }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime' }),
    answer: t.exposeString('answer', { nullable: true, description: '单位的说明。 What the employer says.' }),
    answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true }),
  }),
})
const certificateConnection = connectionOf('ClaimCertificate', certificate, mayReadCertificates)

builder.objectField(claim, 'certificates', (t) =>
  t.field({
    type: [certificate],
    description: '单位证明。 What employers were asked to certify.',
    resolve: async ({ id }, _args, { load }) => [...(await load.claimCertificates.load(id))],
  }),
)

builder.queryFields((t) => ({
  claimCertificates: t.field({
    ...may('employer'),
    type: certificateConnection,
    description: '请本单位出具的报销证明，最新在前。 What the employer is asked to certify, latest first.',
    errors: { types: [InvalidInput] },
    args: { state: t.arg({ type: state }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { state: wanted, ...page }, context) => {
      const { identity } = context
      assert(identity?.kind === 'employer', 'the schema lets nobody else in')
      const problems: Problem[] = []
      const { size, after } = readPage(page, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = {
        employer: identity.employer,
        ...(wanted != null && { state: wanted }),
        ...(after !== null && { before: after }),
      }
      const rows = await context.read((tx) => listCertificatesOf(tx, filter, size + 1))
      for (const { insuredId } of rows.slice(0, size)) context.noteRead(insuredId, 'claimCertificates')
      return pageOf<ClaimCertificate>(rows, size, ({ id }) => id)
    },
  }),
}))

builder.mutationFields((t) => ({
  requestEmployerCertificate: t.field({
    ...mayClaim,
    type: claim,
    description:
      '请就医时的参保单位出具证明；仅单位参保者需要。 Asks the employer the person was insured through then to certify; only those need it.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), claimId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => changedClaim(context, await requestEmployerCertificate(context, args)),
  }),
  signEmployerCertificate: t.field({
    ...may('employer'),
    type: certificate,
    description: '单位签署证明，或说明不予签署的原因。 The employer signs, or says why it does not.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      certificateId: t.arg.id({ required: true }),
      sign: t.arg.boolean({ required: true }),
      reason: t.arg.string({ description: '不予签署时必填。 Needed when it does not sign.' }),
    },
    resolve: async (_root, args, context) => {
      const id = await signEmployerCertificate(context, args)
      const found = await context.read((tx) => findCertificate(tx, id))
      assert(found !== null, 'an employer sees what it has signed')
      return found
    },
  }),
}))
