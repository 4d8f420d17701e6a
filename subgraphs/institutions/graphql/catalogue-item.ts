import { dayOf, parseDay } from '@yibao/schema/dates'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import { builder, connectionOf } from '../builder.ts'
import { CHARGE_TYPES, ITEM_CLASSES, LIST_TYPES, type Item } from '../domain/catalogue.ts'
import { findItems, listItems, type Point } from '../store/catalogue.ts'
import { ceiling, selfPay } from './prices.ts'
import { signedIn } from './rights.ts'

const coded = <Name extends string>(table: Readonly<Record<Name, string>>) =>
  Object.fromEntries(
    (Object.entries(table) as [Name, string][]).map(([name, value]) => [
      name,
      { value, description: `国家编码 ${value}` },
    ]),
  ) as Record<Name, { value: string; description: string }>

const listType = builder.enumType('ListType', { description: '目录类别 `list_type`', values: coded(LIST_TYPES) })
const chargeType = builder.enumType('ChargeType', {
  description: '医疗收费项目类别 `med_chrgitm_type`',
  values: coded(CHARGE_TYPES),
})
const itemClass = builder.enumType('ItemClass', {
  description: '收费项目等级 `chrgitm_lv`：甲 A、乙 B、丙 C。 A in scope, B with a first self-payment, C self-paid.',
  values: ITEM_CLASSES,
})

/** An entry with the point it was asked for, so that its ratios and ceilings are those of the same day. */
type ItemAt = Item & { readonly on?: Temporal.PlainDate }

const item = builder.objectRef<ItemAt>('CatalogueItem').implement({
  ...signedIn,
  description: '医保目录条目：药品、诊疗项目、耗材。 A catalogue entry: drug, service or consumable.',
  fields: (t) => ({
    code: t.exposeString('code', { description: '医保目录编码 `hilist_code`' }),
    name: t.exposeString('name', { description: '医保目录名称 `hilist_name`' }),
    listType: t.expose('listType', { type: listType }),
    chargeType: t.expose('chargeType', { type: chargeType }),
    class: t.expose('class', { type: itemClass }),
    restricted: t.exposeBoolean('restricted', {
      description: '限制使用标志 `lmt_used_flag`。 In scope only with the approval of the hospital.',
    }),
    essential: t.exposeBoolean('essential', { description: '基本药物标志 `bas_medn_flag`' }),
    negotiated: t.exposeBoolean('negotiated', { description: '医保谈判药品标志 `hi_nego_drug_flag`' }),
    paediatric: t.exposeBoolean('paediatric', { description: '儿童用药标志 `chld_medc_flag`' }),
    special: t.exposeBoolean('special', { description: '目录特项标志 `list_sp_item_flag`' }),
    pool: t.exposeString('pool', {
      nullable: true,
      description: '统筹区，全国目录为 null。 Null for the whole country.',
    }),
    beginOn: t.expose('beginOn', { type: 'Date' }),
    endOn: t.expose('endOn', { type: 'Date', nullable: true, description: '最后有效日。 The last day it holds.' }),
    dosageForm: t.exposeString('dosageForm', { nullable: true, description: '剂型 `dosform`' }),
    specification: t.exposeString('specification', { nullable: true, description: '规格 `spec`' }),
    unit: t.exposeString('unit', { nullable: true, description: '计价单位 `prcunt`' }),
    note: t.exposeString('note', { nullable: true, description: '备注，如限定支付范围 `memo`' }),
    selfPays: t.field({
      type: [selfPay],
      description: '某统筹区的先行自付比例。 First self-payment ratios in a pool, by person class.',
      args: { pool: t.arg.string({ required: true }) },
      resolve: async ({ code, on }, { pool }, { load, now }) => [
        ...(await load.selfPays.load({ code, pool, on: on ?? dayOf(now()) })),
      ],
    }),
    ceilings: t.field({
      type: [ceiling],
      description: '某统筹区的价格上限。 Price ceilings in a pool, by level.',
      args: { pool: t.arg.string({ required: true }) },
      resolve: async ({ code, on }, { pool }, { load, now }) => [
        ...(await load.ceilings.load({ code, pool, on: on ?? dayOf(now()) })),
      ],
    }),
  }),
})

builder.asEntity(item, {
  key: builder.selection<{ code: string }>('code'),
  resolveReference: ({ code }, { load }) => load.item.load(code),
})

const items = connectionOf('CatalogueItem', item, signedIn)

/** Reads the day and the pool of a question; problems are added. */
function readPoint(
  { on, pool }: { on?: string | null | undefined; pool?: string | null | undefined },
  today: Temporal.PlainDate,
  problems: Problem[],
): Point {
  const day = on == null ? today : parseDay(on)
  if (day === null) {
    const message = { zh: '应为 yyyy-MM-dd 的日期', en: 'must be a day, yyyy-MM-dd' }
    problems.push({ path: 'on', code: 'DATE', message })
  }
  const wrong = pool == null ? null : divisionFault(pool)
  if (wrong !== null) problems.push(problemAt('pool', wrong))
  return { on: day ?? today, pool: pool ?? null }
}

builder.queryFields((t) => ({
  catalogueItem: t.field({
    ...signedIn,
    type: item,
    description:
      '某日有效的目录条目。 The entry in force on a day (today when absent), a pool’s own before the national one.',
    errors: { types: [InvalidInput, NotFound] },
    args: {
      code: t.arg.id({ required: true }),
      on: t.arg({ type: 'Date' }),
      pool: t.arg.string(),
    },
    resolve: async (_root, args, { read, now }) => {
      const problems: Problem[] = []
      const point = readPoint(args, dayOf(now()), problems)
      InvalidInput.throwIf(problems)
      const [found] = isTextKey(args.code) ? await read((tx) => findItems(tx, [args.code], point)) : []
      if (found === undefined) throw NotFound.of({ zh: '该目录条目', en: 'the catalogue entry' }, 'code')
      return { ...found, on: point.on }
    },
  }),
  catalogueItems: t.field({
    ...signedIn,
    type: items,
    description:
      '按编码、名称或拼音首字母查找有效条目。 Entries in force in order of code, found by the beginning of the code, a part of the name, or pinyin initials.',
    errors: { types: [InvalidInput] },
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      search: t.arg.string(),
      on: t.arg({ type: 'Date' }),
      pool: t.arg.string(),
    },
    resolve: async (_root, args, { read, now }) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isTextKey, problems)
      const point = readPoint(args, dayOf(now()), problems)
      const search = args.search?.trim() ?? ''
      const wrong = search === '' ? null : textFault(search, { min: 1, max: 50 })
      if (wrong !== null) problems.push(problemAt('search', wrong))
      InvalidInput.throwIf(problems)
      const wanted = { ...point, limit: size + 1, after, search: search === '' ? null : search }
      const rows = await read((tx) => listItems(tx, wanted))
      return pageOf(
        rows.map((row) => ({ ...row, on: point.on })),
        size,
        (one) => one.code,
      )
    },
  }),
}))
