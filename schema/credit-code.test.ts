import { expect, test } from 'vitest'
import { creditCodeCheck, creditCodeFault } from './credit-code.ts'

// The first is the example of GB 32100-2015, the others are published codes of companies and a public institution.
test.each(['91350100M000100Y43', '91440300708461136T', '91330100799655058B', '12100000400010275N'])(
  '%s is a right credit code',
  (code) => expect(creditCodeFault(code)).toBeNull(),
)

test.each([
  ['91350100M000100Y44', 'CREDIT_CODE_CHECK', 'the check character is wrong'],
  ['91350100M000100Y34', 'CREDIT_CODE_CHECK', 'two characters changed places'],
  ['91350100M000100Y4', 'CREDIT_CODE_FORM', 'too short'],
  ['91350100I000100Y43', 'CREDIT_CODE_FORM', 'the letter I is not used'],
  ['91350100m000100y43', 'CREDIT_CODE_FORM', 'small letters'],
  ['９1350100M000100Y43', 'CREDIT_CODE_FORM', 'a full-width digit'],
])('%s is refused with %s: %s', (code, fault) => expect(creditCodeFault(code)?.code).toBe(fault))

test('the check character of any 17 characters makes a right code', () => {
  for (const start of ['12620200MB0000001', '91620100000000001', '52110000999999999']) {
    expect(creditCodeFault(start + creditCodeCheck(start))).toBeNull()
  }
})
