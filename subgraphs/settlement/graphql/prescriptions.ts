import { NOBODY, uuidFault } from '@yibao/schema/ids'
import { pageOf, type Page } from '@yibao/schema/page'
import { InvalidInput, NotAllowed, NotFound } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { pageOfPrescriptions, showPrescription } from '../commands/show-prescription.ts'
import type { Context } from '../context.ts'
import type { PrescriptionRecord } from '../domain/prescription.ts'
import { readRange, type RangeInput } from '../domain/range.ts'
import type { PrescriptionFilter } from '../store/prescriptions.ts'
import { credential } from './bill-input.ts'
import { prescription } from './prescription.ts'
import { insured } from './references.ts'
import { ownRows } from './own-rows.ts'
import { mayRead } from './rights.ts'

const connection = connectionOf('Prescription', prescription, mayRead)

async function pageFor(
  context: Context,
  input: RangeInput,
  filter: PrescriptionFilter,
): Promise<Page<PrescriptionRecord>> {
  const wanted = readRange(input)
  return pageOf(await pageOfPrescriptions(context, filter, wanted), wanted.size, (one) => one.id)
}

builder.queryFields((t) => ({
  prescription: t.field({
    ...mayRead,
    type: prescription,
    description:
      '按医保处方编号查询 (7203)。开方机构凭编号；药店另须出示参保人凭证，当日有效；无权知晓者答不存在。 By number. The hospital that issued it needs no more; a pharmacy is shown the person’s credential as well and sees it for the day. Who may not know is told there is none.',
    errors: { types: [NotFound, NotAllowed, InvalidInput] },
    args: {
      number: t.arg.id({ required: true, description: '医保处方编号 `hi_rxno`' }),
      credential: t.arg({ type: credential, description: '就诊凭证，机构查询他院处方时必填。' }),
    },
    resolve: (_root, { number, credential: shown }, context) => showPrescription(context, number, shown ?? null),
  }),
  prescriptions: t.field({
    ...mayRead,
    type: connection,
    description:
      '电子处方列表，最新在前：本机构开具的、本统筹区的或本人的。 Those the caller issued, those of the pool or the person; latest first.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int({ description: '默认 20，最多 100' }),
      after: t.arg.string(),
      from: t.arg({ type: 'Date', description: '开具日期起（含）' }),
      to: t.arg({ type: 'Date', description: '开具日期止（含）' }),
    },
    resolve: (_root, args, context) => pageFor(context, args, ownRows(context)),
  }),
}))

builder.objectField(insured, 'prescriptions', (t) =>
  t.field({
    ...mayRead,
    type: connection,
    description:
      '该人的电子处方，最新在前，限调用者可见。 The person’s e-prescriptions the caller may see, latest first.',
    errors: { types: [InvalidInput], union: { name: 'InsuredPrescriptionsResult' } },
    args: { first: t.arg.int(), after: t.arg.string() },
    resolve: ({ id }, args, context) =>
      pageFor(context, args, { ...ownRows(context), insuredId: uuidFault(id) === null ? id : NOBODY }),
  }),
)
