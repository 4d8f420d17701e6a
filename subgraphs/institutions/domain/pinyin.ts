import { customPinyin, pinyin } from 'pinyin-pro'

// Words of medicine whose first character the general dictionary reads differently.
customPinyin({ 重组: 'chóng zǔ', 参苓: 'shēn líng', 莪术: 'é zhú' })

/** Initials of a Chinese name in pinyin, lower case with Latin letters and digits kept: 阿莫西林 is "amxl". */
export function initials(name: string): string {
  const letters = pinyin(name, { pattern: 'first', toneType: 'none', type: 'array', nonZh: 'consecutive' }).join('')
  return letters.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
