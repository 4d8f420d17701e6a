import { open } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import type { Page } from '../domain/page.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'

const pageInfo = builder.objectRef<Page<unknown>['pageInfo']>('PageInfo').implement({
  ...open(),
  shareable: true,
  description: '分页信息。 Where the page ends and whether there is more.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    endCursor: t.exposeString('endCursor', { nullable: true }),
  }),
})

const edge = builder.objectRef<Page<SettledBill>['edges'][number]>('SettlementEdge').implement({
  ...mayRead,
  fields: (t) => ({
    cursor: t.exposeString('cursor'),
    node: t.field({ type: settlement, resolve: (one) => one.node }),
  }),
})

/** A page of settlements, the latest first. */
export const settlementConnection = builder.objectRef<Page<SettledBill>>('SettlementConnection').implement({
  ...mayRead,
  fields: (t) => ({
    edges: t.field({ type: [edge], resolve: (page) => [...page.edges] }),
    pageInfo: t.field({ type: pageInfo, resolve: (page) => page.pageInfo }),
  }),
})
