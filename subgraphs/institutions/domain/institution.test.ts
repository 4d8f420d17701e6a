import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { readInstitution, type InstitutionInput } from './institution.ts'

const input: InstitutionInput = {
  code: 'H62020000001',
  name: ' 嘉峪关示范医院 ',
  level: 'LEVEL_2',
  type: 'GENERAL_HOSPITAL',
  creditCode: '91350100M000100Y43',
}

const faultsOf = (change: Partial<InstitutionInput>, pool = '620200'): string[] => {
  try {
    readInstitution({ ...input, ...change }, pool)
    return []
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.problems.map(({ path, code }) => `${path} ${code}`)
  }
}

test('a hospital is read, its kind from the code and its pool from who registers', () => {
  expect(readInstitution(input, '620200')).toEqual({
    ...input,
    name: '嘉峪关示范医院',
    kind: 'HOSPITAL',
    pool: '620200',
    levels: null,
  })
})

test.each([
  [{ code: 'X62020000001' }, ['input.code INSTITUTION_FORM']],
  [{ code: 'H6202000001' }, ['input.code INSTITUTION_FORM']],
  [{ code: 'H62010000001' }, ['input.code OTHER_POOL']],
  [{ code: 'P62020000001' }, ['input.level KIND_MISMATCH', 'input.type KIND_MISMATCH']],
  [{ level: 'PHARMACY' as const }, ['input.level KIND_MISMATCH']],
  [{ name: ' ' }, ['input.name LENGTH']],
  [{ name: '示范\u0000医院' }, ['input.name CHARACTERS']],
  [{ creditCode: '91350100M000100Y44' }, ['input.creditCode CREDIT_CODE_CHECK']],
  [
    { code: 'H', name: '', creditCode: '' },
    ['input.code INSTITUTION_FORM', 'input.name LENGTH', 'input.creditCode CREDIT_CODE_FORM'],
  ],
])('every fault is named at once: %j → %j', (change, faults) => expect(faultsOf(change)).toEqual(faults))

test('a district of a municipality stands in the pool of the whole municipality', () => {
  expect(faultsOf({ code: 'H11010500001' }, '110000')).toEqual([])
  expect(faultsOf({ code: 'H62020100001' }, '620200')).toEqual([])
})
