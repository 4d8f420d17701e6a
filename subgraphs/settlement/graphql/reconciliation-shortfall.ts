import { builder } from '../builder.ts'
import { isLikelyTruncated, shortfallText, type ShortfallCause } from '../domain/reconciliation-shortfall.ts'
import type { Reconciliation } from '../store/reconciliation.ts'
import { reconciliation, sums } from './reconciliation.ts'
import { mayReadReconciliation } from './rights.ts'
import { text } from './words.ts'

const cause = builder.enumType('ReconciliationShortfallCause', {
  description: '明细不全的依据。 What says that lines are missing.',
  values: {
    FEWER_LINES: { description: '行数少于所报笔数。 Fewer lines than the totals sent before.' },
    LOWER_SUMS: { description: '行数足够，合计少于所报总额。 As many lines, and lower sums.' },
    NO_LAST_LINE_BREAK: {
      description:
        '最后一行没有换行，有差异，且无总额或行数可证其完整。 The last line has no line break, something differs, and neither totals nor the number of lines show that it is whole.',
    },
  } satisfies Record<ShortfallCause, { description: string }>,
})

type Short = Reconciliation & { readonly shortfall: NonNullable<Reconciliation['shortfall']> }

const shortfall = builder.objectRef<Short>('ReconciliationShortfall').implement({
  ...mayReadReconciliation,
  description:
    '明细未达到机构所报总额，或可能被截断。 Lines that do not reach the totals sent, or may have been cut off.',
  fields: (t) => ({
    cause: t.field({ type: cause, resolve: (run) => run.shortfall.cause }),
    isLikelyTruncated: t.boolean({
      description: '很可能被截断。 A cut explains it best.',
      resolve: (run) => isLikelyTruncated(run.shortfall.cause, run.endsInLine),
    }),
    endsInLine: t.exposeBoolean('endsInLine', { description: '最后一行没有换行。 The last line has no line break.' }),
    totals: t.id({
      nullable: true,
      description: '所依据的对总账。 The run of the totals; null where none were sent.',
      resolve: (run) => run.shortfall.declared?.run ?? null,
    }),
    expected: t.field({
      type: sums,
      nullable: true,
      description: '机构所报总额。 What was expected.',
      resolve: (run) => run.shortfall.declared?.sums ?? null,
    }),
    lines: t.exposeInt('lines', {
      description: '已接收行数，含无法读取的。 Lines that came, unreadable ones included.',
    }),
    came: t.field({
      type: sums,
      description: '可读明细的合计。 What those that could be read add up to.',
      resolve: (run) => run.there,
    }),
    message: t.field({
      type: text,
      description: '说明与下一步。 What was expected, what came, and what to do.',
      resolve: (run) => shortfallText(run.shortfall, { lines: run.lines, sums: run.there, endsInLine: run.endsInLine }),
    }),
  }),
})

builder.objectField(reconciliation, 'shortfall', (t) =>
  t.field({
    ...mayReadReconciliation,
    type: shortfall,
    nullable: true,
    description:
      '明细不全；空为未见不全。差异照常列出，但不取代此前的对账。 Lines are missing; null when nothing says so. What differs is listed all the same, and earlier runs are not superseded.',
    resolve: (run) => (run.shortfall === null ? null : { ...run, shortfall: run.shortfall }),
  }),
)
