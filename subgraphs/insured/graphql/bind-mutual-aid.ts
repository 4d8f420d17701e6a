import assert from 'node:assert/strict'
import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { bindMutualAid } from '../commands/bind-mutual-aid.ts'
import { orderMutualAid } from '../commands/order-mutual-aid.ts'
import { unbindMutualAid } from '../commands/unbind-mutual-aid.ts'
import type { Context } from '../context.ts'
import { findBinding } from '../store/mutual-aid.ts'
import { insured } from './insured.ts'
import { mutualAid, noteBinding, relation } from './mutual-aid.ts'
import { mayBind } from './rights.ts'

const input = builder.inputType('BindMutualAidInput', {
  description: '被共济人由姓名与证件号码共同指定。 The relative by identity number and name together.',
  fields: (t) => ({
    identityNumber: t.string({ required: true, description: '被共济人证件号码 `certno`' }),
    name: t.string({ required: true, description: '被共济人姓名 `psn_name`' }),
    relation: t.field({ type: relation, required: true }),
    yearlyLimit: t.field({ type: 'Money', description: '每年支付上限；不填为不限。 No limit when absent.' }),
  }),
})

async function loadBinding(context: Context, id: string) {
  const { insuredId } = context.as('person')
  const found = await context.read((tx) => findBinding(tx, id, insuredId))
  assert(found !== null, 'who binds or unbinds may see it')
  noteBinding(context, found)
  return found
}

builder.mutationFields((t) => ({
  bindMutualAid: t.field({
    ...mayBind,
    type: mutualAid,
    description:
      '登录者授权以本人个人账户为近亲属支付，即时生效。 Lets one’s own account pay for a relative, from now on.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: input, required: true }) },
    resolve: async (_root, args, context) => loadBinding(context, await bindMutualAid(context, args)),
  }),
  unbindMutualAid: t.field({
    ...mayBind,
    type: mutualAid,
    description: '任何一方解除家庭共济，即时生效。 Either of the two ends a binding, from now on.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), bindingId: t.arg.id({ required: true }) },
    resolve: async (_root, args, context) => loadBinding(context, await unbindMutualAid(context, args)),
  }),
  orderMutualAid: t.field({
    ...mayBind,
    type: insured,
    description: '被共济人排定共济人的扣款次序。 In which order one’s sponsors pay; each current binding once.',
    errors: { types: [InvalidInput, RequestReused, Busy, NotAllowed] },
    args: { requestId: t.arg.id({ required: true }), bindings: t.arg.idList({ required: true }) },
    resolve: async (_root, args, context) => {
      const person = await context.load.person.load(await orderMutualAid(context, args))
      assert(person !== null, 'who orders their sponsors may see themself')
      return person
    },
  }),
}))
