import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { registerPerson } from '../commands/register-person.ts'
import { insured, sex } from './insured.ts'
import { mayWrite } from './rights.ts'

const input = builder.inputType('RegisterPersonInput', {
  fields: (t) => ({
    personNumber: t.string({ description: '人员编号 `psn_no`；不填由平台生成。 Chosen by the platform when absent.' }),
    name: t.string({ required: true, description: '姓名 `psn_name`' }),
    sex: t.field({ type: sex, required: true, description: '须与证件号码一致。 Must agree with the number.' }),
    nationality: t.string({ description: '民族 `naty`, GB 3304; 01 when absent' }),
    birthDate: t.field({ type: 'Date', required: true, description: '须与证件号码一致。 Must agree with the number.' }),
    identityNumber: t.string({ required: true, description: '证件号码 `certno`，18 位' }),
    cardNumber: t.string({ description: '社会保障卡号' }),
  }),
})

builder.mutationField('registerPerson', (t) =>
  t.field({
    ...mayWrite,
    type: insured,
    description: '登记参保人。 Registers a person; the identity number is checked and kept encrypted.',
    errors: { types: [InvalidInput, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => {
      const person = await context.load.person.load(await registerPerson(context, args))
      assert(person !== null, 'who registers a person may see them')
      return person
    },
  }),
)
