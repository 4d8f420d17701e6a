import assert from 'node:assert/strict'
import { dayOf, holdsOn } from '@yibao/schema/dates'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { endMaternityRegistration, registerMaternity } from '../commands/register-maternity.ts'
import type { Context } from '../context.ts'
import type { Maternity } from '../domain/maternity.ts'
import { findMaternityById } from '../store/maternity.ts'
import { insured } from './insured.ts'
import { mayRead, mayRegisterDisease } from './rights.ts'

const birthType = builder.enumType('BirthType', {
  description: '生育类别 `matn_type`',
  values: {
    NATURAL: { value: '1', description: '正常产 1' },
    ASSISTED: { value: '2', description: '助娩产 2' },
    CAESAREAN: { value: '3', description: '剖宫产 3' },
    DIFFICULT: { value: '4', description: '难产 4' },
    MISCARRIAGE: { value: '5', description: '流产 5' },
    INDUCED: { value: '6', description: '引产 6' },
    ANTENATAL: { value: '7', description: '产前检查 7' },
    OTHER: { value: '9', description: '其他 9' },
  } as const,
})

const maternity = builder.objectRef<Maternity>('MaternityRegistration').implement({
  ...mayRead,
  description: '生育备案 (2699)。 That a woman is registered for maternity care.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pool: t.exposeString('pool', { description: '参保地医保区划' }),
    insuranceType: t.exposeString('insuranceType', { description: '险种类型 `insutype`' }),
    hospitalCode: t.exposeString('hospital', {
      nullable: true,
      description: '生育定点机构；不限为 null。 Null anywhere.',
    }),
    birthType: t.expose('birthType', { type: birthType, nullable: true, description: '预计生育类别 `matn_type`' }),
    expectedOn: t.expose('expectedOn', { type: 'Date', description: '预产期' }),
    weeks: t.exposeInt('weeks', { description: '备案时孕周。 Weeks of pregnancy when it was registered.' }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '首日' }),
    endOn: t.expose('endOn', { type: 'Date', description: '末日' }),
    isInForce: t.boolean({
      description: '今天是否有效。 Whether it holds today.',
      resolve: (one, _args, { now }) => !one.withdrawn && holdsOn(one, dayOf(now())),
    }),
    isWithdrawn: t.exposeBoolean('withdrawn', { description: '已撤销，视为未备案。 It never held.' }),
    requestedBy: t.exposeString('requestedBy', { nullable: true, description: '申报机构。 The hospital that asked.' }),
    endReason: t.exposeString('endReason', { nullable: true }),
  }),
})

const input = builder.inputType('RegisterMaternityInput', {
  description:
    '生育备案。医疗机构只能为今日出示过凭证者申报。 A hospital asks for whoever showed it a credential today.',
  fields: (t) => ({
    insuredId: t.id({ required: true }),
    hospital: t.string({ description: '生育定点机构；不填为不限。 Anywhere when absent.' }),
    birthType: t.field({ type: birthType, description: '预计生育类别 `matn_type`' }),
    expectedOn: t.field({ type: 'Date', required: true, description: '预产期' }),
    weeks: t.int({ required: true, description: '孕周，4–43。 Weeks of pregnancy.' }),
  }),
})

async function loadMaternity({ read, noteRead }: Context, id: string) {
  const found = await read((tx) => findMaternityById(tx, id))
  assert(found !== null, 'who registers may see it')
  noteRead(found.insuredId, 'maternityRegistrations')
  return found
}

const errors = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  registerMaternity: t.field({
    ...mayRegisterDisease,
    type: maternity,
    description: '生育备案 (2699)，自今日起。 Registers a woman for maternity care from today.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => loadMaternity(context, await registerMaternity(context, args)),
  }),
  endMaternityRegistration: t.field({
    ...mayRegisterDisease,
    type: maternity,
    description: '终止生育备案，今日为末日；当日录入者撤销。 Ends today, or never held.',
    errors,
    args: {
      requestId: t.arg.id({ required: true }),
      registrationId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true }),
    },
    resolve: async (_root, args, context) => loadMaternity(context, await endMaternityRegistration(context, args)),
  }),
}))

builder.objectField(insured, 'maternityRegistrations', (t) =>
  t.field({
    ...mayRead,
    type: [maternity],
    description: '生育备案，由早到晚。 Oldest first; staff see those of their own pool.',
    resolve: async ({ id }, _args, { load, noteRead }) => {
      noteRead(id, 'maternityRegistrations')
      return [...(await load.maternity.load(id))]
    },
  }),
)
