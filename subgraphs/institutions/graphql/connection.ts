import { may, open } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import type { Page } from '../domain/page.ts'

/** Facts about institutions and the catalogue are for everybody who signed in. */
export const signedIn = may('institution', 'staff', 'person', 'auditor')

const pageInfo = builder.objectRef<Page<unknown>['pageInfo']>('PageInfo').implement({
  ...open(),
  shareable: true,
  description: '分页信息。 Where the page ends and whether there is more.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    endCursor: t.exposeString('endCursor', { nullable: true }),
  }),
})

type NodeRef<T> = ReturnType<ReturnType<typeof builder.objectRef<T>>['implement']>

/** The connection type of a list: edges with cursors, and the page information. */
export function connectionOf<T extends object>(name: string, node: NodeRef<T>) {
  const edge = builder.objectRef<Page<T>['edges'][number]>(`${name}Edge`).implement({
    ...signedIn,
    fields: (t) => ({
      cursor: t.exposeString('cursor'),
      node: t.field({ type: node, resolve: (one) => one.node as never }),
    }),
  })
  return builder.objectRef<Page<T>>(`${name}Connection`).implement({
    ...signedIn,
    fields: (t) => ({
      edges: t.field({ type: [edge], resolve: (page) => [...page.edges] }),
      pageInfo: t.field({ type: pageInfo, resolve: (page) => page.pageInfo }),
    }),
  })
}
