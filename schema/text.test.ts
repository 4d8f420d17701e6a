import { expect, test } from 'vitest'
import { textFault } from './text.ts'

test.each([
  ['', 'LENGTH'],
  ['病', 'LENGTH'],
  ['病'.repeat(11), 'LENGTH'],
  ['病\u0000情', 'CHARACTERS'],
  ['病\ud800情', 'CHARACTERS'],
  ['34052419800101001X', 'LENGTH'],
])('a text of a person’s own words that is none is told why: %j', (text, code) => {
  expect(textFault(text, { min: 2, max: 10 })?.code).toBe(code)
})

test('an identity number in a text is refused without being quoted', () => {
  const fault = textFault('本人 34052419800101001X 申请', { min: 2, max: 100 })
  expect(fault?.code).toBe('IDENTITY_IN_TEXT')
  expect(JSON.stringify(fault)).not.toContain('340524')
})

test('characters are counted, not what they are stored as', () => {
  expect(textFault('𠮷𠮷', { min: 2, max: 2 })).toBeNull()
})
