import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { discharge, undoDischarge } from '../commands/discharge.ts'
import { maySettle } from './rights.ts'
import { dischargeInput } from './visit-input.ts'
import { visit } from './visit.ts'

builder.mutationField('discharge', (t) =>
  t.field({
    ...maySettle,
    type: visit,
    description:
      '出院办理 (2402)；出院后方可结清，明细均已中途结算的住院即为已结清。 Ends a visit; from then on it can be settled whole. A stay whose lines were all settled in between is settled at once.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: dischargeInput, required: true }) },
    resolve: (_root, { requestId, input }, context) => discharge(context, requestId, input),
  }),
)

builder.mutationField('undoDischarge', (t) =>
  t.field({
    ...maySettle,
    type: visit,
    description:
      '出院撤销 (2405)，须先撤销至出院的结算；中途结算不必撤销。 Takes a discharge back; the settlement to the discharge is reversed first, those in between may stand.',
    errors: { types: [InvalidInput, NotFound, NotAllowed, RequestReused, Busy] },
    args: {
      requestId: t.arg.id({ required: true }),
      visit: t.arg.string({ required: true, description: '就诊 ID `mdtrt_id`' }),
    },
    resolve: (_root, { requestId, visit: number }, context) => undoDischarge(context, requestId, number),
  }),
)
