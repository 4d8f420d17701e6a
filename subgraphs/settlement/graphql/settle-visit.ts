import { Busy, InvalidInput, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { settleVisit } from '../commands/settle-visit.ts'
import { trialVisit } from '../commands/trial-visit.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'
import { SettlementPending } from '../domain/pending.ts'
import { QuoteStale } from '../domain/quote.ts'
import { AlreadySettled, NotCovered } from '../domain/refusals.ts'
import { maySettle } from './rights.ts'
import { settlement } from './settlement.ts'
import { trialResult } from './trial.ts'
import { settleVisitInput } from './visit-input.ts'

const REFUSALS = [InvalidInput, NotFound, NotSettledDirectly, NotAllowed, NotCovered, AlreadySettled] as const

builder.mutationField('settleVisit', (t) =>
  t.field({
    ...maySettle,
    type: settlement,
    description:
      '就诊结算 (2207/2304)：结算已上传的明细；住院须已出院，或以 until 中途结算。 Settles the uploaded lines of a visit: a stay once it is discharged or up to a day, outpatient care batch by batch.',
    errors: { types: [...REFUSALS, QuoteStale, RequestReused, Busy, SettlementPending] },
    args: { requestId: t.arg.id({ required: true }), input: t.arg({ type: settleVisitInput, required: true }) },
    resolve: (_root, { requestId, input }, context) =>
      context.score.settling(context.institution().institution, () => settleVisit(context, requestId, input)),
  }),
)

builder.queryField('trialVisit', (t) =>
  t.field({
    ...maySettle,
    type: trialResult,
    description: '就诊预结算 (2206/2303)。 A trial of the settlement of a visit, with the same checks.',
    errors: { types: [...REFUSALS, Busy] },
    args: { input: t.arg({ type: settleVisitInput, required: true }) },
    resolve: (_root, { input }, context) => trialVisit(context, input),
  }),
)
