import { isNotLinked, notLinked } from '@yibao/schema/exchange'
import type { InternalHandler } from '@yibao/schema/internal'
import type { Busy, NotAllowed, Text } from '@yibao/schema/rejection'
import { homeBusy, homeUnreachable } from '../domain/away.ts'
import { NotSettledDirectly } from '../domain/not-settled-directly.ts'

/** What came of saying something. `UNREACHED` says nothing of whether it arrived. */
export type Said =
  | { readonly kind: 'ANSWERED'; readonly answer: unknown }
  | { readonly kind: 'REFUSED'; readonly code: string; readonly message: Text }
  | { readonly kind: 'UNREACHED'; readonly code: string }

/** The way to other provinces, by the cross-province subgraph, which signs for this platform. */
export interface ProvincePort {
  /** First two digits of the platform's own divisions. */
  readonly province: string
  /** Says something to another province, once. */
  send(saying: { readonly province: string; readonly type: string; readonly message: unknown }): Promise<Said>
}

/** Through what the cross-province subgraph answers beyond the graph. */
export const createProvincePort = (province: string, crossProvince: InternalHandler): ProvincePort => ({
  province,
  send: async (saying) => (await crossProvince('exchange.send', saying, '')) as Said,
})

/** Codes of connections that were never made: what was to be said was not said. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EXCHANGE_OFF',
])

export const wasNeverSent = (code: string): boolean => NEVER_SENT.has(code)

/** The window learns that it is claimed at home. */
export const notLinkedHere = (): NotAllowed => NotSettledDirectly.instead(notLinked(), 'NOT_LINKED', null)

/** Why nothing was settled of a bill the other platform has not taken, by what became of the message. */
export const notTaken = (code: string): NotAllowed | Busy => {
  if (code === 'BUSY') return homeBusy()
  return isNotLinked(code) ? notLinkedHere() : homeUnreachable()
}
