import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { problemAt, uuidFault } from '@yibao/schema/ids'
import { builder, connectionOf } from '../builder.ts'
import { linkDocument } from '../commands/document-link.ts'
import { noDocument, withdrawDocument } from '../commands/document-withdraw.ts'
import type { Document, DocumentLink } from '../domain/document.ts'
import { listDocuments } from '../store/document.ts'
import { mayReadDocuments, mayUpload } from './rights.ts'

const state = builder.enumType('DocumentState', {
  description: '文件状态。 Where a document stands.',
  values: {
    UPLOADING: { description: '上传中，可续传 some of it is here, the upload can go on' },
    CHECKING: { description: '检查中 its content is looked at' },
    STORED: { description: '已保存 kept, can be named in a business' },
    REFUSED: { description: '已拒绝，reason 说明原因 refused, reason says why' },
    WITHDRAWN: { description: '已撤回 withdrawn by who uploaded it' },
  } as const,
})

export const document = builder.objectRef<Document>('Document').implement({
  ...mayReadDocuments,
  description:
    '文件（上传的材料或平台生成的单据）。内容经链接下载。 A file that was uploaded or made by the platform; its content is fetched by a link.',
  fields: (t) => ({
    id: t.exposeID('id'),
    purpose: t.exposeString('purpose', { description: '用途，见 documents/purposes.json。 What it is for.' }),
    name: t.exposeString('name', { description: '文件名，仅供显示。 For showing only; nothing is decided by it.' }),
    type: t.exposeString('type', {
      nullable: true,
      description: '按内容识别的类型。 Found in the content; null until it was looked at.',
    }),
    size: t.exposeInt('size', { description: '字节数 bytes' }),
    received: t.exposeInt('received', { description: '已收到的字节数 bytes that are here' }),
    sha256: t.exposeString('sha256', { nullable: true, description: '内容的 SHA-256，十六进制 in hexadecimal' }),
    state: t.expose('state', { type: state }),
    reason: t.exposeString('reason', { nullable: true, description: '拒绝原因代码。 Code of the refusal.' }),
    pool: t.exposeString('pool', { nullable: true, description: '所交统筹区 the pool it is meant for' }),
    insuredId: t.exposeID('insuredId', { nullable: true, description: '所关联参保人 the person it is about' }),
    institution: t.exposeString('institution', { nullable: true, description: '定点医药机构编号 `fixmedins_code`' }),
    employer: t.exposeString('employer', { nullable: true, description: '单位统一社会信用代码 credit code' }),
    channel: t.exposeString('channel', { nullable: true, description: '渠道代码 code of the channel' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: '保存、拒绝或撤回的时间 when it was stored, refused or withdrawn',
    }),
    used: t.boolean({
      description: '已被业务引用，不能撤回。 A business names it; it can no longer be withdrawn.',
      resolve: ({ usedBy }) => usedBy !== null,
    }),
  }),
})

builder.asEntity(document, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: ({ id }, { load }) => load.document.load(id),
})

const link = builder.objectRef<DocumentLink>('DocumentLink').implement({
  ...mayReadDocuments,
  description: '下载链接，数分钟内有效。 A link to the content, good for some minutes.',
  fields: (t) => ({
    path: t.exposeString('path', { description: '接在网关地址之后。 Goes behind the address of the gateway.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
})

const connection = connectionOf('Document', document, mayReadDocuments)

builder.queryFields((t) => ({
  document: t.field({
    ...mayReadDocuments,
    type: document,
    description: '按标识查询文件；无权知晓者答不存在。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const found = await load.document.load(id)
      if (found === null) throw noDocument()
      return found
    },
  }),
  documents: t.field({
    ...mayReadDocuments,
    type: connection,
    description: '文件列表，最近的在前，限调用者可见。 Documents the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      purpose: t.arg.string(),
      state: t.arg({ type: state }),
      insuredId: t.arg.id({ description: '只列关于该参保人的 only those about this person' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { purpose, state: wanted, insuredId, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fault = insuredId == null ? null : uuidFault(insuredId)
      if (fault !== null) problems.push(problemAt('insuredId', fault))
      InvalidInput.throwIf(problems)
      const filter = {
        ...(purpose != null && { purpose }),
        ...(wanted != null && { state: wanted }),
        ...(insuredId != null && { insuredId }),
        ...(after !== null && { before: after }),
      }
      const rows = await context.read((tx) => listDocuments(tx, filter, size + 1))
      const page = pageOf(rows, size, (one) => one.id)
      for (const { node } of page.edges) if (node.insuredId !== null) context.noteRead(node.insuredId, 'documents')
      return page
    },
  }),
  documentLink: t.field({
    ...mayReadDocuments,
    type: link,
    description: '文件的下载链接；下载记入访问日志。 A link to a document; each download is in the access log.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => linkDocument(context, id),
  }),
}))

builder.mutationFields((t) => ({
  withdrawDocument: t.field({
    ...mayUpload,
    type: document,
    description:
      '撤回尚未被业务引用的文件；链接随即失效。 Withdraws a document no business names yet; links to it die at once.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), id: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => {
      const id = await withdrawDocument(context, args)
      const found = await context.load.document.clear(id).load(id)
      if (found === null) throw noDocument()
      return found
    },
  }),
}))
