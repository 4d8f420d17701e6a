import assert from 'node:assert/strict'
import { may } from '@yibao/schema/builder'
import { onePrint } from '@yibao/schema/one-print'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { contentOf, printRecord } from '../commands/rights-record-paper.ts'
import { issueRightsRecord } from '../commands/rights-record.ts'
import type { RightsRecord } from '../domain/rights-record.ts'
import { findRecord, listRecords } from '../store/rights-record.ts'
import { insured } from './insured.ts'

// It tells of every pool and hospital the person was in, so no bureau sees it whole.
const mayRead = may('person insured:read', 'auditor insured:read')

const occasion = builder.enumType('RightsRecordOccasion', {
  values: {
    SCHEDULE: { description: '定期出具 made every year for everybody' },
    DEMAND: { description: '本人申请 asked for by the person' },
  } as const,
})

const record = builder.objectRef<RightsRecord>('RightsRecord').implement({
  ...mayRead,
  description:
    '个人权益记录单：一年的参保、缴费、个人账户与待遇，签名，免费。 A year of enrolment, contributions, account and benefits, signed, free of charge; `npm run record:verify` checks it offline.',
  fields: (t) => ({
    id: t.exposeID('id'),
    year: t.exposeInt('year'),
    occasion: t.expose('occasion', { type: occasion }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime' }),
    sha256: t.string({
      description: '内容的 SHA-256，十六进制，印于纸面。 Over `content`; printed on the paper.',
      resolve: ({ sha256 }) => sha256.toString('hex'),
    }),
    content: t.string({
      description: '内容，规范 JSON，金额为元。 What it says, canonical JSON, amounts in yuan.',
      resolve: (one, _args, { secrets }) => contentOf(secrets, one),
    }),
    signed: t.exposeString('signed', {
      description: '签名 (JWS, EdDSA)，公钥见 receiptKeys。 Verified by `receiptKeys`.',
    }),
    pdf: t.string({
      description:
        'PDF，Base64；一次请求最多一份，每次取得相同。 On paper; one in an operation, the same bytes each time.',
      resolve: async (one, _args, { secrets, printOnce }) => {
        if (!printOnce()) throw onePrint()
        return Buffer.from(await printRecord(secrets, one)).toString('base64')
      },
    }),
  }),
})

const connection = connectionOf('RightsRecord', record, mayRead)

builder.objectField(insured, 'rightsRecords', (t) =>
  t.field({
    ...mayRead,
    type: connection,
    description: '个人权益记录单，最新在前。 The latest first.',
    errors: { types: [InvalidInput] },
    args: {
      year: t.arg.int({ description: '只列该年度 only those of this year' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async ({ id: insuredId }, { year, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = { insuredId, before: after, year: year ?? null }
      const rows = await context.read((tx) => listRecords(tx, filter, size + 1))
      const page = pageOf(rows, size, (one) => one.id)
      if (page.edges.length > 0) context.noteRead(insuredId, 'rightsRecords')
      return page
    },
  }),
)

builder.mutationField('issueRightsRecord', (t) =>
  t.field({
    ...may('person insured:read'),
    type: record,
    description: '出具本人某年度的权益记录单。 Issues one’s own record of a year, as it stands now; free of charge.',
    errors: { types: [InvalidInput, NotFound, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), year: t.arg.int({ required: true }) },
    resolve: async (_root, args, context) => {
      const id = await issueRightsRecord(context, args)
      const found = await context.read((tx) => findRecord(tx, id))
      assert(found !== null, 'a person sees their own records')
      context.noteRead(found.insuredId, 'rightsRecords')
      return found
    },
  }),
)
