import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import { MONTH } from '../domain/clearing.ts'
import { readClearingFilter } from '../domain/clearing-filter.ts'
import { noStatement } from '../domain/clearing-refusals.ts'
import { INSTITUTION } from '../domain/declare-month.ts'
import { Fields } from '../domain/fields.ts'
import type { MonthlyStatement } from '../domain/monthly-statement.ts'
import { findStatement, listItems, listStatements } from '../store/monthly-statement.ts'
import { listWaiting } from '../store/clearing-waiting.ts'
import { mayReadClearing } from './clearing-rights.ts'
import { items, monthlyStatement, statements, statementState } from './monthly-statement.ts'
import { ownRows } from './own-rows.ts'
import { settlement } from './settlement.ts'

/** A statement the reader may see. Throws NotFound for any other. */
export async function statementOf(context: Context, id: string): Promise<MonthlyStatement> {
  const found = uuidFault(id) === null ? await context.read((tx) => findStatement(tx, id.toLowerCase())) : null
  if (found === null) throw noStatement()
  return found
}

const waiting = connectionOf('WaitingSettlement', settlement, mayReadClearing)

builder.queryFields((t) => ({
  monthlyStatement: t.field({
    ...mayReadClearing,
    type: monthlyStatement,
    description: '按 ID 查询清算申请；无权知晓者答不存在。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => statementOf(context, id),
  }),
  monthlyStatements: t.field({
    ...mayReadClearing,
    type: statements,
    description: '清算申请，最近申报的在前，限调用者可见。 Statements the caller may see, the latest declared first.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号 `fixmedins_code`' }),
      month: t.arg.string({ description: '清算年月 yyyy-MM' }),
      state: t.arg({ type: statementState }),
      overdue: t.arg.boolean({ description: '仅逾期未拨付。 Only what should have been paid before today.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { state, overdue, institution, month, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const asked = readClearingFilter({ institution, month }, problems)
      InvalidInput.throwIf(problems)
      const { insuredId: _nobody, ...own } = ownRows(context)
      const filter = {
        ...asked,
        ...own,
        ...(state && { state }),
        ...(overdue === true && { overdueOn: dayOf(context.now()) }),
        ...(after !== null && { before: after }),
      }
      return pageOf(await context.read((tx) => listStatements(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
}))

builder.queryFields((t) => ({
  statementItems: t.field({
    ...mayReadClearing,
    type: items,
    description: '清算申请中的结算，按时间。 The settlements of a statement in order of time.',
    errors: { types: [InvalidInput, NotFound] },
    args: { statement: t.arg.id({ required: true }), first: t.arg.int(), after: t.arg.string() },
    resolve: async (_root, { statement, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      InvalidInput.throwIf(problems)
      const { id } = await statementOf(context, statement)
      const rows = await context.read((tx) => listItems(tx, id, { after, limit: size + 1 }))
      const page = pageOf(rows, size, (one) => one.settlementId)
      for (const { node } of page.edges) context.noteRead(node.insuredId, 'statementItems')
      return page
    },
  }),
  undeclaredSettlements: t.field({
    ...mayReadClearing,
    type: waiting,
    description:
      '截至某月未入清算申请的结算，最近的在前；未对账的须先对账。 Settlements up to a month that stand in no statement, the latest first; those not reconciled wait for that.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '机构自查可不填。 Left out by institutions.' }),
      month: t.arg.string({ required: true, description: '清算年月 yyyy-MM' }),
      reconciled: t.arg.boolean({ description: '仅已对账或仅未对账。 Only those reconciled, or only the others.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution, month, reconciled, ...args }, context) => {
      const { identity } = context
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const own = identity?.kind === 'institution' ? identity.institution : institution
      const code = fields.text('institution', own, INSTITUTION)
      const until = fields.text('month', month, { max: 7, ...MONTH })
      fields.check()
      const filter = { institution: code ?? '', month: until ?? '', reconciled: reconciled ?? null, after }
      const page = pageOf(await context.read((tx) => listWaiting(tx, filter, size + 1)), size, (one) => one.id)
      for (const { node } of page.edges) context.noteRead(node.insuredId, 'undeclaredSettlements')
      return page
    },
  }),
}))
