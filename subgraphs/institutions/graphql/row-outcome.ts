import { may } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import { ROW_STATES, type RowOutcome } from '../domain/register-row.ts'
import { problem } from './words.ts'

const own = may('institution institutions:write')

const rowState = builder.enumType('RegisterRowState', {
  description: '已接收、已有相同内容、退回。 Taken in, known with the same content, or given back.',
  values: ROW_STATES,
})

const rowOutcome = builder.objectRef<RowOutcome & { readonly code: string }>('RegisterRowOutcome').implement({
  ...own,
  description: '一条的接收结果。 What became of one row.',
  fields: (t) => ({
    code: t.exposeString('code'),
    state: t.expose('state', { type: rowState }),
    problems: t.field({ type: [problem], resolve: (one) => [...one.problems] }),
  }),
})

/** An upload with what became of it, row by row. */
export interface RegisterUpload {
  readonly sent: readonly { readonly code: string }[]
  readonly outcomes: readonly RowOutcome[]
}

const count = ({ outcomes }: RegisterUpload, state: RowOutcome['state']): number =>
  outcomes.filter((one) => one.state === state).length

export const registerUpload = builder.objectRef<RegisterUpload>('RegisterUpload').implement({
  ...own,
  description: '逐条的接收结果。 What became of an upload, row by row.',
  fields: (t) => ({
    accepted: t.int({ description: '接收条数', resolve: (one) => count(one, 'ACCEPTED') }),
    known: t.int({ description: '已有相同内容的条数', resolve: (one) => count(one, 'KNOWN') }),
    rejected: t.int({ description: '退回条数', resolve: (one) => count(one, 'REJECTED') }),
    rows: t.field({
      type: [rowOutcome],
      description: '按上传顺序。 In the order of the upload.',
      resolve: ({ sent, outcomes }) => outcomes.map((one, i) => ({ ...one, code: sent[i]?.code ?? '' })),
    }),
  }),
})
