import type { ObjectRef, OutputRef } from '@pothos/core'
import type { Builder, may, Vocabulary } from './builder.ts'
import type { connections } from './connection.ts'
import { uuidFault } from './ids.ts'
import { isUuidKey, pageOf, readPage, type PageWanted } from './page.ts'
import { InvalidInput, type Problem } from './rejection.ts'

/** One reading of somebody's data, as that person may know it: the body that read, not the clerk's account. */
export interface Access {
  readonly id: string
  readonly at: Temporal.Instant
  readonly role: string
  readonly organisation: string | null
  readonly operation: string
  readonly purpose: string | null
}

/** What a field can note about itself: reading the log is a reading, too. */
interface Noting {
  readonly noteRead: (insuredId: string, operation: string) => void
}

interface Person {
  readonly id: string
}
type PersonRef = ObjectRef<PothosSchemaTypes.ExtendDefaultTypes<Vocabulary<Noting>>, Person>

/** The log of one subgraph: what its types and the field of a person are called, and where it is read. */
interface Log<Context extends Noting> {
  readonly of: OutputRef<Person>
  readonly field: string
  readonly entry: string
  readonly connection: string
  readonly rights: ReturnType<typeof may>
  readonly descriptions: { readonly entry: string; readonly field: string }
  /** The entries about a person, latest first, one more than the page holds. */
  readonly list: (context: Context, subject: string, wanted: PageWanted) => Promise<readonly Access[]>
}

/** Adds to a person a field that says, page by page, who read what this subgraph knows of them. */
export function addAccessLog<Context extends Noting>(
  builder: Builder<Context>,
  connectionOf: ReturnType<typeof connections>,
  { of, field, entry: name, connection, rights, descriptions, list }: Log<Context>,
): void {
  const types = builder as unknown as Builder<Noting>
  const entry = types.objectRef<Access>(name).implement({
    ...rights,
    description: descriptions.entry,
    fields: (t) => ({
      id: t.exposeID('id'),
      at: t.expose('at', { type: 'DateTime' }),
      role: t.exposeString('role', { description: 'institution, staff, person, auditor' }),
      organisation: t.exposeString('organisation', {
        nullable: true,
        description:
          '查询机构：机构编码或统筹区。 Institution code or pool; null for the person themself and auditors.',
      }),
      operation: t.exposeString('operation', { description: '查询了什么。 What was read.' }),
      purpose: t.exposeString('purpose', { nullable: true, description: '查询目的' }),
    }),
  })
  types.objectField(of as PersonRef, field, (t) =>
    t.field({
      ...rights,
      type: connectionOf(connection, entry, rights),
      description: descriptions.field,
      errors: { types: [InvalidInput] },
      args: { first: t.arg.int(), after: t.arg.string() },
      resolve: async ({ id }, args, context) => {
        const problems: Problem[] = []
        const wanted = readPage(args, isUuidKey, problems)
        InvalidInput.throwIf(problems)
        if (uuidFault(id) !== null) return pageOf<Access>([], wanted.size, (one) => one.id)
        const rows = await list(context as Context, id, wanted)
        context.noteRead(id, field)
        return pageOf(rows, wanted.size, (one) => one.id)
      },
    }),
  )
}
