import { expect, test } from 'vitest'
import { initials } from './pinyin.ts'

test.each([
  ['阿莫西林胶囊', 'amxljn'],
  ['重组人胰岛素注射液', 'czrydszsy'],
  ['参苓白术散', 'slbzs'],
  ['长春西汀注射液', 'ccxtzsy'],
  ['X线计算机体层(CT)平扫', 'xxjsjtcctps'],
  ['0.9%氯化钠注射液', '09lhnzsy'],
])('the initials of %s are %s', (name, letters) => expect(initials(name)).toBe(letters))
