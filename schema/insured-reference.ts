import type { ObjectRef } from '@pothos/core'
import { open, type Builder, type Vocabulary } from './builder.ts'

interface Insured {
  readonly id: string
}
type InsuredRef<Context extends object> = ObjectRef<PothosSchemaTypes.ExtendDefaultTypes<Vocabulary<Context>>, Insured>

/** A reference to the person, for the subgraphs that add to them; who they are is answered by insured. */
export function referToInsured<Context extends object>(builder: Builder<Context>): InsuredRef<Context> {
  // Which context resolvers get makes no difference here: none of them looks at it.
  const types = builder as unknown as Builder<object>
  const insured = types.objectRef<Insured>('Insured').implement({
    ...open(),
    description: '参保人。 A person the insurance knows.',
    fields: (t) => ({ id: t.exposeID('id') }),
  })
  types.asEntity(insured, {
    key: types.selection<{ id: string }>('id'),
    resolveReference: ({ id }) => ({ id }),
  })
  return insured as unknown as InsuredRef<Context>
}
