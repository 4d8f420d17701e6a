import { builder } from '../builder.ts'
import { OVER_CEILING, type Ceiling, type SelfPay } from '../domain/catalogue.ts'
import { signedIn } from './rights.ts'
import { level } from './institution.ts'

export const selfPay = builder.objectRef<SelfPay>('SelfPayRatio').implement({
  ...signedIn,
  description: '先行自付比例。 The part of the price an insured person pays first.',
  fields: (t) => ({
    pool: t.exposeString('pool'),
    personClass: t.exposeString('personClass', {
      description: '人员类别代码的前几位，ALL 为全部。 First digits of the person type; the longest that fits counts.',
    }),
    ratio: t.expose('ratio', { type: 'Rate', description: '`selfpay_prop`' }),
    beginOn: t.expose('beginOn', { type: 'Date' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true }),
  }),
})

const over = builder.enumType('OverCeiling', {
  description:
    '医保目录超限处理方式 `overlmt_dspo_way`。 Above the ceiling the excess, or the whole line, is self-paid.',
  values: OVER_CEILING,
})

export const ceiling = builder.objectRef<Ceiling>('PriceCeiling').implement({
  ...signedIn,
  description: '医保支付的价格上限。 The highest unit price the insurance looks at.',
  fields: (t) => ({
    pool: t.exposeString('pool'),
    level: t.expose('level', {
      type: level,
      nullable: true,
      description: '机构等级，全部为 null。 Null for all levels.',
    }),
    price: t.expose('price', {
      type: 'UnitPrice',
      description: '定价上限金额 `hilist_pric_uplmt_amt`；999999 为不限。 999999 means none.',
    }),
    over: t.expose('over', { type: over }),
    beginOn: t.expose('beginOn', { type: 'Date' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true }),
  }),
})
