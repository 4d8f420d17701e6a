import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { addSpecialIdentity, endSpecialIdentity } from '../commands/special-identity.ts'
import { loadEnrolment } from './enrol.ts'
import { enrolment } from './enrolment.ts'
import { mayWrite } from './rights.ts'

const adding = builder.inputType('AddSpecialIdentityInput', {
  description: '特殊身份认定。 A special identity, on an enrolment of the own pool.',
  fields: (t) => ({
    enrolmentId: t.id({ required: true }),
    type: t.string({ required: true, description: '人员身份类别 `psn_idet_type`：05、21、22、23、2301–2305' }),
    beginOn: t.field({ type: 'Date', required: true, description: '首日' }),
    endOn: t.field({ type: 'Date', description: '末日，不填为长期。 Open when absent.' }),
    evidence: t.string({ required: true, description: '认定文号或证件编号。 The decision it rests on.' }),
  }),
})

const ending = builder.inputType('EndSpecialIdentityInput', {
  description: '终止特殊身份。 Which one ends, on which day.',
  fields: (t) => ({
    enrolmentId: t.id({ required: true }),
    type: t.string({ required: true, description: '人员身份类别 `psn_idet_type`' }),
    beginOn: t.field({ type: 'Date', required: true, description: '该身份的首日。 The first day of it.' }),
    endOn: t.field({ type: 'Date', required: true, description: '末日。 Its last day.' }),
    reason: t.string({ required: true }),
  }),
})

const errors = { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] }

builder.mutationFields((t) => ({
  addSpecialIdentity: t.field({
    ...mayWrite,
    type: enrolment,
    description:
      '认定特殊身份（救助对象、公务员等），其间的账单即按此分割；05 视同公务员。 Bills of its days are split by it at once.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: adding, required: true }) },
    resolve: async (_root, args, context) => loadEnrolment(context, await addSpecialIdentity(context, args)),
  }),
  endSpecialIdentity: t.field({
    ...mayWrite,
    type: enrolment,
    description: '终止特殊身份。 Sets the last day; one that is set can only be brought forward.',
    errors,
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: ending, required: true }) },
    resolve: async (_root, args, context) => loadEnrolment(context, await endSpecialIdentity(context, args)),
  }),
}))
