import type { Text } from '@yibao/schema/rejection'

/** The platform of another province, and the keys it signs with. */
export interface Partner {
  /** First two digits of its divisions, `51`. */
  readonly province: string
  readonly name: string
  /** Where its gateway is reached, without a path. */
  readonly url: string
}

/** A public key of a partner: thumbprint and the raw key of Ed25519, base64url. */
export interface PartnerKey {
  readonly province: string
  readonly kid: string
  readonly x: string
}

/** What can be said to the platform of another province, and who there answers it. */
export const ANSWERED_BY = {
  reserve: 'settlement',
  commit: 'settlement',
  cancel: 'settlement',
  outcome: 'settlement',
  reverse: 'settlement',
  trial: 'settlement',
  explain: 'settlement',
  deduction: 'settlement',
  prefund: 'settlement',
  totals: 'settlement',
  details: 'settlement',
  standing: 'settlement',
  netting: 'settlement',
  person: 'insured',
  admission: 'stays',
  change: 'stays',
  discharge: 'stays',
  certify: 'crossProvince',
  certified: 'crossProvince',
  refer: 'crossProvince',
} as const
export type MessageType = keyof typeof ANSWERED_BY
export type Answerer = (typeof ANSWERED_BY)[MessageType]

const isMessageType = (type: string): type is MessageType => Object.hasOwn(ANSWERED_BY, type)
export const MESSAGE_TYPES = Object.keys(ANSWERED_BY).filter(isMessageType)

/** What came of a message that was sent. `UNREACHED` says nothing of whether it arrived. */
export type SendResult =
  | { readonly kind: 'ANSWERED'; readonly answer: unknown }
  | { readonly kind: 'REFUSED'; readonly code: string; readonly message: Text }
  | { readonly kind: 'UNREACHED'; readonly code: string }

/** Something for the platform of another province. */
export interface Saying {
  readonly province: string
  readonly type: MessageType
  readonly message: unknown
}
export type Say = (said: Saying) => Promise<SendResult>

/**
 * Messages of one province that are answered at the same time: twice the connections a process of a platform makes to another
 * (`peers/partner.ts`), far more than fifty bills a second need. So one that floods takes the database of nobody else.
 */
export const UNDER_WAY_MAX = 64

/** Below this path a platform listens for the others; the type of the message follows. */
export const EXCHANGE_PATH = '/exchange/'

export const messageTypeOf = (path: string): MessageType | null =>
  MESSAGE_TYPES.find((type) => path === `${EXCHANGE_PATH}${type}`) ?? null

/** Why a message was not taken. Nothing moved; what it asked for was not looked at. */
export type FaultCode = keyof typeof FAULTS

const FAULTS = {
  EXCHANGE_OFF: { status: 503, zh: '本平台未开通跨省交换。', en: 'This platform takes part in no exchange.' },
  TYPE_UNKNOWN: { status: 404, zh: '没有这种报文。', en: 'There is no such type of message.' },
  HEADER_MISSING: { status: 400, zh: '缺少报文标识、发送方或接收方。', en: 'The id, sender or addressee is missing.' },
  ADDRESSEE_WRONG: { status: 421, zh: '报文不是发给本平台的。', en: 'The message is for another platform.' },
  PARTNER_UNKNOWN: { status: 403, zh: '发送方不在登记的省份中。', en: 'The sender is no registered province.' },
  SIGNATURE_MISSING: { status: 401, zh: '报文未按要求签名。', en: 'The message is not signed as it has to be.' },
  SIGNATURE_WRONG: {
    status: 401,
    zh: '签名不符、已过期，或签名密钥未登记或已失效。',
    en: 'The signature does not fit, is over, or is by a key that is not registered or no longer valid.',
  },
  DIGEST_WRONG: { status: 400, zh: '正文与摘要不符。', en: 'The body does not fit its digest.' },
  BODY_FORM: {
    status: 400,
    zh: '正文不是 JSON，或含无法保存的字符。',
    en: 'The body is not JSON, or holds characters that cannot be kept.',
  },
  MESSAGE_REPLAYED: { status: 409, zh: '该报文标识已收到过。', en: 'A message with this id was received before.' },
  MESSAGE_ID_REUSED: {
    status: 409,
    zh: '该报文标识已用于其他内容。',
    en: 'This id was used for a message with another content.',
  },
  BUSY: {
    status: 503,
    zh: '贵省正在处理的报文过多，请稍后以新标识重发。',
    en: 'Too many messages of this province are under way; send it again later.',
  },
  NOT_ANSWERED: { status: 503, zh: '暂时无法处理，请以新标识重发。', en: 'It cannot be answered now; send it again.' },
} as const satisfies Record<string, Text & { readonly status: number }>

/** A message that was not taken. */
export class MessageRefused extends Error {
  readonly code: FaultCode
  readonly status: number
  readonly text: Text

  constructor(code: FaultCode) {
    const { status, zh, en } = FAULTS[code]
    super(`${code}: ${en}`)
    this.name = 'MessageRefused'
    this.code = code
    this.status = status
    this.text = { zh, en }
  }
}
