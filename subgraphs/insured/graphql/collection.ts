import { may } from '@yibao/schema/builder'
import { uuidFault } from '@yibao/schema/ids'
import { isTextKey, isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { Busy, InvalidInput, NotAllowed, NotFound, type Problem, RequestReused } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { importCollection } from '../commands/collection.ts'
import type { Context } from '../context.ts'
import type { Collection, CollectionFault } from '../domain/collection.ts'
import { findCollection, listCollections, listFaults } from '../store/collections.ts'

const mayCollect = may('channel insured:write', 'staff insured:write')
const mayReadCollections = may('channel insured:read', 'staff insured:read', 'auditor insured:read')

const state = builder.enumType('CollectionState', {
  description: '回盘文件处理状态。 How far a collection file is.',
  values: {
    WAITING: { description: '处理中。 Being posted.' },
    DONE: { description: '已处理完。 Posted to its end.' },
    FAILED: { description: '文件无法读取。 It could not be read.' },
  },
})

const problem = 'Problem' as unknown as ReturnType<typeof builder.objectRef<Problem>>
const text = 'Text' as unknown as ReturnType<typeof builder.objectRef<NonNullable<Collection['fault']>>>

const fault = builder.objectRef<CollectionFault>('CollectionFault').implement({
  ...mayReadCollections,
  description: '未入账的一行，不含行内内容。 A row that was not posted; what stood in it is not repeated.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: '行号，表头为第 1 行。 The heading is line 1.' }),
    problems: t.field({ type: [problem], resolve: ({ problems }) => [...problems] }),
  }),
})
const faults = connectionOf('CollectionFault', fault, mayReadCollections)

const collection = builder.objectRef<Collection>('ContributionCollection').implement({
  ...mayReadCollections,
  description: '税务等渠道的征收回盘文件。 A file of payments a channel has collected.',
  fields: (t) => ({
    id: t.exposeID('id'),
    state: t.expose('state', { type: state }),
    channel: t.exposeString('channel', { description: '征收渠道' }),
    name: t.exposeString('name', { description: '文件名' }),
    line: t.exposeInt('line', { description: '已处理到的行号。 How far it is.' }),
    posted: t.exposeInt('posted', { description: '入账笔数' }),
    overpaid: t.exposeInt('overpaid', { description: '重复缴费笔数，待退。 Paid before; owed back.' }),
    known: t.exposeInt('known', { description: '此前已收到的笔数。 Told before, and posted once.' }),
    bad: t.exposeInt('bad', { description: '未入账行数' }),
    amount: t.expose('amount', {
      type: 'Money',
      description: '收到金额合计，元，含待退和金额不符未入账的。 All that came in, what is owed back included.',
    }),
    fault: t.field({ type: text, nullable: true, description: '文件无法读取的原因', resolve: (one) => one.fault }),
    madeAt: t.expose('madeAt', { type: 'DateTime' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
    faults: t.field({
      type: faults,
      description: '未入账的行，按行号。 Rows that were not posted, by line.',
      errors: { types: [InvalidInput], union: { name: 'ContributionCollectionFaultsResult' } },
      args: { first: t.arg.int(), after: t.arg.string() },
      resolve: async ({ id }, args, { read }) => {
        const problems: Problem[] = []
        const { size, after } = readPage(args, (key) => isTextKey(key) && /^\d{1,9}$/.test(key), problems)
        InvalidInput.throwIf(problems)
        const rows = await read((tx) => listFaults(tx, id, Number(after ?? 0), size + 1))
        return pageOf(rows, size, ({ line }) => String(line))
      },
    }),
  }),
})
const collections = connectionOf('ContributionCollection', collection, mayReadCollections)

async function collectionOf({ read }: Context, id: string): Promise<Collection> {
  const found = uuidFault(id) === null ? await read((tx) => findCollection(tx, id)) : null
  if (found === null) throw NotFound.of({ zh: '该回盘文件', en: 'the collection file' }, 'id')
  return found
}

builder.queryFields((t) => ({
  contributionCollection: t.field({
    ...mayReadCollections,
    type: collection,
    description: '按标识查询回盘文件的处理进度。 How far a collection file is.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => collectionOf(context, id),
  }),
  contributionCollections: t.field({
    ...mayReadCollections,
    type: collections,
    description: '回盘文件列表，最近的在前，限调用者可见。 Collection files the caller may see, the latest first.',
    errors: { types: [InvalidInput] },
    args: {
      state: t.arg({ type: state }),
      channel: t.arg.string({ description: '征收渠道' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { state: wanted, channel, ...args }, { read }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const filter = { state: wanted ?? null, channel: channel ?? null, before: after }
      return pageOf(await read((tx) => listCollections(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

builder.mutationField('importCollection', (t) =>
  t.field({
    ...mayCollect,
    type: collection,
    description:
      '导入征收回盘文件（CSV，UTF-8 或 GB18030）：好的行入账，坏的行列明原因；同一文件只处理一次。 Posts a collection file: every good row once, every bad one with its line and reason.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      document: t.arg.id({ required: true, description: '已上传的文件，用途 COLLECTION_FILE' }),
    },
    resolve: async (_root, args, context) => collectionOf(context, await importCollection(context, args)),
  }),
)
