import { expect, test } from 'vitest'
import { saysEachOnce } from './plain-json.ts'

test.each<[string, boolean]>([
  ['{"a":{"b":1},"c":{"b":1},"d":[{"b":2},{"b":3}]}', true],
  ['{ "a" : "}:{\\"a\\":1", "b" : ["a","a"], "c":null }', true],
  ['{"a":1,"a":1}', false],
  ['{"a":1,"\\u0061":1}', false],
  ['{"x":[{"a":{"b":1},"c":{},"a":2}]}', false],
  ['{"days":3.0000000000000000110105}', false],
  ['{"days":03}', false],
  ['3', true],
])('%s', (json, once) => expect(saysEachOnce(json)).toBe(once))
