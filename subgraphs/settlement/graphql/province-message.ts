import { isUuidKey, pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, type Problem, type StoredRejection } from '@yibao/schema/rejection'
import { z } from 'zod'
import { builder, connectionOf } from '../builder.ts'
import { Fields } from '../domain/fields.ts'
import { readProvince } from '../domain/province.ts'
import { listOpen, type OpenMessage } from '../store/province-message.ts'
import { ownRows } from './own-rows.ts'
import { mayReadProvince } from './province-rights.ts'
import { text } from './words.ts'

const type = builder.enumType('MoneyMessageType', {
  description: '跨省资金报文种类。 What is said to another province about money.',
  values: {
    DEDUCTION: { value: 'deduction', description: '审核扣款退还。 A deduction, or its withdrawal.' },
    PREFUND: { value: 'prefund', description: '预付金。 A step of a prefund.' },
    NETTING: { value: 'netting', description: '月度清算。 A step of the monthly clearing.' },
  } as const,
})
const state = builder.enumType('OpenMessageState', {
  description: '未结跨省资金报文的状态。 How such a message is open.',
  values: {
    WAITING: { description: '待对方应答，平台自动重发。 Said again by the platform until it is answered.' },
    REFUSED: { description: '对方拒绝，须人工处理。 Refused for good; somebody has to look at it.' },
  } as const,
})

const said = z.object({ id: z.string(), step: z.string().optional(), state: z.string().optional() })
/** What of a message leads to what it is about. */
const saidOf = ({ message }: OpenMessage) => said.parse(message)
const rejectionOf = ({ rejection }: OpenMessage) => rejection as StoredRejection | null

const openMessage = builder.objectRef<OpenMessage>('OpenProvinceMessage').implement({
  ...mayReadProvince,
  description:
    '尚无应答或被拒绝的跨省资金报文。 Something about money that another province has not answered, or has refused.',
  fields: (t) => ({
    id: t.exposeID('id'),
    state: t.field({ type: state, resolve: ({ answeredAt }) => (answeredAt === null ? 'WAITING' : 'REFUSED') }),
    province: t.exposeString('province', { description: '对方省级代码。 The other province.' }),
    type: t.field({ type, resolve: (one) => one.type }),
    about: t.id({
      description: '所涉扣款、预付金、清算单或付款的 ID。 The deduction, prefund, statement or payment it is about.',
      resolve: (one) => saidOf(one).id,
    }),
    step: t.string({
      nullable: true,
      description: '步骤，如 DECLARED、PAID；扣款为 null。 The step; null of a deduction.',
      resolve: (one) => saidOf(one).step ?? saidOf(one).state ?? null,
    }),
    owner: t.exposeString('pool', { description: '负责的经办机构。 The bureau whose business it is.' }),
    since: t.expose('at', { type: 'DateTime', description: '自何时起。 Since when it is to be said.' }),
    tries: t.exposeInt('tries', { description: '已发送次数。 How often it was said.' }),
    nextAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: '平台下次发送时间。 When it is said again; null once it was refused.',
      resolve: ({ answeredAt, nextAt }) => (answeredAt === null ? nextAt : null),
    }),
    trouble: t.string({
      nullable: true,
      description:
        '最近一次未成的原因代码：LATER 为对方尚不能受理。 Why it was last said in vain, or refused; LATER when the other platform waits for something else.',
      resolve: (one) => rejectionOf(one)?.code ?? one.trouble,
    }),
    message: t.field({
      type: text,
      nullable: true,
      description: '拒绝原因。 Why it was refused, in words.',
      resolve: (one) => rejectionOf(one)?.text ?? null,
    }),
  }),
})
const openMessages = connectionOf('OpenProvinceMessage', openMessage, mayReadProvince)

builder.queryField('openProvinceMessages', (t) =>
  t.field({
    ...mayReadProvince,
    type: openMessages,
    description:
      '尚无应答或被拒绝的跨省资金报文，最早的在前，限本经办机构负责的；每次收发见 provinceMessages。 Of the caller’s bureau, the oldest first; each time it was said stands in `provinceMessages`.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '对方省级代码' }),
      type: t.arg({ type }),
      state: t.arg({ type: state }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { province, type: kind, state: wanted, ...args }, context) => {
      const problems: Problem[] = []
      const { size, after } = readPage(args, isUuidKey, problems)
      const fields = new Fields(problems)
      const of = readProvince(fields, 'province', province)
      fields.check()
      const { pool } = ownRows(context)
      const filter = {
        ...(pool !== undefined && { pool }),
        ...(of !== null && { province: of }),
        ...(kind != null && { type: kind }),
        ...(wanted != null && { state: wanted }),
        ...(after !== null && { after }),
      }
      return pageOf(await context.read((tx) => listOpen(tx, filter, size + 1)), size, (one) => one.id)
    },
  }),
)
