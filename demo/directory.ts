import type { DemoAccount, DemoSystem } from '@yibao/gateway/issuer/demo-directory'
import type { SeedInstitution } from '@yibao/institutions/seed'
import type { SeedBinding, SeedEmployer, SeedRegistration } from '@yibao/insured/seed'
import data from './institutions.json' with { type: 'json' }
import { demoBindings, demoRegistrations } from './benefits.ts'
import { demoPersons, sichuanPersons, type DemoPerson } from './persons.ts'

/** The demo institutions as `institutions.json` has them; `seedInstitutions` checks every value. */
export const demoInstitutions = data as readonly SeedInstitution[]

/** Made-up employers; the third to sixth characters of the code are those of the pool. */
const DEMO_EMPLOYERS = [
  { creditCode: '91629900DEM000001P', name: '甘肃示范制造有限公司', pool: '629900' },
  { creditCode: '91620100DEM0000022', name: '兰州示范商贸有限公司', pool: '620100' },
] as const

/** Made-up channels: a bank and a tax authority that collect contributions, an app that issues sub-cards. */
const DEMO_CHANNELS: readonly DemoSystem[] = [
  { code: 'BANK01', label: '示范银行 bank' },
  { code: 'TAX62', label: '示范税务 tax authority' },
  { code: 'APP01', label: '示范服务应用 service app' },
]

/** Made-up data of one platform. */
export interface DemoData {
  readonly institutions: readonly SeedInstitution[]
  readonly employers: readonly SeedEmployer[]
  readonly channels: readonly DemoSystem[]
  readonly persons: readonly DemoPerson[]
  readonly registrations: readonly SeedRegistration[]
  readonly bindings: readonly SeedBinding[]
  /** Pools nobody of the persons is insured in, which have staff all the same. */
  readonly bureaus: readonly string[]
  /** A pool that has the ratios and ceilings of another one, and those alone; null for what the files say. */
  readonly prices: { readonly pool: string; readonly like: string } | null
}

/** What `npm start` fills its database with. */
export const demoData = (): DemoData => ({
  institutions: demoInstitutions,
  employers: DEMO_EMPLOYERS,
  channels: DEMO_CHANNELS,
  persons: demoPersons(),
  registrations: demoRegistrations,
  bindings: demoBindings,
  bureaus: [],
  prices: null,
})

/**
 * What the platform of the second province begins with: one hospital, a few who are insured there, and the bureau of the province
 * itself, which speaks with other provinces (decisions/028).
 */
export const sichuanData = (): DemoData => ({
  institutions: [
    {
      code: 'H51010000001',
      name: '成都示范医院',
      level: 'LEVEL_3',
      type: 'GENERAL_HOSPITAL',
      creditCode: '12510100DEM000080E',
      pool: '510100',
      agreedFrom: '2023-01-01',
    },
  ],
  employers: [],
  channels: [],
  persons: sichuanPersons(),
  registrations: [],
  bindings: [],
  bureaus: ['519900'],
  prices: { pool: '510100', like: '330200' },
})

const workOf = (pool: string): string =>
  pool.endsWith('9900')
    ? '省本级经办，办理跨省资金 staff of the province itself, who speaks with other provinces, pool'
    : '经办 staff of pool'

/**
 * Who can sign in to the demo: each institution and channel by its code, three clerks of each pool (`clerk-620200`, `clerk-620200-2`,
 * `clerk-620200-3`), an auditor, who keeps the insurance of each employer, and each person by person number. Keys and passwords are made at the first start, in files of this machine.
 */
export function demoNames({ institutions, channels, employers, persons, bureaus }: DemoData = demoData()) {
  const pools = [...new Set([...persons.flatMap((one) => one.enrolments.map(({ pool }) => pool)), ...bureaus])]
  const accounts: DemoAccount[] = [
    ...pools.flatMap((pool) => [
      { kind: 'staff' as const, login: `clerk-${pool}`, label: `${workOf(pool)} ${pool}`, pool },
      // What two of the staff have to confirm, the account an institution is paid to for instance, needs a second one.
      { kind: 'staff' as const, login: `clerk-${pool}-2`, label: `复核 second of the staff of pool ${pool}`, pool },
      // Who takes a claim in, who decides it and who pays it are three.
      { kind: 'staff' as const, login: `clerk-${pool}-3`, label: `拨付 third of the staff of pool ${pool}`, pool },
    ]),
    ...employers.map(({ creditCode, name, pool }) => ({
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
  ]
  return {
    institutions: institutions.map(({ code, name }) => ({ code, label: name })),
    channels: [...channels],
    accounts,
  }
}
