import type { Problem } from '@yibao/schema/rejection'

/** Reads the number of a social-security card, which letters and digits make up; null when none is given. */
export function readCardNumber(text: string | null | undefined, path: string, problems: Problem[]): string | null {
  if (text === null || text === undefined) return null
  if (!/^[0-9A-Za-z]{1,30}$/.test(text)) {
    const message = { zh: '社会保障卡号应为 1–30 位字母或数字', en: 'must be 1–30 letters and digits' }
    problems.push({ path: `${path}cardNumber`, code: 'CARD_FORM', message })
  }
  return text
}
