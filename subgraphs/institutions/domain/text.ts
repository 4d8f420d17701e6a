import type { Fault } from '@yibao/schema/ids'

/** What is wrong with a text of a person's own words: its length in characters, or control characters in it. */
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
  return null
}
