import { uuidFault } from '@yibao/schema/ids'
import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import type { Context } from '../context.ts'
import { Fields } from '../domain/fields.ts'
import {
  noPrefund,
  PREFUND_KINDS,
  PREFUND_SIDES,
  PREFUND_STATES,
  type Prefund,
  type PrefundKind,
  type PrefundSide,
  type PrefundState,
  type PrefundStep,
} from '../domain/prefund.ts'
import { readProvince } from '../domain/province.ts'
import { findPrefund, listPrefunds, listPrefundSteps } from '../store/prefund.ts'
import { mayReadProvince } from './province-rights.ts'

const STATES: Readonly<Record<PrefundState, string>> = {
  REQUESTED: '就医地请求调增。 The province that holds it asks for more.',
  AGREED: '参保地同意调增。 The province that pays has agreed.',
  DECLINED: '参保地不同意。 It has declined.',
  PAID: '已缴存（或已退还），待到账。 Paid, not received yet.',
  RECEIVED: '对方确认到账。 It has come in.',
  DENIED: '对方未收到。 It has not come in.',
}
const SIDES: Readonly<Record<PrefundSide, string>> = {
  PAYER: '本省为参保地，缴存预付金。 This province pays in.',
  HOLDER: '本省为就医地，收存预付金。 This province holds it.',
}
const KINDS: Readonly<Record<PrefundKind, string>> = {
  PAYMENT: '缴存：参保地付给就医地。 From the payer to the holder.',
  RETURN: '退还：就医地将不需要的部分退给参保地。 What is not needed goes back from the holder to the payer.',
}
const described = <Name extends string>(words: Readonly<Record<Name, string>>, names: readonly Name[]) =>
  Object.fromEntries(names.map((one) => [one, { description: words[one] }])) as Record<Name, { description: string }>

const state = builder.enumType('PrefundState', {
  description: '预付金状态。 How far a prefund has come.',
  values: described(STATES, PREFUND_STATES),
})
export const prefundSide = builder.enumType('PrefundSide', {
  description: '本省是缴存方还是收存方。 Which side this province is.',
  values: described(SIDES, PREFUND_SIDES),
})

const kind = builder.enumType('PrefundKind', {
  description: '预付金缴存或退还。 Whether it is paid in or goes back.',
  values: described(KINDS, PREFUND_KINDS),
})

const step = builder.objectRef<PrefundStep>('PrefundStep').implement({
  ...mayReadProvince,
  description: '预付金办理的一步。 Who took it to a state, and when.',
  fields: (t) => ({
    state: t.expose('state', { type: state }),
    by: t.exposeString('caller', { description: '经办，或对方省份。 Whose staff, or the other province.' }),
    at: t.expose('at', { type: 'DateTime' }),
    words: t.exposeString('words', { nullable: true, description: '说明' }),
  }),
})

/** A prefund with how it came to its state. */
export interface ShownPrefund extends Prefund {
  readonly history: readonly PrefundStep[]
}

export const prefund = builder.objectRef<ShownPrefund>('Prefund').implement({
  ...mayReadProvince,
  description:
    '跨省异地就医预付金（周转金）的一笔。 Money one province pays in with another, so that what it owes is covered.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '两省平台相同。 The same on both platforms.' }),
    province: t.exposeString('province', { description: '对方省级代码。 The other province.' }),
    kind: t.expose('kind', { type: kind }),
    side: t.expose('side', { type: prefundSide }),
    state: t.expose('state', { type: state }),
    amount: t.expose('amount', { type: 'Money', description: '金额' }),
    paperNumber: t.exposeString('paperNumber', { nullable: true, description: '文号。 Number of the paper.' }),
    bankReference: t.exposeString('bankReference', { nullable: true, description: '银行流水号' }),
    paidOn: t.expose('paidOn', { type: 'Date', nullable: true, description: '缴存日' }),
    history: t.field({ type: [step], description: '办理经过。 In order.', resolve: (one) => [...one.history] }),
  }),
})

async function withHistory(context: Context, found: readonly Prefund[]): Promise<ShownPrefund[]> {
  const ids = found.map((one) => one.id)
  const steps = Map.groupBy(await context.read((tx) => listPrefundSteps(tx, ids)), (one) => one.prefundId)
  return found.map((one) => ({ ...one, history: steps.get(one.id) ?? [] }))
}

/** A prefund the reader may see. Throws NotFound for any other. */
export async function prefundOf(context: Context, id: string): Promise<ShownPrefund> {
  const known = uuidFault(id) === null ? id.toLowerCase() : null
  const found = known === null ? null : await context.read((tx) => findPrefund(tx, known))
  const [one] = found === null ? [] : await withHistory(context, [found])
  if (one === undefined) throw noPrefund()
  return one
}

const prefunds = connectionOf('Prefund', prefund, mayReadProvince)

builder.queryFields((t) => ({
  prefund: t.field({
    ...mayReadProvince,
    type: prefund,
    description: '按 ID 查询预付金。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => prefundOf(context, id),
  }),
  prefunds: t.field({
    ...mayReadProvince,
    type: prefunds,
    description: '预付金，最近的在前；由省本级经办机构查看。 The latest first, for the bureau of the province itself.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '对方省级代码' }),
      kind: t.arg({ type: kind }),
      side: t.arg({ type: prefundSide }),
      state: t.arg({ type: state }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, kind: of, side, state: asked, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const other = readProvince(fields, 'province', province)
      fields.check()
      const filter = {
        ...(other !== null && { province: other }),
        ...(of && { kind: of }),
        ...(side && { side }),
        ...(asked && { state: asked }),
        ...(after !== null && { before: after }),
      }
      const rows = await context.read((tx) => listPrefunds(tx, filter, size + 1))
      return pageOf(await withHistory(context, rows), size, (one) => one.id)
    },
  }),
}))
