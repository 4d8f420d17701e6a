import { open } from '@yibao/schema/builder'
import { builder } from '../builder.ts'

/** A reference to the person; who they are is answered by insured. */
export const insured = builder.objectRef<{ readonly id: string }>('Insured').implement({
  ...open(),
  description: '参保人。 A person the insurance knows.',
  fields: (t) => ({ id: t.exposeID('id') }),
})
builder.asEntity(insured, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: ({ id }) => ({ id }),
})

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
