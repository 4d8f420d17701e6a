import { expect, test } from 'vitest'
import { careKindOfClearing, clearingTypeOf } from './clearing-type.ts'

test('each kind of care is cleared under one national category, and the category leads back to it', () => {
  expect(clearingTypeOf('OUTPATIENT')).toBe('11')
  expect(clearingTypeOf('INPATIENT')).toBe('21')
  expect(clearingTypeOf('PHARMACY')).toBe('41')
  for (const kind of ['OUTPATIENT', 'INPATIENT', 'PHARMACY'] as const)
    expect(careKindOfClearing(clearingTypeOf(kind))).toBe(kind)
})

test('a code no settlement has stands for no care', () => {
  for (const code of ['', '51', '9902', '1']) expect(careKindOfClearing(code)).toBeNull()
})
