import { NotAllowed, type NotFound } from '@yibao/schema/rejection'
import limits from './credential-limits.json' with { type: 'json' }

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

/** How many credentials of nobody the platform of another province may ask for on a day. */
export const PROVINCE_UNKNOWN_MAX = limits.unknownOfProvince.perDay

/** The institutions of a province have asked for too many credentials of nobody on this day. */
export function tooManyOfProvince(day: Temporal.PlainDate): NotAllowed {
  const until = day.add({ days: 1 }).toString()
  return NotAllowed.at('insuredPool', 'TOO_MANY_UNKNOWN_OF_PROVINCE', {
    zh: `贵省今日查无此人的凭证已达 ${PROVINCE_UNKNOWN_MAX} 个，${until} 零时前参保地只受理已解码的令牌`,
    en:
      `${PROVINCE_UNKNOWN_MAX} credentials of nobody were asked for by this province today; until ${until} 00:00 ` +
      '(China time) home looks up visit tokens alone',
  })
}

/** Whether a refusal may be somebody trying numbers. */
export const isOfNobody = ({ code }: NotAllowed | NotFound): boolean =>
  code === 'NOT_FOUND' || code === 'CODE_UNKNOWN' || code === 'CODE_USED'
