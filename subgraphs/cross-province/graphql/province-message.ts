import { pageOf, readPage } from '@yibao/schema/page'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import { builder, connectionOf } from '../builder.ts'
import { MESSAGE_TYPES, type MessageType } from '../domain/exchange.ts'
import {
  messageName,
  noMessage,
  placeName,
  readMessageFilter,
  readMessageName,
  readPlaceName,
} from '../domain/province-message.ts'
import { findMessage, listMessages, type ProvinceMessage } from '../store/province-messages.ts'
import { mayReadMessages } from './rights.ts'

const TYPES: Readonly<Record<MessageType, string>> = {
  reserve: '预占结算。 Asks home to settle a bill and to keep its money.',
  commit: '确认结算。 Commits it.',
  cancel: '取消结算。 Gives it up.',
  outcome: '查询结果。 Asks what became of it.',
  reverse: '撤销结算。 Takes it back.',
  trial: '预结算。 Asks what a bill would come to.',
  explain: '结算说明。 Asks why it came out so.',
  deduction: '审核扣款退还。 Tells of a deduction.',
  prefund: '预付金。 A step of a prefund.',
  totals: '对总账。 Sums of a day.',
  details: '对明细。 Bills of a day.',
  standing: '查单笔。 How bills stand.',
  netting: '月度清算。 A step of the monthly clearing.',
  person: '参保信息查询。 Asks who somebody is, and what covers them.',
  admission: '入院报告。 An admission.',
  change: '住院变更报告。 A change of a stay.',
  discharge: '出院报告。 A discharge.',
  certify: '请求核实。 Asks to certify a filing.',
  certified: '核实答复。 Answers that.',
  refer: '电子转诊。 A referral.',
}
const type = builder.enumType('ProvinceMessageType', {
  description: '跨省报文种类。 What platforms of provinces say to each other.',
  values: Object.fromEntries(MESSAGE_TYPES.map((one) => [one.toUpperCase(), { value: one, description: TYPES[one] }])),
})
const direction = builder.enumType('ProvinceMessageDirection', {
  description: '报文方向。 Whether it came or went.',
  values: { IN: { description: '收到。 It came.' }, OUT: { description: '发出。 It went.' } } as const,
})
const outcome = builder.enumType('ProvinceMessageOutcome', {
  description: '报文结果。 What became of a message; whether its content was agreed to stands with what it is about.',
  values: {
    OPEN: { description: '处理中，或结果不明。 Under way, or nobody knows.' },
    ANSWERED: { description: '已应答。 Answered.' },
    REFUSED: { description: '未受理，见 trouble。 Not taken as a message; `trouble` says why.' },
    UNREACHED: { description: '未送达或无应答。 No answer that could be relied on.' },
  } as const,
})

const message = builder.objectRef<ProvinceMessage>('ProvinceMessage').implement({
  ...mayReadMessages,
  description:
    '与外省平台往来的一条报文；只留摘要，不留正文。 A message between two platforms; its body is not kept, the digest is.',
  fields: (t) => ({
    id: t.id({ resolve: (one) => messageName(one) }),
    messageId: t.exposeID('messageId', { description: '报文标识，由发送方给出。 As its sender named it.' }),
    direction: t.expose('direction', { type: direction }),
    province: t.exposeString('province', { description: '对方省级代码。 The other province.' }),
    type: t.field({
      type,
      nullable: true,
      description: '已不再使用的种类为 null。 Null for a type that is no longer used.',
      resolve: (one) => MESSAGE_TYPES.find((known) => known === one.type) ?? null,
    }),
    exchange: t.exposeID('exchange', {
      nullable: true,
      description: '跨省交换标识，双方一致。 The exchange it is about, the same on both platforms.',
    }),
    outcome: t.field({ type: outcome, resolve: ({ result }) => result ?? 'OPEN' }),
    trouble: t.exposeString('code', { nullable: true, description: '未受理或未送达的原因代码。 Why.' }),
    at: t.expose('at', { type: 'DateTime', description: '收到或发出的时间' }),
    answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true, description: '应答时间' }),
    digest: t.exposeString('digest', { description: '正文摘要 (RFC 9530)。 Of its body.' }),
    answerDigest: t.exposeString('answerDigest', { nullable: true, description: '应答正文摘要。 Of the answer.' }),
  }),
})
const messages = connectionOf('ProvinceMessage', message, mayReadMessages)

builder.queryFields((t) => ({
  provinceMessage: t.field({
    ...mayReadMessages,
    type: message,
    description: '按标识查询跨省报文。 By id; who may not know is told there is none.',
    errors: { types: [NotFound] },
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => {
      const key = readMessageName(id)
      const found = key === null ? null : await context.read((tx) => findMessage(tx, key))
      if (found === null) throw noMessage()
      return found
    },
  }),
  provinceMessages: t.field({
    ...mayReadMessages,
    type: messages,
    description:
      '跨省报文，最近的在前；由省本级经办机构查看。 The latest first, for the bureau of the province itself.',
    errors: { types: [InvalidInput] },
    args: {
      province: t.arg.string({ description: '对方省级代码' }),
      type: t.arg({ type }),
      direction: t.arg({ type: direction }),
      outcome: t.arg({ type: outcome }),
      exchange: t.arg.id({ description: '跨省交换标识' }),
      from: t.arg({ type: 'DateTime', description: '自此时起。 From then on.' }),
      until: t.arg({ type: 'DateTime', description: '至此时止，不含。 Before that.' }),
      first: t.arg.int(),
      after: t.arg.string(),
    },
    resolve: async (_root, { first, after, ...asked }, context) => {
      const problems: Problem[] = []
      const wanted = readPage({ first, after }, (key) => readPlaceName(key) !== null, problems)
      const filter = readMessageFilter(asked, problems)
      InvalidInput.throwIf(problems)
      const place = wanted.after === null ? null : readPlaceName(wanted.after)
      const page = { after: place, limit: wanted.size + 1 }
      return pageOf(await context.read((tx) => listMessages(tx, filter, page)), wanted.size, placeName)
    },
  }),
}))
