import type { Fault } from './ids.ts'

/** The 31 characters of GB 32100-2015: no I, O, S, V, Z, which are easily misread. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]

/** The check character of the first 17 characters of a unified social credit code. */
export function creditCodeCheck(first17: string): string {
  const total = WEIGHTS.reduce((sum, weight, i) => sum + weight * ALPHABET.indexOf(first17.charAt(i)), 0)
  return ALPHABET.charAt((31 - (total % 31)) % 31)
}

/** What is wrong with a unified social credit code (统一社会信用代码, GB 32100-2015); null when it is right. */
export function creditCodeFault(text: string): Fault | null {
  if (!/^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/.test(text)) {
    return {
      code: 'CREDIT_CODE_FORM',
      message: { zh: '应为 18 位统一社会信用代码', en: 'must be an 18-character unified social credit code' },
    }
  }
  if (creditCodeCheck(text.slice(0, 17)) !== text.charAt(17)) {
    return {
      code: 'CREDIT_CODE_CHECK',
      message: { zh: '统一社会信用代码校验码不符', en: 'has a wrong check character (GB 32100)' },
    }
  }
  return null
}
