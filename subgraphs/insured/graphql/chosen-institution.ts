import assert from 'node:assert/strict'
import { dayOf, holdsOn } from '@yibao/schema/dates'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { chooseInstitution, endChosenInstitution } from '../commands/choose-institution.ts'
import type { Context } from '../context.ts'
import type { Choice } from '../domain/chosen-institution.ts'
import { findChoice } from '../store/chosen-institutions.ts'
import { insured } from './insured.ts'
import { mayChoose, mayRead } from './rights.ts'

const kind = builder.enumType('ChosenInstitutionKind', {
  description: '定点机构类别',
  values: {
    PRIMARY: { description: '基层：社区及一级机构。 Community care and hospitals of the first level.' },
    OTHER: { description: '其他医疗机构。 Any other hospital.' },
  },
})

const choice = builder.objectRef<Choice>('ChosenInstitution').implement({
  ...mayRead,
  description: '人员定点备案 (2505)。 Where a person chose to be treated.',
  fields: (t) => ({
    id: t.exposeID('id', { description: '待遇申报明细流水号 `trt_dcla_detl_sn`' }),
    pool: t.exposeString('pool', { description: '参保地医保区划' }),
    institutionCode: t.exposeString('institution', { description: '定点医药机构编号 `fixmedins_code`' }),
    kind: t.expose('kind', { type: kind }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '开始日期 `begndate`' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '结束日期 `enddate`；长期为 null' }),
    isInForce: t.boolean({
      description: '今天是否有效。 Whether it holds today.',
      resolve: (one, _args, { now }) => !one.withdrawn && holdsOn(one, dayOf(now())),
    }),
    isWithdrawn: t.exposeBoolean('withdrawn', { description: '已撤销，视为未备案。 It never held.' }),
    requestedBy: t.exposeString('requestedBy', {
      nullable: true,
      description: '代办机构。 The institution that asked.',
    }),
    endReason: t.exposeString('endReason', { nullable: true, description: '变更或撤销原因 `memo` (2506)' }),
  }),
})

const input = builder.inputType('ChooseInstitutionInput', {
  description: '选定医疗机构；本人办理不填 insuredId，机构只能代办本机构。 Institutions ask for themselves alone.',
  fields: (t) => ({
    insuredId: t.id({ description: '本人办理时不填。 Left out by the person.' }),
    institution: t.string({ required: true, description: '定点医药机构编号 `fixmedins_code`' }),
    beginOn: t.field({ type: 'Date', required: true, description: '开始日期 `begndate`' }),
    endOn: t.field({ type: 'Date', description: '结束日期 `enddate`；不填为长期。 Open when absent.' }),
  }),
})

async function loadChoice({ read, noteRead }: Context, id: string) {
  const found = await read((tx) => findChoice(tx, id))
  assert(found !== null, 'who chooses may see it')
  noteRead(found.insuredId, 'chosenInstitutions')
  return found
}

const errors = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  chooseInstitution: t.field({
    ...mayChoose,
    type: choice,
    description: '人员定点备案 (2505)。 Notes where a person wants to be treated; how many is up to the pool.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => loadChoice(context, await chooseInstitution(context, args)),
  }),
  endChosenInstitution: t.field({
    ...mayChoose,
    type: choice,
    description: '终止定点，今日为末日；未生效或当日录入者撤销 (2506)。 Ends today, or never held.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      choiceId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true, description: '原因 `memo`' }),
    },
    resolve: async (_root, args, context) => loadChoice(context, await endChosenInstitution(context, args)),
  }),
}))

builder.objectField(insured, 'chosenInstitutions', (t) =>
  t.field({
    ...mayRead,
    type: [choice],
    description: '人员定点备案 (5302)，由早到晚。 Oldest first; staff see those of their own pool.',
    resolve: async ({ id }, _args, { load, noteRead }) => {
      noteRead(id, 'chosenInstitutions')
      return [...(await load.choices.load(id))]
    },
  }),
)
