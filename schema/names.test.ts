import { expect, test } from 'vitest'
import { canonicalName } from './names.ts'

test('a name is the same whichever dot it is written with, and whatever blanks stand around it', () => {
  for (const dot of ['\u00B7', '\u2022', '\u30FB', '\uFF65', '\uFF0E', '\u2027', '\u2219', '\u22C5']) {
    expect(canonicalName(` 阿依${dot}买买提\u3000`)).toBe('阿依\u00B7买买提')
  }
})

test('nothing else in a name is changed', () => {
  for (const name of ['王小明', 'Anna-Marie O’Neill', 'J. Smith', '欧阳 修']) expect(canonicalName(name)).toBe(name)
})
