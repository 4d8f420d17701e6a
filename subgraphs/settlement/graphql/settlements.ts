import { NOBODY, uuidFault } from '@yibao/schema/ids'
import { pageOf, type Page } from '@yibao/schema/page'
import { InvalidInput, NotFound } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import { readRange, type RangeInput } from '../domain/range.ts'
import type { SettledBill, Settlement } from '../domain/settlement.ts'
import { parseSettlementNumber } from '../domain/settlement-id.ts'
import { withMerged } from '../store/merge-person.ts'
import { listSettlements, type SettlementFilter } from '../store/settlements.ts'
import { insured } from './references.ts'
import { mayRead } from './rights.ts'
import { ownRows } from './own-rows.ts'
import { settlement } from './settlement.ts'

const settlementConnection = connectionOf('Settlement', settlement, mayRead)

async function pageFor(context: Context, input: RangeInput, filter: SettlementFilter): Promise<Page<SettledBill>> {
  const { size, from, before } = readRange(input)
  const bounds = { ...(from !== undefined && { from }), ...(before !== undefined && { before }) }
  const rows = await context.read(async (tx) => {
    const found: Settlement[] = []
    // One after the other, each by an index of its own; together they would go through every bill of the month.
    for (const one of await withMerged(tx, seenBy(context, filter)))
      found.push(...(await listSettlements(tx, { ...one, ...bounds }, size + 1)))
    return found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, size + 1)
  })
  const page = pageOf<SettledBill>(rows, size, (one) => one.id)
  for (const { node } of page.edges) context.noteRead(node.insuredId, 'settlements')
  return page
}

/** Staff see the bills of their pool and those their bureau clears for other pools. */
const seenBy = (context: Context, filter: SettlementFilter): SettlementFilter[] => {
  const { pool, ...own } = ownRows(context)
  const others = pool === undefined ? [] : [{ ...filter, clearsForOthers: pool }]
  return [{ ...filter, ...own, ...(pool !== undefined && { pool }) }, ...others]
}

builder.queryFields((t) => ({
  settlement: t.field({
    ...mayRead,
    type: settlement,
    description:
      '按标识或结算号查询；无权知晓者答不存在。 By id or settlement number; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, args, { load }) => {
      const id = uuidFault(args.id) === null ? args.id : parseSettlementNumber(args.id)
      const found = id === null ? null : await load.settlement.load({ id })
      if (found === null) throw NotFound.of({ zh: '该结算', en: 'the settlement' }, 'id')
      return found
    },
  }),
  settlements: t.field({
    ...mayRead,
    type: settlementConnection,
    description:
      '结算列表，最新在前：本机构的、本统筹区的（含代其他统筹区清算的）或本人的。 The caller’s own: of the institution, the pool (those it clears for other pools too) or the person; latest first.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
      from: t.arg({ type: 'Date', description: '结算日期起（含）' }),
      to: t.arg({ type: 'Date', description: '结算日期止（含）' }),
      unconfirmed: t.arg.boolean({
        description: '只列仍有效而机构未确认收到结果的，供对账。 Only those that stand and were never confirmed.',
      }),
    },
    resolve: (_root, { unconfirmed, ...args }, context) =>
      pageFor(context, args, unconfirmed === true ? { unconfirmed } : {}),
  }),
}))

builder.objectField(insured, 'settlements', (t) =>
  t.field({
    ...mayRead,
    type: settlementConnection,
    description: '该人的结算，最新在前，限调用者可见。 The person’s settlements the caller may see, latest first.',
    errors: { types: [InvalidInput], union: { name: 'InsuredSettlementsResult' } },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: ({ id }, args, context) => pageFor(context, args, { insuredId: uuidFault(id) === null ? id : NOBODY }),
  }),
)
