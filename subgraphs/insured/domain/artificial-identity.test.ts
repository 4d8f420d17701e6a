import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { birthDateOf, identityFault, sexOf } from '@yibao/schema/ids'
import { artificialIdentity } from './artificial-identity.ts'

test('every artificial identity number is valid, says what it was made from, and belongs to no county', () => {
  const divisions = fc.constantFrom('620200', '620100', '110000', '440900')
  const births = fc.integer({ min: 0, max: 40_000 }).map((days) => Temporal.PlainDate.from('1910-01-01').add({ days }))
  fc.assert(
    fc.property(divisions, births, fc.integer({ min: 0, max: 999 }), (division, born, sequence) => {
      const number = artificialIdentity(division, born, sequence)
      expect(identityFault(number)).toBeNull()
      expect(birthDateOf(number)?.equals(born)).toBe(true)
      expect(sexOf(number)).toBe(sequence % 2 === 1 ? '1' : '2')
      expect(number.slice(4, 6)).toBe('99')
    }),
  )
})
