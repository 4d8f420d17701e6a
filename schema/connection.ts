import type { OutputRef } from '@pothos/core'
import { open, type Builder, type may } from './builder.ts'
import type { Page } from './page.ts'

/** Makes the connection type of a list of `node`, with edges and cursors, for those who may see the nodes. */
type Connect = <T extends object>(
  name: string,
  node: OutputRef<T>,
  rights: ReturnType<typeof may>,
) => OutputRef<Page<T>>

/** The connections of one subgraph: its `PageInfo`, and what makes a connection type, `Settlement` → `SettlementConnection`. */
export function connections<Context extends object>(builder: Builder<Context>): Connect {
  // Which context resolvers get makes no difference here: none of them looks at it.
  const types = builder as unknown as Builder<object>
  const pageInfo = types.objectRef<Page<unknown>['pageInfo']>('PageInfo').implement({
    ...open(),
    shareable: true,
    description: '分页信息。 Where the page ends and whether there is more.',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage'),
      endCursor: t.exposeString('endCursor', { nullable: true }),
    }),
  })
  return <T extends object>(name: string, node: OutputRef<T>, rights: ReturnType<typeof may>) => {
    const edge = types.objectRef<Page<T>['edges'][number]>(`${name}Edge`).implement({
      ...rights,
      fields: (t) => ({
        cursor: t.exposeString('cursor'),
        node: t.field({ type: node, resolve: (one) => one.node as never }),
      }),
    })
    return types.objectRef<Page<T>>(`${name}Connection`).implement({
      ...rights,
      fields: (t) => ({
        edges: t.field({ type: [edge], resolve: (page) => page.edges }),
        pageInfo: t.field({ type: pageInfo, resolve: (page) => page.pageInfo }),
      }),
    })
  }
}
