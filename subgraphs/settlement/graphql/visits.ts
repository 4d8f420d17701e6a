import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { noVisit } from '../domain/visit-refusals.ts'
import type { Context } from '../context.ts'
import type { Visit } from '../domain/visit.ts'
import { listVisits, type VisitFilter } from '../store/visits.ts'
import { mayRead } from './rights.ts'
import { visit } from './visit.ts'
import { ownRows } from './own-rows.ts'
import { visitState } from './visit-words.ts'

const connection = connectionOf('Visit', visit, mayRead)

const NEEDS_INSTITUTION: Problem = {
  path: 'institution',
  code: 'REQUIRED',
  message: { zh: '须填写定点医药机构编号', en: 'is required unless an institution asks' },
}

/** Staff see the visits of their pool and those their bureau clears for other pools. */
function seenBy(context: Context): VisitFilter[] {
  const own = ownRows(context)
  return own.pool === undefined ? [own] : [own, { clearsForOthers: own.pool }]
}

builder.queryFields((t) => ({
  visit: t.field({
    ...mayRead,
    type: visit,
    description: '按就诊 ID 查询；无权知晓者答不存在。 By its number; who may not know is told there is none.',
    errors: { types: [InvalidInput, NotFound] },
    args: {
      visit: t.arg.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
      institution: t.arg.string({ description: '定点医药机构编号，机构自查可不填。 Left out by institutions.' }),
    },
    resolve: async (_root, { visit: number, institution }, { identity, load }) => {
      const code = institution ?? (identity?.kind === 'institution' ? identity.institution : null)
      if (code === null) throw InvalidInput.of([NEEDS_INSTITUTION])
      const found = await load.visit.load({ institution: code, visit: number })
      if (found === null) throw noVisit()
      return found
    },
  }),
  visits: t.field({
    ...mayRead,
    type: connection,
    description: '就诊列表，最近登记的在前，限调用者可见。 Visits the caller may see, the latest opened first.',
    errors: { types: [InvalidInput] },
    args: { state: t.arg({ type: visitState }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { state, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const narrowed = { ...(state && { state }), ...(after !== null && { before: after }) }
      const rows = await context.read(async (tx) => {
        const found: Visit[] = []
        // One after the other, each by an index of its own.
        for (const one of seenBy(context)) found.push(...(await listVisits(tx, { ...one, ...narrowed }, size + 1)))
        return found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, size + 1)
      })
      const page = pageOf(rows, size, (one) => one.id)
      for (const { node } of page.edges) if (node.insuredId !== null) context.noteRead(node.insuredId, 'visits')
      return page
    },
  }),
}))
