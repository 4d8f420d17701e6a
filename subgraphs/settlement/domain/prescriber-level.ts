import type { Condition, Policy } from './policy.ts'

const PHARMACY_CARE = '41'
const known = new WeakMap<Policy, boolean>()

/**
 * Whether a policy says what a pharmacy's bill is paid at by the level of the hospital that prescribed: something it
 * says for pharmacies alone depends on a hospital's level, which no pharmacy has by itself. A policy that pharmacies
 * share with hospitals has levels for the hospitals' own sake.
 */
export function paysByPrescriber(policy: Policy): boolean {
  const before = known.get(policy)
  if (before !== undefined) return before
  const { payers, careTypes } = policy
  const found = dependsOnLevel(payers, isPharmacyOnly(careTypes))
  known.set(policy, found)
  return found
}

const isPharmacyOnly = (careTypes: readonly string[] | undefined): boolean =>
  careTypes?.every((one) => one.startsWith(PHARMACY_CARE)) ?? false

/** Looks through a policy's parts for a condition on a hospital's level, under conditions that leave only pharmacies. */
function dependsOnLevel(part: unknown, isPharmacy: boolean): boolean {
  if (typeof part !== 'object' || part === null) return false
  const when: Condition = 'when' in part && typeof part.when === 'object' && part.when !== null ? part.when : {}
  const inside = isPharmacy || isPharmacyOnly(when.careType)
  if (inside && when.level?.some((level) => level !== 'PHARMACY') === true) return true
  return Object.values(part).some((inner) => dependsOnLevel(inner, inside))
}
