/** Insurance types (险种, national field `insutype`) a person can be enrolled in. */
export const INSURANCE_TYPES: ReadonlySet<string> = new Set(
  '310 320 330 340 350 360 370 380 390 391 392 399 410 510'.split(' '),
)

/** The two basic insurances; their person types are disjoint. */
export const EMPLOYEE = '310'
export const RESIDENT = '390'

const BASIC: ReadonlySet<string> = new Set('310 340 350 360 380 390 391'.split(' '))

/** Whether an insurance pays for treatment by itself; the others only top one of these up. */
export const isBasic = (insuranceType: string): boolean => BASIC.has(insuranceType)

const EMPLOYEE_CLASSES = ['11', '12', '13']
const RESIDENT_CLASSES = ['14', '15', '16']

/** A person type (人员类别, `psn_type`) is one of six classes, alone or with two digits of detail: 11, 1101, 1402. */
export const isPersonType = (code: string): boolean => /^1[1-6]([0-9]{2})?$/.test(code)

/** Employees, retired and pre-1949 cadres belong to the employees' insurance, minors and adults to the residents'. */
export function personTypeFits(insuranceType: string, personType: string): boolean {
  const group = personType.slice(0, 2)
  if (insuranceType === EMPLOYEE) return EMPLOYEE_CLASSES.includes(group)
  if (insuranceType === RESIDENT) return RESIDENT_CLASSES.includes(group)
  return true
}

/** Special identities (人员身份类别, `psn_idet_type`): civil servant 05, entitled groups 21, 22, assistance 23xx. */
export const isSpecialIdentity = (code: string): boolean => /^(05|21|22|23|230[1-5])$/.test(code)

/** Nationality (民族, GB 3304): 01–56, 97 other, 98 foreigner who was naturalised. */
export const isNationality = (code: string): boolean => /^(0[1-9]|[1-4][0-9]|5[0-6]|97|98)$/.test(code)
