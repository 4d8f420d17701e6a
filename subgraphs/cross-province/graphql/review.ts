import { uuidFault } from '@yibao/schema/ids'
import { pageOf, readPage } from '@yibao/schema/page'
import { parseDay } from '@yibao/schema/dates'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused, type Problem } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { approve, certify, refuse } from '../commands/review.ts'
import { listQueue } from '../store/filings.ts'
import { loadFiling } from './file.ts'
import { filing, filingConnection } from './filing.ts'
import { mayDecide } from './rights.ts'
import { filingStage, filingType } from './words.ts'

/** Whether a key can be one of a queue ordered by deadline. */
export const isQueueKey = (key: string): boolean => {
  const [due = '', id = '', ...more] = key.split('/')
  return more.length === 0 && parseDay(due) !== null && uuidFault(id) === null
}

builder.queryFields((t) => ({
  filingQueue: t.field({
    ...mayDecide,
    type: filingConnection,
    description:
      '待办备案，期限最近在前：待本统筹区审核的，和待本地核实的。 Filings that wait for the staff who ask, most urgent first: to decide as home pool, or to certify.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      stage: t.arg({ type: filingStage }),
      type: t.arg({ type: filingType }),
      escalated: t.arg.boolean({ description: '仅超期的，或仅未超期的。 Only those overdue, or only the others.' }),
    },
    resolve: async (_root, { stage, type, escalated, ...args }, { read, staff, noteFilings }) => {
      const problems: Problem[] = []
      const page = readPage(args, isQueueKey, problems)
      InvalidInput.throwIf(problems)
      const wanted = {
        ...page,
        pool: staff().pool,
        stage: stage ?? null,
        type: type ?? null,
        escalated: escalated ?? null,
      }
      const found = pageOf(
        await read((tx) => listQueue(tx, wanted)),
        page.size,
        ({ dueOn, id }) => `${dueOn?.toString()}/${id}`,
      )
      noteFilings(found.edges.map(({ node }) => node))
      return found
    },
  }),
}))

const refusals = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  approveFiling: t.field({
    ...mayDecide,
    type: filing,
    description: '审核通过。 Approves a filing under review: it is in force.',
    errors: refusals,
    args: { requestId: t.arg.id({ required: true }), filingId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadFiling(context, await approve(context, args)),
  }),
  refuseFiling: t.field({
    ...mayDecide,
    type: filing,
    description: '审核不通过，理由告知本人。 Refuses a filing that waits; the person is told why.',
    errors: refusals,
    args: {
      requestId: t.arg.id({ required: true }),
      filingId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true, description: '2–500 字' }),
    },
    resolve: async (_root, args, context) => loadFiling(context, await refuse(context, args)),
  }),
  certifyFiling: t.field({
    ...mayDecide,
    type: filing,
    description:
      '就医地经办机构核实；不予核实须说明理由。 For the agency of the place: certifies that the person is there as filed, or says why not.',
    errors: refusals,
    args: {
      requestId: t.arg.id({ required: true }),
      filingId: t.arg.id({ required: true }),
      certified: t.arg.boolean({ required: true, description: '是否属实' }),
      reason: t.arg.string({ description: '不予核实时必填，2–500 字。 Needed when it is not certified.' }),
    },
    resolve: async (_root, args, context) => loadFiling(context, await certify(context, args)),
  }),
}))
