import { builder } from '../builder.ts'
import { institutionElsewhereOf } from '../commands/institution-elsewhere.ts'
import type { InstitutionElsewhereRow } from '../store/beside-settlement.ts'
import { mayRead } from './rights.ts'
import { settlement } from './settlement.ts'

const institutionElsewhere = builder.objectRef<InstitutionElsewhereRow>('InstitutionElsewhere').implement({
  ...mayRead,
  description:
    '外省定点医药机构，以就医地登记为准（随结算告知）。 An institution in another province, as the registry there had it at the bill.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '定点医药机构名称 `fixmedins_name`' }),
    kind: t.exposeString('kind', { description: 'HOSPITAL 医疗机构，PHARMACY 药店' }),
    level: t.exposeString('level', {
      description: '机构等级：LEVEL_1、LEVEL_2、LEVEL_3、COMMUNITY、PHARMACY。 Its level there.',
    }),
    pool: t.exposeString('pool', { description: '就医地医保区划 `mdtrtarea_admvs`' }),
  }),
})

builder.objectField(settlement, 'institutionElsewhere', (t) =>
  t.field({
    type: institutionElsewhere,
    nullable: true,
    description:
      '就医地在外省时的医药机构；本省机构见 institution。 The institution, when it lies in another province; else null.',
    resolve: (one, _args, context) => institutionElsewhereOf(context, one),
  }),
)
