import { randomUUIDv7 } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  bareId,
  birthDateOf,
  certificateTypeOf,
  createStamp,
  divisionFault,
  holdsIdentity,
  identityFault,
  institutionFault,
  personNumberFault,
  sexOf,
  significantDivision,
  timeDigits,
  uuidFault,
} from './ids.ts'

describe('an identity number', () => {
  test('of the standard (GB 11643-1999) and of each permit is accepted', () => {
    for (const number of ['34052419800101001X', '34052419800101001x', '810000199408230021', '911124198108030024']) {
      expect(identityFault(number), number).toBeNull()
    }
  })

  test('says birth date, sex and kind of certificate', () => {
    expect(birthDateOf('34052419800101001X')?.toString()).toBe('1980-01-01')
    expect(sexOf('34052419800101001X')).toBe('1')
    expect(sexOf('810000199408230021')).toBe('2')
    expect(certificateTypeOf('34052419800101001X')).toBe('01')
    expect(certificateTypeOf('810000199408230021')).toBe('17')
    expect(certificateTypeOf('911124198108030024')).toBe('07')
  })

  test.each([
    '34052419800101001X',
    '本人34052419800101001x，特此说明',
    '证号：340524 19800101 001X',
    '340524-19800101-001X',
    '３４０５２４１９８００１０１００１Ｘ',
    '340524198001010011 has a wrong check character',
    '911124198108030024',
  ])('is found in a text, however it is written: %s', (text) => {
    expect(holdsIdentity(text)).toBe(true)
  })

  test.each([
    '',
    '因病情需要',
    '622848001234567890',
    '340524199913010012',
    '0340524198001010010',
    '2026-11-22 10:00:00',
  ])('is not seen in a text that holds none: %s', (text) => {
    expect(holdsIdentity(text)).toBe(false)
  })

  test.each([
    ['340524198001010011', 'IDENTITY_CHECK'],
    ['34052419800230001X', 'IDENTITY_BIRTH_DATE'],
    ['00052419800101001X', 'IDENTITY_DIVISION'],
    ['81052419800101001X', 'IDENTITY_DIVISION'],
    ['90052419800101001X', 'IDENTITY_DIVISION'],
    ['340524800101001', 'IDENTITY_FORM'],
    [' 34052419800101001X', 'IDENTITY_FORM'],
    ['３４０５２４19800101001X', 'IDENTITY_FORM'],
    ['', 'IDENTITY_FORM'],
  ])('that is wrong is refused without being quoted: %s', (number, code) => {
    const found = identityFault(number)
    expect(found?.code).toBe(code)
    if (number.length > 0) expect(JSON.stringify(found)).not.toContain(number)
  })

  test('with any one digit changed is refused', () => {
    const number = '34052419800101001X'
    for (let place = 0; place < 17; place++) {
      for (const digit of '0123456789') {
        if (digit === number[place]) continue
        expect(identityFault(number.slice(0, place) + digit + number.slice(place + 1))).not.toBeNull()
      }
    }
  })
})

test.each([
  ['620200', null],
  ['620000', null],
  ['620302', null],
  ['131199', null],
  ['139900', null],
  ['620001', 'DIVISION_UNKNOWN'],
  ['160000', 'DIVISION_UNKNOWN'],
  ['830000', 'DIVISION_UNKNOWN'],
  ['6202', 'DIVISION_FORM'],
])('a division has the form of GB/T 2260: %s', (division, code) => {
  expect(divisionFault(division)?.code ?? null).toBe(code)
})

test('the significant digits of a division end where its zeros begin', () => {
  expect(significantDivision('620000')).toBe('62')
  expect(significantDivision('620100')).toBe('6201')
  expect(significantDivision('620302')).toBe('620302')
  expect(significantDivision('500000')).toBe('50')
  expect(significantDivision('469000')).toBe('4690')
})

test.each([
  ['H62020000001', null],
  ['P62020000001', null],
  ['X62020000001', 'INSTITUTION_FORM'],
  ['H6202000001', 'INSTITUTION_FORM'],
  ['H00020000001', 'INSTITUTION_FORM'],
])('an institution code is H or P, a division and five digits: %s', (code, expected) => {
  expect(institutionFault(code)?.code ?? null).toBe(expected)
})

test('ids and person numbers have one form', () => {
  expect(uuidFault('01932e4e-7d5a-7c3c-9a54-3f1d1c2b3a4d')).toBeNull()
  expect(uuidFault('01932e4e7d5a7c3c9a543f1d1c2b3a4d')?.code).toBe('ID_FORM')
  expect(personNumberFault('62020000000000000001')).toBeNull()
  expect(personNumberFault('')?.code).toBe('PERSON_NUMBER_FORM')
  expect(personNumberFault('6202-1')?.code).toBe('PERSON_NUMBER_FORM')
})

test('ids of one moment stand in the order in which they are made, whatever comes between, and none is made twice', () => {
  const stamp = createStamp(() => randomUUIDv7())
  const [first, later] = [
    Temporal.Instant.from('2026-11-22T10:00:00+08:00'),
    Temporal.Instant.from('2026-11-22T10:00:01+08:00'),
  ]
  const made = Array.from({ length: 500 }, () => [stamp(first), stamp(later)])
  const firsts = made.map(([one = '']) => one)
  expect(firsts).toEqual(firsts.toSorted())
  expect(new Set(made.flat()).size).toBe(1000)
  expect(firsts.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  )
  expect(firsts.every((id) => bareId(id).startsWith(timeDigits(first)))).toBe(true)
})
