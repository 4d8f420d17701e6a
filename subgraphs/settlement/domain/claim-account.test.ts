import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { shippedCardRules } from '../store/claim-account.ts'
import { hasCheckDigit, readClaimAccount } from './claim-account.ts'

const rules = shippedCardRules()
const read = (change: object = {}) =>
  readClaimAccount(
    { holder: '朱淑芬', number: '6222 0202 0001 2345 678', bankName: '中国工商银行兰州支行', ...change },
    { rules, name: '朱淑芬' },
  )
const faultOf = (change: object): unknown => {
  try {
    read(change)
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ path, code }) => `${path} ${code}`)
    throw error
  }
  return null
}

/** The check digit of a number that lacks it. */
const completed = (body: string) =>
  '0123456789'
    .split('')
    .map((one) => body + one)
    .find(hasCheckDigit) ?? ''
const ICBC = completed('622202020001234567')

test('a card of the person passes by itself, however it is printed', () => {
  expect(read({ number: ICBC.replaceAll(/(.{4})/g, '$1 ') })).toMatchObject({
    number: ICBC,
    relation: 'SELF',
    concerns: [],
    bankCode: null,
  })
  expect(read({ number: ICBC, holder: '朱淑芬', guardian: true })).toMatchObject({ relation: 'SELF', concerns: [] })
})

test('a number whose check digit is wrong, or that is too short or no number, is refused, naming the field', () => {
  const wrong = ICBC.slice(0, -1) + String((Number(ICBC.at(-1)) + 1) % 10)
  expect(faultOf({ number: wrong })).toEqual(['input.number CHECK_DIGIT'])
  for (const number of ['622202', '62220202000123456789', '', 'abc', '1234567', '１２３４５６７８９'])
    expect(faultOf({ number })).toEqual([expect.stringMatching(/^input\.number /)])
})

test('two digits exchanged in a card number never pass', () => {
  for (let i = 6; i + 1 < ICBC.length; i += 1) {
    const [a = '', b = ''] = [ICBC[i], ICBC[i + 1]]
    // Luhn's formula does not tell 09 from 90.
    if (a === b || [a, b].toSorted().join('') === '09') continue
    const number = `${ICBC.slice(0, i)}${b}${a}${ICBC.slice(i + 2)}`
    expect(faultOf({ number }), number).toEqual(['input.number CHECK_DIGIT'])
  }
})

test('a holder who is not the person is refused, unless said to be a guardian, whom staff look at', () => {
  expect(faultOf({ number: ICBC, holder: '王五' })).toEqual(['input.holder OTHER_HOLDER'])
  expect(read({ number: ICBC, holder: '王五', guardian: true })).toMatchObject({
    relation: 'GUARDIAN',
    concerns: ['GUARDIAN'],
  })
  expect(faultOf({ number: ICBC, holder: '=1', guardian: true })).toEqual(['input.holder FORMULA'])
})

test('what lists of issuers contradict, and numbers of no card, are looked at and not refused', () => {
  expect(read({ number: ICBC, bankName: '招商银行' }).concerns).toEqual(['OTHER_BANK'])
  expect(read({ number: completed('622202020001234') }).concerns).toEqual(['OTHER_LENGTH'])
  expect(read({ number: '101502030405' }).concerns).toEqual(['NO_CARD'])
  // A prefix nobody has listed says nothing.
  expect(read({ number: completed('629999000012345'), bankName: '某村镇银行' }).concerns).toEqual([])
})

test('several faults are told at once', () => {
  expect(faultOf({ number: '1', holder: '', bankName: '', bankCode: '12' })).toEqual([
    'input.number MALFORMED',
    'input.holder REQUIRED',
    'input.bankName REQUIRED',
    'input.bankCode MALFORMED',
  ])
})
