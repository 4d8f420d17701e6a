/** Where a care type is delivered, which decides the clearing category (`clearing-type.ts`). */
export type CareKind = 'OUTPATIENT' | 'INPATIENT' | 'PHARMACY'

/**
 * The national care types (`med_type`) this platform settles, by the two digits that open each code. Local platforms
 * lengthen a code (`140104`, `2101`), so what follows is free within six digits.
 */
const KINDS: Readonly<Record<string, CareKind>> = {
  '11': 'OUTPATIENT',
  '12': 'OUTPATIENT',
  '13': 'OUTPATIENT',
  '14': 'OUTPATIENT',
  '15': 'OUTPATIENT',
  '16': 'OUTPATIENT',
  '19': 'OUTPATIENT',
  '21': 'INPATIENT',
  '22': 'INPATIENT',
  '23': 'INPATIENT',
  '24': 'INPATIENT',
  '25': 'INPATIENT',
  '26': 'INPATIENT',
  '27': 'INPATIENT',
  '28': 'INPATIENT',
  '41': 'PHARMACY',
  '51': 'OUTPATIENT',
  '52': 'INPATIENT',
  '53': 'OUTPATIENT',
}

/** Codes that are emergencies or injuries by themselves, whatever the bill's flags say. */
const EMERGENCY = /^(13|24)/
const TRAUMA = /^(19|22)/
/** Chronic and special outpatient care, which needs the person's registration for the disease. */
const REGISTERED = /^14/
/** Care at the price of a single disease. */
const SINGLE_DISEASE = /^(26|2102)/
const MATERNITY = /^5[123]/

/** The kind of care a `med_type` code stands for; null when the code is not one. */
export function careKindOf(careType: string): CareKind | null {
  return /^\d{2}(\d{2}){0,2}$/.test(careType) ? (KINDS[careType.slice(0, 2)] ?? null) : null
}

export const isEmergencyCare = (careType: string): boolean => EMERGENCY.test(careType)
export const isTraumaCare = (careType: string): boolean => TRAUMA.test(careType)
export const needsRegistration = (careType: string): boolean => REGISTERED.test(careType)
export const needsDisease = (careType: string): boolean => REGISTERED.test(careType) || SINGLE_DISEASE.test(careType)
export const isMaternityCare = (careType: string): boolean => MATERNITY.test(careType)
