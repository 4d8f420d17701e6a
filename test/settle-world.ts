import { generateKeyPairSync, randomBytes, randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { connect } from '@yibao/drizzle/connect'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { seedPersons, type SeedPerson } from '@yibao/insured/seed'
import { seedInstitutions } from '@yibao/institutions/seed'
import type { Identity } from '@yibao/schema/identity'
import { fenOf } from '@yibao/schema/money'
import type { SettlementSecrets } from '@yibao/settlement/context'
import { createSettlement, SHIPPED_POLICIES } from '@yibao/settlement/schema'
import { openAccounts } from '@yibao/settlement/seed'
import pg from 'pg'
import { asking, keeping } from './asking.ts'
import { testDatabase } from './database.ts'

export const HOSPITAL = 'H62090000001'
export const OTHER_HOSPITAL = 'H62090000002'
export const AWAY_HOSPITAL = 'H62010000009'
export const PHARMACY = 'P62090000001'
export const OTHER_PHARMACY = 'P62090000002'

export const hospital = (code = HOSPITAL): Identity => ({
  kind: 'institution',
  institution: code,
  subject: code,
  scopes: ['settlement:write', 'settlement:read'],
})
export const staff = (pool = '620900'): Identity => ({
  kind: 'staff',
  pool,
  subject: `clerk-${pool}`,
  scopes: ['settlement:read'],
})
export const personOf = (insuredId: string): Identity => ({
  kind: 'person',
  insuredId,
  subject: insuredId,
  scopes: ['settlement:read'],
})
export const auditor: Identity = { kind: 'auditor', subject: 'auditor', scopes: ['settlement:read'] }

const INSTITUTIONS = [
  [HOSPITAL, 'LEVEL_2', 'GENERAL_HOSPITAL', '620900'],
  [OTHER_HOSPITAL, 'LEVEL_3', 'GENERAL_HOSPITAL', '620900'],
  [AWAY_HOSPITAL, 'LEVEL_3', 'GENERAL_HOSPITAL', '620100'],
  [PHARMACY, 'PHARMACY', 'RETAIL_PHARMACY', '620900'],
  [OTHER_PHARMACY, 'PHARMACY', 'RETAIL_PHARMACY', '620900'],
] as const

/** Class A, class B with 10 % first, class C, and one with a ceiling of 50 yuan. */
const CATALOGUE = `
  insert into institutions.catalogue_item (code, pool, begin_on, name, list_type, charge_type, class, restricted,
    essential, negotiated, paediatric, special, pinyin)
  select code, null, '2020-01-01', name, '101', '09', class, false, true, false, false, false, 'x'
  from (values ('XA01', '甲类药', 'A'), ('XB01', '乙类药', 'B'), ('XC01', '丙类药', 'C'), ('XL01', '限价药', 'A'))
    as v (code, name, class);
  insert into institutions.self_pay (code, pool, person_class, begin_on, ratio)
  values ('XB01', '620900', 'ALL', '2020-01-01', 1000), ('XB01', '620100', 'ALL', '2020-01-01', 2000);
  insert into institutions.ceiling (code, pool, level, begin_on, price, over)
  values ('XL01', '620900', null, '2020-01-01', 50000000, 'EXCESS');
  update institutions.catalogue_version set version = version + 1;`

export interface WorldPerson {
  readonly insuredId: string
  readonly identityNumber: string
}

let sequence = 0

/** A bill of one class A line of 200 yuan in outpatient care, changed as the test needs it. */
export function billOf(person: WorldPerson, change: object = {}) {
  sequence += 1
  return {
    credential: { kind: 'IDENTITY_CARD', value: person.identityNumber },
    operator: { code: 'op1', terminal: 'COUNTER' },
    visit: `V${sequence}`,
    chargeBatch: 'B1',
    invoice: `F${sequence}`,
    careType: '11',
    begin: '2026-11-22T08:00:00+08:00',
    end: '2026-11-22T09:30:00+08:00',
    diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
    useAccount: true,
    total: '200.00',
    lines: [lineOf()],
    ...change,
  }
}

export const lineOf = (change: object = {}) => ({
  serial: '1',
  code: 'XA01',
  ownCode: 'own-1',
  price: '20.00',
  quantity: '10',
  amount: '200.00',
  time: '2026-11-22T08:30:00+08:00',
  department: 'D01',
  doctor: 'D620900000001',
  ...change,
})

/** A settlement subgraph on the database at `url`; several of them are as several processes. */
export async function openSettlement(
  url: string,
  secrets: SettlementSecrets,
  clock: () => Temporal.Instant,
  errors: object[] = [],
) {
  const db = await connect({ url, schema: 'settlement', hot: 8, writers: 2, readers: 2 })
  const subgraph = await createSettlement({
    db,
    secrets,
    clock,
    accessLog: createAccessLog(db),
    policies: [SHIPPED_POLICIES, join(import.meta.dirname, 'settle-policies')],
    logger: keeping(errors).logger,
  })
  return {
    db,
    ask: asking(subgraph, errors),
    /** Asks what lies beyond the graph, as the cross-province subgraph does. */
    internal: (operation: string, input: unknown) => subgraph.internal?.(operation, input, 'trace-1'),
    /** Writes what the process has counted, as it does when it ends. */
    flush: async () => subgraph.close?.(),
    async close() {
      await subgraph.close?.()
      await db.close()
    },
  }
}

export type Settlements = Awaited<ReturnType<typeof openSettlement>>

/** Settlement on a database of its own, with institutions, a small catalogue and a clock that can be set. */
export async function settleWorld() {
  const database = await testDatabase()
  const { url } = database
  const secrets = { dataKey: randomBytes(32), lookupKey: randomBytes(32), receipt: generateKeyPairSync('ed25519') }
  const time = { now: Temporal.Instant.from('2026-11-22T10:00:00+08:00') }
  const [insured, institutions] = await Promise.all([
    connect({ url, schema: 'insured' }),
    connect({ url, schema: 'institutions' }),
  ])
  await seedInstitutions(
    institutions,
    INSTITUTIONS.map(([code, level, type, pool]) => ({
      code,
      name: `机构 ${code}`,
      level,
      type,
      creditCode: '12100000400010275N',
      pool,
      agreedFrom: '2023-01-01',
    })),
    time.now,
  )
  const admin = new pg.Client(url)
  await admin.connect()
  await admin.query(CATALOGUE)
  const errors: object[] = []
  const settlements = await openSettlement(url, secrets, () => time.now, errors)

  /** A person insured in the invented pool as an employee, with so many yuan in the account. */
  async function addPerson(account = 0, change: Partial<SeedPerson> = {}): Promise<WorldPerson> {
    sequence += 1
    const birthDate = Temporal.PlainDate.from('1970-01-01').add({ days: sequence })
    const seed: SeedPerson = {
      insuredId: randomUUIDv7(),
      personNumber: `6209${String(sequence).padStart(8, '0')}`,
      name: '甲样本',
      sex: '1',
      birthDate: birthDate.toString(),
      identityNumber: artificialIdentity('620900', birthDate, 1),
      enrolments: [{ pool: '620900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
      ...change,
    }
    await seedPersons(insured, secrets, [seed], time.now)
    const { insuredId, identityNumber } = seed
    if (account > 0) {
      const balance = fenOf(BigInt(account) * 100n)
      await openAccounts(settlements.db, [{ insuredId, pool: '620900', kind: 'CURRENT', balance }], time.now)
    }
    return { insuredId, identityNumber }
  }

  return {
    url,
    secrets,
    time,
    errors,
    admin,
    addPerson,
    ...settlements,
    /** Another process on the same database. */
    open: () => openSettlement(url, secrets, () => time.now, errors),
    async close() {
      await Promise.all([settlements.close(), insured.close(), institutions.close(), admin.end()])
      await database.close()
    },
  }
}

export type SettleWorld = Awaited<ReturnType<typeof settleWorld>>

export const SETTLE = `
  mutation ($requestId: ID!, $input: SettleInput!) {
    settle(requestId: $requestId, input: $input) {
      __typename
      ... on Settlement {
        id number requestId visit total selfPaid overCeiling firstSelfPayment inScope deductible pool fundTotal
        hospital personal account cash balance poolRatio
        lines { serial amount selfPaid overCeiling firstSelfPayment inScope class name }
        funds { fundPayType name { zh } base limit paid }
      }
      ... on Rejection { code retryable message { zh en } problems { path code message { zh en } } }
      ... on AlreadySettled { settlement { id total } }
      ... on NotCovered { decidingDay reason beginOn endOn }
    }
  }`

/** What `SETTLE` answers, settled or refused. */
export interface Settled {
  readonly __typename: string
  readonly id: string
  readonly total: string
  readonly inScope: string
  readonly deductible: string
  readonly pool: string
  readonly account: string
  readonly cash: string
  readonly balance: string
  readonly personal: string
  readonly fundTotal: string
  readonly lines: readonly Record<string, string>[]
  readonly funds: readonly { readonly fundPayType: string; readonly paid: string; readonly limit: string | null }[]
  readonly code: string
  readonly retryable: boolean
  readonly problems: readonly { readonly path: string; readonly code: string }[]
  readonly settlement: { readonly id: string } | null
  readonly reason: string
}

/** Sends a bill. */
export async function settle(
  world: Pick<Settlements, 'ask'>,
  requestId: string,
  input: object,
  identity: Identity = hospital(),
): Promise<Settled> {
  const { settle: answer } = await world.ask<{ settle: Settled }>(identity, SETTLE, { requestId, input })
  return answer
}
