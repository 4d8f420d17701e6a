import { parseInstant } from '@yibao/schema/dates'
import { problemAt, uuidFault } from '@yibao/schema/ids'
import { NotFound, type Problem } from '@yibao/schema/rejection'
import type { MessageType } from './exchange.ts'

export const DIRECTIONS = ['IN', 'OUT'] as const
export type Direction = (typeof DIRECTIONS)[number]
export const OUTCOMES = ['OPEN', 'ANSWERED', 'REFUSED', 'UNREACHED'] as const
export type MessageOutcome = (typeof OUTCOMES)[number]

/** Which side a message came from, and the id its sender gave it. */
export interface MessageKey {
  readonly direction: Direction
  /** The other province. */
  readonly province: string
  readonly messageId: string
}

const KEY = /^(IN|OUT)-([1-8]\d)-(.{36})$/

/** One text for it: two provinces may give the same id. */
export const messageName = ({ direction, province, messageId }: MessageKey): string =>
  `${direction}-${province}-${messageId}`

/** Null when it is the name of no message. */
export function readMessageName(name: string): MessageKey | null {
  const [, direction, province = '', id = ''] = KEY.exec(name) ?? []
  if (direction === undefined || uuidFault(id) !== null) return null
  return { direction: direction === 'IN' ? 'IN' : 'OUT', province, messageId: id.toLowerCase() }
}

/** Where a message stands in a list ordered by time. */
export interface MessagePlace extends MessageKey {
  readonly at: Temporal.Instant
}

export const placeName = ({ at, ...key }: MessagePlace): string => `${at.toString()} ${messageName(key)}`

/** Null when it is no place in such a list. */
export function readPlaceName(name: string): MessagePlace | null {
  const [time = '', key = '', ...rest] = name.split(' ')
  const [at, found] = [parseInstant(time), readMessageName(key)]
  return at === null || found === null || rest.length > 0 ? null : { ...found, at }
}

/** What a list of messages is narrowed to, as it is asked for. */
export interface MessageFilterInput {
  readonly province?: string | null | undefined
  readonly type?: MessageType | null | undefined
  readonly direction?: Direction | null | undefined
  readonly outcome?: MessageOutcome | null | undefined
  readonly exchange?: string | null | undefined
  readonly from?: string | null | undefined
  readonly until?: string | null | undefined
}

export interface MessageFilter {
  readonly province?: string
  readonly type?: MessageType
  readonly direction?: Direction
  readonly outcome?: MessageOutcome
  readonly exchange?: string
  /** From this moment on, and before that. */
  readonly from?: Temporal.Instant
  readonly until?: Temporal.Instant
}

/** Reads what a list is narrowed to; every fault is added to `problems`. */
export function readMessageFilter(input: MessageFilterInput, problems: Problem[]): MessageFilter {
  const { province, type, direction, outcome, exchange, from, until } = input
  if (province != null && !/^[1-8]\d$/.test(province))
    problems.push({ path: 'province', code: 'FORM', message: { zh: '应为 2 位省级代码', en: 'must be two digits' } })
  const fault = exchange == null ? null : uuidFault(exchange)
  if (fault !== null) problems.push(problemAt('exchange', fault))
  const moment = (path: string, given: string | null | undefined) => {
    const read = given == null ? undefined : parseInstant(given)
    if (read !== null) return read
    problems.push({ path, code: 'FORM', message: { zh: '不是时间', en: 'is no moment' } })
    return undefined
  }
  const [begin, end] = [moment('from', from), moment('until', until)]
  if (begin !== undefined && end !== undefined && Temporal.Instant.compare(begin, end) >= 0)
    problems.push({ path: 'until', code: 'PERIOD_REVERSED', message: { zh: '应晚于起始', en: 'must be after `from`' } })
  return {
    ...(province != null && { province }),
    ...(type != null && { type }),
    ...(direction != null && { direction }),
    ...(outcome != null && { outcome }),
    ...(exchange != null && { exchange: exchange.toLowerCase() }),
    ...(begin !== undefined && { from: begin }),
    ...(end !== undefined && { until: end }),
  }
}

export const noMessage = (): NotFound => NotFound.of({ zh: '该报文', en: 'the message' }, 'id')
