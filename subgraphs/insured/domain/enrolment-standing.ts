import { before } from '@yibao/schema/dates'
import type { Text } from '@yibao/schema/rejection'
import type { Enrolment } from './enrolment.ts'
import type { SuspendReason } from './enrolment-change.ts'
import type { WaitReason } from './enrolment-wait.ts'

export type Standing = 'IN_FORCE' | 'WAITING' | 'SUSPENDED' | 'ARREARS' | 'PENDING' | 'ENDED' | 'REPLACED'

/** How an enrolment stands on a day, with the reason a person sees. */
export interface StandingOn {
  readonly state: Standing
  /** Since when it has been so. */
  readonly since: Temporal.PlainDate
  /** The last day of it, when that is known. */
  readonly until: Temporal.PlainDate | null
  readonly reason: Text | null
}

const SUSPENDED_BECAUSE: Readonly<Record<SuspendReason, Text>> = {
  EMPLOYER_STOPPED: { zh: '用人单位停止缴费', en: 'the employer stopped paying' },
  ARREARS: { zh: '欠缴医疗保险费', en: 'contributions are in arrears' },
  LEFT_WORK: { zh: '已离职，尚未接续参保', en: 'the work has ended and nothing has followed yet' },
  OTHER: { zh: '其他原因，详见办理记录', en: 'for another reason; see the record of the change' },
}

const WAITS_BECAUSE: Readonly<Record<WaitReason, Text>> = {
  OUTSIDE_PERIOD: {
    zh: '未在居民医保集中参保期内参保',
    en: 'enrolled outside of the period in which residents enrol',
  },
  GAP: { zh: '中断缴费超过规定时间后重新参保', en: 'enrolled again after a longer gap' },
  ENTERED_LATE: { zh: '单位补办，自办理之日起享受待遇', en: 'entered late by the employer' },
  FIRST_ENROLMENT: { zh: '首次参保的待遇等待期', en: 'the waiting period of a first enrolment' },
}

export function standingOn(one: Enrolment, day: Temporal.PlainDate): StandingOn {
  const { beginOn, endOn, coverFrom } = one
  if (one.voided) return { state: 'REPLACED', since: beginOn, until: null, reason: REPLACED }
  if (endOn !== null && before(endOn, day)) {
    return { state: 'ENDED', since: endOn.add({ days: 1 }), until: null, reason: null }
  }
  if (before(day, beginOn)) return { state: 'PENDING', since: beginOn, until: null, reason: null }
  if (one.status === '2') {
    const because = SUSPENDED_BECAUSE[one.suspendReason ?? 'OTHER']
    const state = one.suspendReason === 'ARREARS' ? 'ARREARS' : 'SUSPENDED'
    return { state, since: beginOn, until: endOn, reason: sentence('暂停', 'suspended since', beginOn, because) }
  }
  if (coverFrom !== null && before(day, coverFrom)) {
    const because = WAITS_BECAUSE[one.waitReason ?? 'FIRST_ENROLMENT']
    const reason = {
      zh: `待遇等待期，自 ${coverFrom.toString()} 起享受待遇：${because.zh}`,
      en: `waiting, covered from ${coverFrom.toString()}: ${because.en}`,
    }
    return { state: 'WAITING', since: beginOn, until: coverFrom.subtract({ days: 1 }), reason }
  }
  return { state: 'IN_FORCE', since: coverFrom ?? beginOn, until: endOn, reason: null }
}

const REPLACED: Text = { zh: '生效前已被后续办理替代', en: 'replaced before a day of it was over' }

const sentence = (zh: string, en: string, day: Temporal.PlainDate, because: Text): Text => ({
  zh: `自 ${day.toString()} 起${zh}：${because.zh}`,
  en: `${en} ${day.toString()}: ${because.en}`,
})
