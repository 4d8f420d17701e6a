import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import type { MutualAid } from '../domain/mutual-aid.ts'
import { insured } from './insured.ts'
import { mayReadMutualAid } from './rights.ts'

export const relation = builder.enumType('FamilyRelation', {
  description: '被共济人是共济人的什么亲属。 What the beneficiary is to the sponsor.',
  values: {
    SPOUSE: { description: '配偶' },
    PARENT: { description: '父母' },
    CHILD: { description: '子女' },
    SIBLING: { description: '兄弟姐妹' },
    GRANDPARENT: { description: '祖父母、外祖父母' },
    GRANDCHILD: { description: '孙子女、外孙子女' },
  },
})

const side = builder.enumType('MutualAidSide', {
  description: '家庭共济的一方',
  values: { SPONSOR: { description: '共济人' }, BENEFICIARY: { description: '被共济人' } },
})

export const mutualAid = builder.objectRef<MutualAid>('MutualAid').implement({
  ...mayReadMutualAid,
  description: '家庭共济绑定：共济人的个人账户可为被共济人支付。 One person’s account may pay for a relative.',
  fields: (t) => ({
    id: t.exposeID('id'),
    sponsorId: t.exposeID('sponsorId', { description: '共济人。 Whose account pays.' }),
    sponsorName: t.exposeString('sponsorMasked', { description: '共济人姓名，掩码。 The first character only.' }),
    beneficiaryId: t.exposeID('insuredId', { description: '被共济人。 For whose bills it pays.' }),
    beneficiaryName: t.exposeString('beneficiaryName', { description: '被共济人姓名' }),
    relation: t.expose('relation', { type: relation }),
    place: t.exposeInt('place', {
      nullable: true,
      description: '扣款次序，1 最先；解除后为 null。 Which sponsor of the beneficiary pays first; null once ended.',
    }),
    yearlyLimit: t.expose('yearlyLimit', {
      type: 'Money',
      nullable: true,
      description: '共济人每年为其支付的上限；不限为 null。 What the sponsor pays for them in a year at most.',
    }),
    beginOn: t.expose('beginOn', { type: 'Date', description: '绑定日。 In force from this day.' }),
    endOn: t.expose('endOn', {
      type: 'Date',
      nullable: true,
      description: '解除日，自解除之时起不再支付；有效时为 null。 Ended on this day, at once; null while in force.',
    }),
    endedBy: t.expose('endedBy', { type: side, nullable: true, description: '由谁解除。 Who ended it.' }),
  }),
})

/** Who looks at their own bindings reads nothing that is new to them of the other. */
export function noteBinding({ identity, noteRead }: Context, { insuredId, sponsorId }: MutualAid): void {
  const own = identity?.kind === 'person' ? identity.insuredId : null
  for (const id of [insuredId, sponsorId]) if (own === null || own === id) noteRead(id, 'mutualAid')
}

builder.objectField(insured, 'mutualAid', (t) =>
  t.field({
    ...mayReadMutualAid,
    type: [mutualAid],
    description:
      '家庭共济绑定，两方均列，有效者在前并按扣款次序。 Bindings the person is in, on either side; those in force first, by place.',
    resolve: async ({ id }, _args, context) => {
      context.noteRead(id, 'mutualAid')
      const bindings = await context.load.mutualAid.load(id)
      for (const one of bindings) noteBinding(context, one)
      return [...bindings]
    },
  }),
)
