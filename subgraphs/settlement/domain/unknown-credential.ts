import { NotAllowed } from '@yibao/schema/rejection'

/** Typing errors and people who are not insured stay far below; 500 numbers fit a birth date, sex and county. */
export const UNKNOWN_MAX = 200

/**
 * The same of all institutions of another province together: a platform that invents institutions could go on for ever.
 * ASSUMED: what a whole province mistypes in a day stays far below.
 */
export const PROVINCE_UNKNOWN_MAX = 5_000

/** The institution has sent too many numbers of nobody on this day. Never stored: tomorrow the bill may settle. */
export class TooManyUnknown extends NotAllowed {
  override readonly retryable = true
  static on(day: Temporal.PlainDate, path = 'credential.kind', max = UNKNOWN_MAX): TooManyUnknown {
    const until = day.add({ days: 1 }).toString()
    const text = {
      zh:
        `今日查无此人的身份证号、社会保障卡号和不能开单的人员编号已达 ${max} 个，${until} 零时前不再按证、卡号或人员编号受理；` +
        '请用医保电子凭证',
      en:
        `${max} identity or card numbers of nobody, or person numbers no order could be made by, were sent today; ` +
        `nothing is taken by identity card, social-security card or person number until ${until} 00:00 (China time): ` +
        'take the e-voucher',
    }
    const code = 'TOO_MANY_UNKNOWN_CREDENTIALS'
    const problems = [{ path, code, message: text }]
    return new TooManyUnknown({ code, text, problems, details: {} })
  }
}
