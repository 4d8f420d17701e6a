import { dayOf } from '@yibao/schema/dates'
import { isTextKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { UNMAPPED_REASONS, type UnmappedReason } from '../domain/mapping.ts'
import { listUnmapped, type UnmappedCode } from '../store/mapping-unmapped.ts'
import { mayReadMapping, readDays, whoseMapping } from './mapping.ts'

const reason = builder.enumType('UnmappedReason', {
  description: '为何需要处理。 Why a code needs somebody to look at it.',
  values: {
    USED_UNMAPPED: { description: '近期费用中使用，但没有对照。 It stood in bills or uploads, and is not mapped.' },
    LISTED_UNMAPPED: {
      description: '在机构目录中，尚未对照。 It is on the institution’s list without a national code.',
    },
    USED_OTHERWISE: {
      description:
        '费用中的国家编码与对照不同（疑似串换）。 It was billed under another national code than it is mapped to.',
    },
    CODE_UNKNOWN: { description: '对照的国家编码今日无有效条目。 Its national code has no entry in force.' },
    CODE_ENDS: { description: '国家目录条目即将失效。 The entry of its national code ends soon.' },
    MAPPING_ENDS: { description: '对照即将到期，无后续。 Its mapping ends soon and none follows.' },
  } satisfies Record<UnmappedReason, object>,
})

const unmapped = builder.objectRef<UnmappedCode>('UnmappedCode').implement({
  ...mayReadMapping,
  description: '需要对照或即将失效的机构编码。 An own code that needs a mapping, or will.',
  fields: (t) => ({
    ownCode: t.exposeString('ownCode', { description: '`fixmedins_hilist_id`' }),
    reason: t.expose('reason', { type: reason }),
    name: t.exposeString('name', { nullable: true, description: '`fixmedins_hilist_name`' }),
    code: t.exposeString('code', { nullable: true, description: '对照的国家编码 `med_list_codg`' }),
    usedCode: t.exposeString('usedCode', {
      nullable: true,
      description: '费用中的国家编码。 The national code it was billed under.',
    }),
    lastUsedOn: t.expose('lastUsedOn', { type: 'Date', nullable: true, description: '最近使用日' }),
    endsOn: t.expose('endsOn', {
      type: 'Date',
      nullable: true,
      description: '对照或目录条目的最后有效日。 The last day of the mapping or of the entry.',
    }),
  }),
})

const connection = connectionOf('UnmappedCode', unmapped, mayReadMapping)

const DAYS = 30

/** The place after which a page begins: reason and own code. */
const PLACE = /^([A-Z_]+) (.+)$/s
const isPlace = (key: string): boolean => isTextKey(key) && UNMAPPED_REASONS.some((one) => one === PLACE.exec(key)?.[1])

builder.queryField('unmappedCodes', (t) =>
  t.field({
    ...mayReadMapping,
    type: connection,
    description:
      '须处理的机构编码：已用未对照、与对照不同、即将失效，在结算受影响之前。 Own codes without a mapping, billed otherwise, or about to lose it, before it costs anybody money. Use is known within a minute or two.',
    errors: { types: [InvalidInput] },
    args: {
      institution: t.arg.string({ description: '定点医药机构编号，机构自查可不填' }),
      days: t.arg.int({
        description: '向前看使用、向后看失效的天数，默认 30。 Days looked back for use and ahead for ends.',
      }),
      reason: t.arg({ type: reason }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { institution: given, days, reason: of, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isPlace, problems)
      const institution = whoseMapping(given, context, problems)
      const span = readDays('days', days ?? DAYS, problems)
      InvalidInput.throwIf(problems)
      const [, atReason = '', ownCode = ''] = PLACE.exec(after ?? '') ?? []
      const place = ownCode === '' ? null : { ownCode, reason: atReason }
      const wanted = { institution, today: dayOf(context.now()), days: span, after: place, reason: of ?? null }
      const rows = await context.read((tx) => listUnmapped(tx, wanted, size + 1))
      return pageOf(rows, size, (one) => `${one.reason} ${one.ownCode}`)
    },
  }),
)
