import { expect, test } from 'vitest'
import { parseJson } from './wire.ts'

test.each([['{"a":"\\u0000"}'], ['{"a":["b",{"c":"x\\uD800"}]}'], ['{"\\udfff":1}'], ['"\\ud83dx"'], ['{"a":']])(
  '%s of another platform is not taken, for it cannot be kept',
  (json) => {
    expect(() => parseJson(json)).toThrow(SyntaxError)
  },
)

test('everything else of JSON is read as it is, whole characters that are escaped included', () => {
  for (const value of [{ a: '样本\n' }, ['\\u0000', '\\ud800'], '😀', null, { toString: 1 }])
    expect(parseJson(JSON.stringify(value))).toEqual(value)
  expect(parseJson('"\\ud83d\\ude00"')).toBe('😀')
})
