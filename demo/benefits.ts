import type { SeedBinding, SeedRegistration } from '@yibao/insured/seed'
import { demoPersons, idOf } from './persons.ts'

const persons = demoPersons()

/** A demo person of a pool whose label has these words; the first of them, or a further one. */
function personId(pool: string, label: string, further = 0): string {
  const found = persons.filter((one) => one.label.startsWith(pool) && one.label.includes(label))[further]
  if (found === undefined) throw new Error(`there is no demo person ${pool} ${label} ${further}`)
  return found.insuredId
}

const DOCTOR = { doctorCode: 'D629900000101', doctorName: '示范医师' }
const SINCE = { certifiedOn: '2024-09-10', beginOn: '2025-10-01' }

const REGISTERED = [
  {
    insuredId: personId('629900', 'retired'),
    disease: 'M03900',
    name: '高血压',
    kind: 'CHRONIC',
    insuranceType: '310',
    certifiedBy: 'H62990000001',
  },
  {
    insuredId: personId('629900', 'elderly'),
    disease: 'M01600',
    name: '糖尿病',
    kind: 'CHRONIC',
    insuranceType: '390',
    certifiedBy: 'H62990000001',
    institutions: ['H62990000001'],
  },
  {
    insuredId: personId('629900', 'adult resident'),
    disease: 'M00500',
    name: '恶性肿瘤门诊治疗',
    kind: 'SPECIAL',
    insuranceType: '390',
    certifiedBy: 'H62990000001',
    endOn: '2027-12-31',
  },
  {
    insuredId: personId('620100', 'retired'),
    disease: 'M01600',
    name: '糖尿病',
    kind: 'CHRONIC',
    insuranceType: '310',
    certifiedBy: 'H62010000001',
  },
] satisfies Omit<SeedRegistration, 'registrationId' | 'certifiedOn' | 'beginOn' | keyof typeof DOCTOR>[]

/** Who of the demo persons is registered for a chronic or special disease. */
export const demoRegistrations: readonly SeedRegistration[] = REGISTERED.map((one, index) => ({
  ...DOCTOR,
  ...SINCE,
  ...one,
  registrationId: idOf(3001 + index),
}))

const BOUND = [
  { sponsorId: personId('629900', 'active'), insuredId: personId('629900', 'retired', 1), relation: 'PARENT' },
  {
    sponsorId: personId('629900', 'active', 1),
    insuredId: personId('629900', 'retired', 1),
    relation: 'PARENT',
    yearlyLimit: '2000.00',
  },
  {
    sponsorId: personId('629900', 'active'),
    insuredId: personId('629900', 'pupil'),
    relation: 'CHILD',
    yearlyLimit: '1000.00',
  },
  { sponsorId: personId('629900', 'retired'), insuredId: personId('629900', 'pupil'), relation: 'GRANDCHILD' },
  { sponsorId: personId('620100', 'active'), insuredId: personId('629900', 'elderly'), relation: 'GRANDPARENT' },
  // Two who sponsor each other.
  { sponsorId: personId('620200', 'active'), insuredId: personId('620200', 'active', 1), relation: 'SPOUSE' },
  { sponsorId: personId('620200', 'active', 1), insuredId: personId('620200', 'active'), relation: 'SPOUSE' },
] satisfies Omit<SeedBinding, 'bindingId'>[]

/** Whose account pays for which relative; the sponsors of one person in the order they pay. */
export const demoBindings: readonly SeedBinding[] = BOUND.map((one, index) => ({
  ...one,
  bindingId: idOf(4001 + index),
}))
