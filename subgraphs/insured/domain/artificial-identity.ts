import assert from 'node:assert/strict'
import { divisionFault, identityCheckCharacter } from '@yibao/schema/ids'

/**
 * A valid identity number of a person who cannot exist, for demo, tests and bench: the county part is 99, which
 * GB/T 2260 gives to no county, so the number belongs to nobody. `sequence` is 0–999; odd ones are men.
 */
export function artificialIdentity(division: string, birthDate: Temporal.PlainDate, sequence: number): string {
  assert(divisionFault(division) === null, 'an artificial identity has a valid division')
  assert(Number.isInteger(sequence) && sequence >= 0 && sequence <= 999, 'the sequence has three digits')
  const birth = birthDate.toString().replaceAll('-', '')
  const digits = `${division.slice(0, 4)}99${birth}${String(sequence).padStart(3, '0')}`
  return digits + identityCheckCharacter(digits)
}
