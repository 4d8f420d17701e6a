import type { Problem, Text } from '@yibao/schema/rejection'
import type { Choice } from './message.ts'
import type { Notices } from './notice.ts'

/** By which channels somebody is told of one kind of event. */
export interface Preference extends Choice {
  readonly kind: string
  readonly name: Text
}

/** Where somebody is reached and how they chose, as they may see it. */
export interface NoticeSettings {
  readonly phone: string | null
  readonly push: boolean
  readonly preferences: readonly Preference[]
}

/** All kinds of event, with what was chosen for them; else a phone is used as the templates of the kind say. */
export const preferencesOf = ({ kinds, templates }: Notices, chosen: ReadonlyMap<string, Choice>): Preference[] =>
  [...kinds].map(([kind, name]) => {
    const usual = (channel: 'SMS' | 'PUSH') =>
      templates.some((one) => one.kind === kind && one.channels.includes(channel))
    return { kind, name, ...(chosen.get(kind) ?? { sms: usual('SMS'), push: usual('PUSH') }) }
  })

/** Mainland mobile numbers. */
export function checkPhone(phone: string | null, problems: Problem[]): void {
  if (phone === null || /^1[3-9]\d{9}$/.test(phone)) return
  const message = { zh: '须为 11 位手机号码', en: 'must be a mobile number of 11 digits' }
  problems.push({ path: 'phone', code: 'PHONE_FORM', message })
}

/** Tokens of devices are long words without spaces. */
export function checkPushToken(token: string | null, problems: Problem[]): void {
  if (token === null || /^[\x21-\x7e]{8,512}$/.test(token)) return
  const message = { zh: '须为 8 至 512 个可见 ASCII 字符', en: 'must be 8 to 512 visible ASCII characters' }
  problems.push({ path: 'pushToken', code: 'TOKEN_FORM', message })
}
