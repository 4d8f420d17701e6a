import { builder } from '../builder.ts'
import type { ConversionRow } from '../store/beside-settlement.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'

const conversion = builder.objectRef<ConversionRow>('Conversion').implement({
  ...mayRead,
  description:
    '自费转医保：原发票作废，退还现金。 A bill paid in full that became an insured settlement: its invoice is void, cash goes back.',
  fields: (t) => ({
    invoice: t.exposeString('invoice', { description: '作废的原发票号。 The voided invoice.' }),
    paidAt: t.expose('paidAt', { type: 'DateTime', description: '原收费时间。 When it was paid.' }),
    paid: t.expose('paid', { type: 'Money', description: '原收金额。 What was paid.' }),
    returned: t.expose('returned', { type: 'Money', description: '应退现金。 The cash the institution gives back.' }),
  }),
})

builder.objectField(settlement, 'conversion', (t) =>
  t.field({
    type: conversion,
    nullable: true,
    description: '自费转医保；不是为 null。 Null when the bill was not paid before.',
    resolve: async ({ id }, _args, { load }) => (await load.conversions.load(id))[0] ?? null,
  }),
)
