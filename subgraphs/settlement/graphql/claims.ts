import { NOBODY, uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage, type Page, type PageInput } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import { claimNotFound, type Claim } from '../domain/claim.ts'
import { listClaims, type ClaimFilter } from '../store/claim.ts'
import { claim } from './claim.ts'
import { claimState } from './claim-words.ts'
import { ownRows } from './own-rows.ts'
import { insured } from './references.ts'
import { mayReadClaims } from './rights.ts'

export const claimConnection = connectionOf('Claim', claim, mayReadClaims)

async function pageFor(context: Context, input: PageInput, filter: ClaimFilter): Promise<Page<Claim>> {
  const problems: Problem[] = []
  const { size, after } = readPage(input, isUuidKey, problems)
  InvalidInput.throwIf(problems)
  const rows = await context.read((tx) =>
    listClaims(tx, { ...filter, ...(after !== null && { before: after }) }, size + 1),
  )
  const page = pageOf<Claim>(rows, size, (one) => one.id)
  for (const { node } of page.edges) context.noteRead(node.insuredId, 'claims')
  return page
}

builder.queryFields((t) => ({
  claim: t.field({
    ...mayReadClaims,
    type: claim,
    description: '报销申请；无权知晓者答不存在。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { load }) => {
      const found = await load.claim.load(id)
      if (found === null) throw claimNotFound('id')
      return found
    },
  }),
  claims: t.field({
    ...mayReadClaims,
    type: claimConnection,
    description:
      '报销申请，最新在前：本人的，或本统筹区已提交的。 The person’s own, or those submitted to the pool; latest first.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
      state: t.arg({ type: claimState }),
    },
    resolve: (_root, { state: wanted, ...page }, context) => {
      const { institution: _none, ...own } = ownRows(context)
      return pageFor(context, page, { ...own, ...(wanted != null && { state: wanted }) })
    },
  }),
}))

builder.objectField(insured, 'claims', (t) =>
  t.field({
    ...mayReadClaims,
    type: claimConnection,
    description: '该人的报销申请，最新在前，限调用者可见。 The person’s claims the caller may see, latest first.',
    errors: { types: [InvalidInput], union: { name: 'InsuredClaimsResult' } },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: ({ id }, args, context) => {
      const { institution: _none, ...own } = ownRows(context)
      return pageFor(context, args, { ...own, insuredId: uuidFault(id) === null ? id : NOBODY })
    },
  }),
)
