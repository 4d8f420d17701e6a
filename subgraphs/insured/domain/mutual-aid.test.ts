import { expect, test } from 'vitest'
import { maskName } from './mutual-aid.ts'

test.each([
  ['朱淑芬', '朱**'],
  ['欧阳样本', '欧***'],
  ['𠮷田', '𠮷*'],
  ['王', '*'],
  ['Anne-Marie', 'A*********'],
])('of a name a mask shows the first character alone: %s', (name, mask) => {
  expect(maskName(name)).toBe(mask)
})
