import { z } from 'zod'
import { fill, GENERIC, type NoticeData, type Notices, type Template } from './notice.ts'
import type { Text } from '@yibao/schema/rejection'

/** Who is told, by kind and code; a person by id. */
export interface Addressee {
  readonly kind: 'person' | 'institution' | 'staff' | 'employer'
  readonly code: string
}

export interface Message {
  readonly id: string
  readonly to: Addressee
  readonly template: string
  readonly version: number
  readonly data: NoticeData
  readonly at: Temporal.Instant
  readonly readAt: Temporal.Instant | null
}

export type Channel = 'IN_APP' | 'SMS' | 'PUSH'
export type DeliveryState = 'WAITING' | 'SENT' | 'DELIVERED' | 'FAILED'

export interface Delivery {
  readonly messageId: string
  readonly channel: Channel
  readonly state: DeliveryState
  readonly attempts: number
  readonly sentAt: Temporal.Instant | null
  readonly deliveredAt: Temporal.Instant | null
}

const WANTED = z.object({
  to: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person'), insuredId: z.uuid() }),
    z.object({ kind: z.literal('institution'), institution: z.string().regex(/^[HP]\d{11}$/) }),
    z.object({ kind: z.literal('staff'), pool: z.string().regex(/^\d{6}$/) }),
    z.object({ kind: z.literal('employer'), employer: z.string().regex(/^[0-9A-Z]{18}$/) }),
  ]),
  template: z.string().min(1).max(100),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
  key: z.string().min(1).max(300),
})

/** A notice some subgraph asked for. */
export interface Wanted {
  readonly to: Addressee
  readonly template: string
  readonly data: NoticeData
  readonly key: string
}

/** Reads the event of a notice; null when it is none. */
export function readWanted(payload: unknown): Wanted | null {
  const { success, data } = WANTED.safeParse(payload)
  if (!success) return null
  const { to } = data
  switch (to.kind) {
    case 'person':
      return { ...data, to: { kind: to.kind, code: to.insuredId } }
    case 'institution':
      return { ...data, to: { kind: to.kind, code: to.institution } }
    case 'staff':
      return { ...data, to: { kind: to.kind, code: to.pool } }
    case 'employer':
      return { ...data, to: { kind: to.kind, code: to.employer } }
  }
}

interface Shown {
  readonly kind: string
  readonly title: Text
  readonly text: Text
}

/** The words of a message, made when it is read: by the version it was sent with, as long as that is known. */
export function wordsOf({ template: code, version, data }: Message, notices: Notices): Shown {
  const template = notices.find(code, version) ?? notices.find(code)
  if (template === null) return { kind: 'GENERAL', ...GENERIC }
  return { kind: template.kind, title: fill(template.title, template, data), text: fill(template.text, template, data) }
}

/** The moment from which a phone may be disturbed: now, or when the quiet hours end. */
export function afterQuietHours(
  now: Temporal.Instant,
  { from, until }: { readonly from: Temporal.PlainTime; readonly until: Temporal.PlainTime },
): Temporal.Instant {
  const local = now.toZonedDateTimeISO('Asia/Shanghai')
  const time = local.toPlainTime()
  const isLate = Temporal.PlainTime.compare(time, from) >= 0
  const isEarly = Temporal.PlainTime.compare(time, until) < 0
  const spansMidnight = Temporal.PlainTime.compare(from, until) > 0
  if (spansMidnight ? !isLate && !isEarly : !(isLate && isEarly)) return now
  const day = spansMidnight && isLate ? local.add({ days: 1 }) : local
  return day.withPlainTime(until).toInstant()
}

/** How long to wait after so many tries; null when it is given up. */
export function waitAfter(
  tried: number,
  { attempts, backoffSeconds }: { readonly attempts: number; readonly backoffSeconds: readonly number[] },
): number | null {
  if (tried >= attempts) return null
  return backoffSeconds[Math.min(tried, backoffSeconds.length) - 1] ?? null
}

export interface Choice {
  readonly sms: boolean
  readonly push: boolean
}

/** By which channels besides the app a message goes out: those of its template, or what the recipient chose, if there is an address. */
export function channelsFor(
  template: Template | null,
  choice: Choice | null,
  reach: { readonly SMS: boolean; readonly PUSH: boolean },
): ('SMS' | 'PUSH')[] {
  if (template?.short === undefined) return []
  const wanted = {
    SMS: choice?.sms ?? template.channels.includes('SMS'),
    PUSH: choice?.push ?? template.channels.includes('PUSH'),
  }
  return (['SMS', 'PUSH'] as const).filter((one) => wanted[one] && reach[one])
}
