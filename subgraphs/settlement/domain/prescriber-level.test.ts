import { expect, test } from 'vitest'
import { allPolicies } from '../../../test/cases-policies.ts'
import { paysByPrescriber } from './prescriber-level.ts'

test('a policy for pharmacies alone that asks for a hospital’s level pays by the prescriber; one they share does not', () => {
  const ofPharmacies = allPolicies.filter(({ careTypes }) => careTypes.some((one) => one.startsWith('41')))
  const ids = (found: typeof ofPharmacies) => [...new Set(found.map(({ id }) => id))].toSorted()
  const byPrescriber = ids(ofPharmacies.filter(paysByPrescriber))
  expect(byPrescriber).toEqual(expect.arrayContaining(['321000-employee-pharmacy', '629900-employee-pharmacy']))
  expect(byPrescriber).not.toContain('420100-employee-outpatient')
  expect(byPrescriber).not.toContain('110000-employee-pharmacy')
  expect(allPolicies.filter(({ careTypes }) => careTypes.includes('11')).some(paysByPrescriber)).toBe(false)
})
