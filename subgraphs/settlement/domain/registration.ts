import { needsRegistration } from './care-type.ts'
import type { Bill } from './bill.ts'
import { refusedAt } from './refusals.ts'

/** A person's registration for a chronic or special disease (`opsp_dise_code`). Days are ISO texts. */
export interface RegistrationRecord {
  readonly disease: string
  /** The pool that acknowledged it. */
  readonly pool: string
  /** Institutions the person chose for it; null for any. */
  readonly institutions: readonly string[] | null
  readonly beginOn: string
  readonly endOn: string | null
}

/** Throws NotAllowed unless the person is registered for the bill's disease, at this institution, on the day of care. */
export function checkRegistration(
  { careType, disease, institution }: Pick<Bill, 'careType' | 'disease' | 'institution'>,
  registrations: readonly RegistrationRecord[],
  { pool, on }: { readonly pool: string; readonly on: Temporal.PlainDate },
): void {
  if (!needsRegistration(careType)) return
  const day = on.toString()
  const known = registrations.filter((one) => one.disease === disease && one.pool === pool)
  const current = known.filter(({ beginOn, endOn }) => beginOn <= day && (endOn === null || day <= endOn))
  if (current.length === 0)
    throw refusedAt('NOT_REGISTERED', ['disease'], {
      zh: `该人员在 ${day} 没有此病种的门诊慢特病备案`,
      en: `the person has no registration for this disease on ${day}`,
    })
  if (!current.some(({ institutions }) => institutions === null || institutions.includes(institution)))
    throw refusedAt('NOT_REGISTERED_HERE', ['institution'], {
      zh: '该病种备案的定点机构不包括本机构',
      en: 'the registration names other institutions for this disease',
    })
}
