import { NotAllowed } from '@yibao/schema/rejection'

/** Typing errors and people who are not insured stay far below; 500 numbers fit a birth date, sex and county. */
export const UNKNOWN_MAX = 200

/** The institution has asked for too many identity or card numbers of nobody on this day. */
export function tooManyUnknown(day: Temporal.PlainDate, path = 'credential.kind'): NotAllowed {
  const until = day.add({ days: 1 }).toString()
  const message = {
    zh: `今日查无此人的身份证号和社会保障卡号已达 ${UNKNOWN_MAX} 个，${until} 零时前不再按证、卡号查询；请用医保电子凭证`,
    en:
      `${UNKNOWN_MAX} identity and card numbers of nobody were asked for today; there are no look-ups by either until ` +
      `${until} 00:00 (China time): take the e-voucher`,
  }
  return NotAllowed.at(path, 'TOO_MANY_UNKNOWN_CREDENTIALS', message)
}

/** A counter serves one person at a time; several in one operation are somebody trying numbers. */
export function onlyOneCredential(): NotAllowed {
  return NotAllowed.of({
    code: 'ONE_CREDENTIAL_PER_OPERATION',
    text: { zh: '每个操作只能出示一个凭证', en: 'an operation can show one credential only' },
  })
}
