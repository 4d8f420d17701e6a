import { open } from '@yibao/schema/builder'
import { builder } from '../builder.ts'
import { ClaimChanged, type Claim, type ClaimEvent } from '../domain/claim.ts'
import { claimCause, claimChannel, claimState } from './claim-words.ts'
import { insured } from './references.ts'
import { mayReadClaims } from './rights.ts'
import { settlement } from './settlement.ts'
import { rejection, text } from './words.ts'

const event = builder.objectRef<ClaimEvent>('ClaimEvent').implement({
  ...mayReadClaims,
  description: '办理经过。 A step in the history of a claim.',
  fields: (t) => ({
    number: t.int({ description: '从 1 起的序号。 Counted from 1.', resolve: (one) => one.seq }),
    kind: t.exposeString('kind', { description: '稳定的机器码，如 SUBMITTED。 Stable code for machines.' }),
    state: t.exposeString('state', { description: '此后的状态。 The state it led to.' }),
    at: t.expose('at', { type: 'DateTime' }),
    words: t.expose('words', { type: text, nullable: true, description: '告知申请人的说明。 What was said about it.' }),
    changed: t.stringList({
      description: '更正的字段，见 ClaimInput。 Fields of the claim that were written anew.',
      resolve: ({ data: { changed } }) => (Array.isArray(changed) ? changed.map(String) : []),
    }),
    before: t.string({
      nullable: true,
      description: '所更正字段此前的内容（JSON）。 What stood in these fields before.',
      resolve: ({ data: { before } }) => (before === undefined ? null : JSON.stringify(before)),
    }),
    reckonedOn: t.stringList({
      description:
        '撤销的结算之后、以其为基础的结算编号，未随之更改。 Numbers of the later settlements that were reckoned on what the step took back, and stay as they are.',
      resolve: ({ data: { reckonedOn } }) => (Array.isArray(reckonedOn) ? reckonedOn.map(String) : []),
    }),
  }),
})

export const claim = builder.objectRef<Claim>('Claim').implement({
  ...mayReadClaims,
  description: '零星报销申请：先行垫付后申请手工报销。 A claim for money that was paid first.',
  fields: (t) => ({
    id: t.exposeID('id'),
    number: t.exposeString('number', { description: '受理编号。 What papers and people call it by.' }),
    insuredId: t.exposeID('insuredId', { description: '参保人标识' }),
    insured: t.field({ type: insured, nullable: true, resolve: ({ insuredId }) => ({ id: insuredId }) }),
    insuredPool: t.string({ description: '参保地医保区划 `insuplc_admdvs`', resolve: (one) => one.pool }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    kind: t.exposeString('kind', {
      nullable: true,
      description: '报销类别，见 claimRules。 Kind of claim, one of `claimRules`.',
    }),
    cause: t.expose('cause', { type: claimCause, nullable: true }),
    state: t.expose('state', { type: claimState }),
    version: t.exposeInt('version', {
      description: '每次变更加一；每一步须带上所见的版本。 Every step names the version it was decided on.',
    }),
    channel: t.expose('channel', { type: claimChannel }),
    rules: t.exposeString('rules', {
      nullable: true,
      description: '提交时适用的规则版本。 The rules it was submitted under.',
    }),
    owed: t.expose('owed', { type: 'Money', description: '基金应付。 What the funds owe.' }),
    paid: t.expose('paid', { type: 'Money', description: '已拨付。 What of it was paid.' }),
    settlement: t.field({
      type: settlement,
      nullable: true,
      resolve: ({ settlementId: id }, _args, { load }) => (id === null ? null : load.settlement.load({ id })),
    }),
    openedAt: t.expose('openedAt', { type: 'DateTime' }),
    changedAt: t.expose('changedAt', { type: 'DateTime' }),
    submittedAt: t.expose('submittedAt', { type: 'DateTime', nullable: true, description: '首次提交时间' }),
    acceptedAt: t.expose('acceptedAt', { type: 'DateTime', nullable: true, description: '受理时间' }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true, description: '审定时间' }),
    paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true, description: '拨付时间' }),
    history: t.field({
      type: [event],
      description: '办理经过，从头开始。 From its beginning.',
      resolve: async ({ id }, _args, { load }) => [...(await load.claimEvents.load(id))],
    }),
  }),
})

builder.objectType(ClaimChanged, {
  name: 'ClaimChanged',
  ...open(),
  description: '申请已被他人更新。 The claim was changed by somebody else meanwhile.',
  interfaces: [rejection],
  fields: (t) => ({
    claim: t.field({
      type: claim,
      nullable: true,
      description: '申请的最新内容。 The claim as it is now.',
      resolve: ({ key }, _args, { load }) => load.claim.load(key.id),
    }),
  }),
})
