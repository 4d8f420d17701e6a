import { open } from '@yibao/schema/builder'
import { InvalidInput } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { pageOf, readPage, type Page } from '../domain/page.ts'
import { listEntries, type Entry } from '../store/access-log.ts'
import { insured } from './insured.ts'
import { mayReadLog } from './rights.ts'

const pageInfo = builder.objectRef<Page<never>['pageInfo']>('PageInfo').implement({
  ...open(),
  shareable: true,
  description: '分页信息。 Where the page ends and whether there is more.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    endCursor: t.exposeString('endCursor', { nullable: true }),
  }),
})

const entry = builder.objectRef<Entry>('AccessLogEntry').implement({
  ...mayReadLog,
  description: '一次个人信息查询。 One time somebody read data of this person.',
  fields: (t) => ({
    id: t.exposeID('id'),
    at: t.expose('at', { type: 'DateTime' }),
    role: t.exposeString('role', { description: 'institution, staff, person, auditor' }),
    organisation: t.exposeString('organisation', {
      nullable: true,
      description: '查询机构：机构编码或统筹区。 Institution code or pool; null for the person themself and auditors.',
    }),
    operation: t.exposeString('operation', { description: '查询了什么。 What was read.' }),
    purpose: t.exposeString('purpose', { nullable: true, description: '查询目的' }),
  }),
})

const edge = builder.objectRef<Page<Entry>['edges'][number]>('AccessLogEdge').implement({
  ...mayReadLog,
  fields: (t) => ({
    cursor: t.exposeString('cursor'),
    node: t.field({ type: entry, resolve: (one) => one.node }),
  }),
})

const connection = builder.objectRef<Page<Entry>>('AccessLogConnection').implement({
  ...mayReadLog,
  fields: (t) => ({
    edges: t.field({ type: [edge], resolve: (page) => [...page.edges] }),
    pageInfo: t.field({ type: pageInfo, resolve: (page) => page.pageInfo }),
  }),
})

builder.objectField(insured, 'accessLog', (t) =>
  t.field({
    ...mayReadLog,
    type: connection,
    description: '谁在何时查询过此人的信息，最新在前。 Who read data of this person and when, latest first.',
    errors: { types: [InvalidInput] },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: async ({ id }, args, { read, noteRead }) => {
      const wanted = readPage(args)
      const rows = await read((tx) => listEntries(tx, id, wanted))
      noteRead(id, 'accessLog')
      return pageOf(rows, wanted.size)
    },
  }),
)
