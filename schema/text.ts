import { holdsIdentity, type Fault } from './ids.ts'

/**
 * What is wrong with a text in a person's own words: its length in characters, characters that are none, or an identity
 * number in it, which has no place where nothing is encrypted.
 */
export function textFault(text: string, { min, max }: { min: number; max: number }): Fault | null {
  const length = Array.from(text).length
  if (length < min || length > max) {
    return {
      code: 'LENGTH',
      message: { zh: `应为 ${min}–${max} 个字`, en: `must have ${min} to ${max} characters` },
    }
  }
  if (/[\p{Cc}\p{Cs}\uFFFD]/u.test(text)) {
    return { code: 'CHARACTERS', message: { zh: '含有控制字符或乱码', en: 'has control or broken characters' } }
  }
  return identityInText(text)
}

/** The fault of a text that holds an identity number; null when it holds none. */
export const identityInText = (text: string): Fault | null =>
  holdsIdentity(text)
    ? { code: 'IDENTITY_IN_TEXT', message: { zh: '不得包含证件号码', en: 'must not hold an identity number' } }
    : null
