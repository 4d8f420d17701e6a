import { open } from '@yibao/schema/builder'
import { referToInsured } from '@yibao/schema/insured-reference'
import { builder } from '../builder.ts'

export const insured = referToInsured(builder)

/** A reference to the institution, which is answered by institutions. */
export const institution = builder.objectRef<{ readonly code: string }>('Institution').implement({
  ...open(),
  description: '定点医药机构。 A designated institution.',
  fields: (t) => ({ code: t.exposeString('code', { description: '定点医药机构编号 `fixmedins_code`' }) }),
})
builder.asEntity(institution, {
  key: builder.selection<{ code: string }>('code'),
  resolveReference: ({ code }) => ({ code }),
})
