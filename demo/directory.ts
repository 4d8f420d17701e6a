import type { DemoAccount, DemoInstitution } from '@yibao/gateway/issuer/demo-directory'
import type { SeedInstitution } from '@yibao/institutions/seed'
import data from './institutions.json' with { type: 'json' }
import { demoPersons } from './persons.ts'

/** The demo institutions as `institutions.json` has them; `seedInstitutions` checks every value. */
export const demoInstitutions = data as readonly SeedInstitution[]

/**
 * Who can sign in to the demo: each institution by its code, a clerk of each pool (`clerk-620200`), an auditor, and
 * each person by person number. Keys and passwords are made at the first start, in files of this machine.
 */
export function demoNames(): { institutions: DemoInstitution[]; accounts: DemoAccount[] } {
  const persons = demoPersons()
  const pools = [...new Set(persons.flatMap((one) => one.enrolments.map(({ pool }) => pool)))]
  return {
    institutions: demoInstitutions.map(({ code, name }) => ({ code, label: name })),
    accounts: [
      ...pools.map((pool) => ({
        kind: 'staff' as const,
        login: `clerk-${pool}`,
        label: `经办 staff of pool ${pool}`,
        pool,
      })),
      { kind: 'auditor', login: 'auditor', label: '审计 auditor' },
      ...persons.map(({ personNumber, name, label, insuredId }) => ({
        kind: 'person' as const,
        login: personNumber,
        label: `${name} ${label}`,
        insuredId,
      })),
    ],
  }
}
