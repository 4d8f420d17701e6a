import { Busy, InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import { builder } from '../builder.ts'
import { trial, type Trial } from '../commands/trial.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'
import { AlreadySettled, NotCovered } from '../domain/refusals.ts'
import { amountFields } from './amounts.ts'
import { billInput } from './bill-input.ts'
import './rejections.ts'
import { quote } from './quote.ts'
import { maySettle } from './rights.ts'
import { encounterFields, patientFields } from './settlement-fields.ts'

export const trialResult = builder.objectRef<Trial>('Trial').implement({
  ...maySettle,
  description: '预结算结果及报价，不落账。 What settling now would give, and a quote that binds it for a while.',
  fields: (t) => ({
    ...patientFields(t),
    ...encounterFields(t),
    ...amountFields(t),
    quote: t.expose('quote', { type: quote }),
  }),
})

builder.queryField('trial', (t) =>
  t.field({
    ...maySettle,
    type: trialResult,
    description: '预结算 (2101/2206/2303)。 A trial of a settlement, with the same checks.',
    errors: { types: [InvalidInput, NotSettledDirectly, NotAllowed, NotCovered, AlreadySettled, Busy] },
    args: { input: t.arg({ type: billInput, required: true }) },
    resolve: (_root, { input }, context) => trial(context, input),
  }),
)
