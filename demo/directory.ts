import type { DemoAccount, DemoSystem } from '@yibao/gateway/issuer/demo-directory'
import type { SeedInstitution } from '@yibao/institutions/seed'
import data from './institutions.json' with { type: 'json' }
import { demoPersons } from './persons.ts'

/** The demo institutions as `institutions.json` has them; `seedInstitutions` checks every value. */
export const demoInstitutions = data as readonly SeedInstitution[]

/** Made-up employers; the third to sixth characters of the code are those of the pool. */
export const DEMO_EMPLOYERS = [
  { creditCode: '91629900DEM000001P', name: '甘肃示范制造有限公司', pool: '629900' },
  { creditCode: '91620100DEM0000022', name: '兰州示范商贸有限公司', pool: '620100' },
] as const

/** Made-up channels: a bank and a tax authority that collect contributions, an app that issues sub-cards. */
const DEMO_CHANNELS: readonly DemoSystem[] = [
  { code: 'BANK01', label: '示范银行 bank' },
  { code: 'TAX62', label: '示范税务 tax authority' },
  { code: 'APP01', label: '示范服务应用 service app' },
]

/**
 * Who can sign in to the demo: each institution and channel by its code, two clerks of each pool (`clerk-620200`, `clerk-620200-2`), an
 * auditor, who keeps the insurance of each employer, and each person by person number. Keys and passwords are made at the first start, in files of this machine.
 */
export function demoNames(): { institutions: DemoSystem[]; channels: DemoSystem[]; accounts: DemoAccount[] } {
  const persons = demoPersons()
  const pools = [...new Set(persons.flatMap((one) => one.enrolments.map(({ pool }) => pool)))]
  return {
    institutions: demoInstitutions.map(({ code, name }) => ({ code, label: name })),
    channels: [...DEMO_CHANNELS],
    accounts: [
      ...pools.flatMap((pool) => [
        { kind: 'staff' as const, login: `clerk-${pool}`, label: `经办 staff of pool ${pool}`, pool },
        // What two of the staff have to confirm, the account an institution is paid to for instance, needs a second one.
        { kind: 'staff' as const, login: `clerk-${pool}-2`, label: `复核 second of the staff of pool ${pool}`, pool },
      ]),
      ...DEMO_EMPLOYERS.map(({ creditCode, name, pool }) => ({
        kind: 'employer' as const,
        login: `employer-${pool}`,
        label: `单位经办 employer ${name}`,
        employer: creditCode,
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
