import { expect, test } from 'vitest'
import { codeForm } from './catalogue-code.ts'

test.each([
  ['XJ01CAA040A001010102699', '101'],
  ['ZA01BAB0101X00101022000', '101'],
  ['ZA01BAB0101X0010102', undefined],
  ['T000100011', '102'],
  ['T0001000110100001000', '106'],
  ['J620200000000001', '103'],
  ['001102000010000', '201'],
  ['C1401000010000100101', '301'],
  ['C14010000100001001010000001', '301'],
  ['XJ01CAA040A00101010269', undefined],
  ['1102000010000', undefined],
  ['xj01caa040a001010102699', undefined],
  ['', undefined],
])('%s is of list type %s', (code, listType) => expect(codeForm(code)?.listTypes[0]).toBe(listType))
