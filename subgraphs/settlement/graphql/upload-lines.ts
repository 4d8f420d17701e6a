import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { uploadLines, type Upload } from '../commands/upload-lines.ts'
import { maySettle } from './rights.ts'
import { uploadLinesInput } from './visit-input.ts'
import { lineState } from './visit-words.ts'
import { visit } from './visit.ts'
import { problem } from './words.ts'

const uploadedLine = builder.objectRef<Upload['lines'][number]>('UploadedLine').implement({
  ...maySettle,
  description: '一条明细的上传结果。 What became of one line.',
  fields: (t) => ({
    serial: t.exposeString('serial', { description: '费用明细流水号 `feedetl_sn`' }),
    state: t.expose('state', { type: lineState }),
    problems: t.field({
      type: [problem],
      description: '退回原因。 Why it was given back.',
      resolve: (one) => [...one.problems],
    }),
  }),
})

const countOf = (upload: Upload, state: Upload['lines'][number]['state']): number =>
  upload.lines.filter((one) => one.state === state).length

const upload = builder.objectRef<Upload>('Upload').implement({
  ...maySettle,
  description: '明细上传结果：正确的接收，错误的逐条退回。 Good lines in, bad lines back.',
  fields: (t) => ({
    visit: t.expose('visit', { type: visit }),
    accepted: t.int({ description: '接收条数', resolve: (one) => countOf(one, 'ACCEPTED') }),
    known: t.int({ description: '此前已接收条数', resolve: (one) => countOf(one, 'KNOWN') }),
    rejected: t.int({ description: '退回条数', resolve: (one) => countOf(one, 'REJECTED') }),
    lines: t.field({
      type: [uploadedLine],
      description: '逐条结果，按上传顺序；onlyRejected 只列退回的。 Line by line, in the order of the upload.',
      args: { onlyRejected: t.arg.boolean() },
      resolve: ({ lines }, { onlyRejected }) =>
        onlyRejected === true ? lines.filter((one) => one.state === 'REJECTED') : [...lines],
    }),
  }),
})

builder.mutationField('uploadLines', (t) =>
  t.field({
    ...maySettle,
    type: upload,
    description:
      '费用明细上传 (2204/2301)，每次最多 2000 条，逐条答复。 Takes lines of a visit in, each by itself; refund lines point at their original.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: uploadLinesInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => uploadLines(context, requestId, input),
  }),
)
