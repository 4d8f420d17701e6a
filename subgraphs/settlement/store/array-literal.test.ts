import { expect, test } from 'vitest'
import { arrayLiteral } from './array-literal.ts'

test('numbers, flags and nulls stand bare', () => {
  expect(arrayLiteral([1n, -2, true, null])).toBe('{1,-2,true,NULL}')
})

test('texts that could be read as something else are quoted', () => {
  expect(arrayLiteral(['a', '', 'NULL', 'null', 'a,b', '{}', 'say "x"', 'back\\slash', '阿司匹林'])).toBe(
    String.raw`{a,"","NULL","null","a,b","{}","say \"x\"","back\\slash","阿司匹林"}`,
  )
})
