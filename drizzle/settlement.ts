import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  char,
  date,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { day, instant, money, quantity, rate, unitPrice } from './columns.ts'

const schema = pgSchema('settlement')

/** The guard of a person's money: whoever changes anything of it raises the version. */
export const person = schema.table('person', {
  insuredId: uuid().primaryKey(),
  version: bigint({ mode: 'bigint' }).notNull(),
  lastAt: instant().notNull(),
})

/** What bills have consumed of deductibles and caps. */
export const counter = schema.table(
  'counter',
  {
    insuredId: uuid().notNull(),
    pool: text().notNull(),
    insuranceType: text().notNull(),
    name: text().notNull(),
    period: text().notNull(),
    amount: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.pool, t.insuranceType, t.name, t.period] })],
)

/** Personal accounts. */
export const account = schema.table(
  'account',
  {
    insuredId: uuid().notNull(),
    kind: text({ enum: ['CURRENT', 'HISTORY'] }).notNull(),
    pool: text().notNull(),
    balance: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.kind] })],
)

/** What each personal account held when it was opened, and the ledger group that says so. */
export const opening = schema.table(
  'opening',
  {
    insuredId: uuid().notNull(),
    kind: text({ enum: ['CURRENT', 'HISTORY'] }).notNull(),
    pool: text().notNull(),
    balance: money().notNull(),
    groupId: uuid().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.kind] })],
)

/** Which admission of the benefit year a stay is. */
export const stay = schema.table(
  'stay',
  {
    insuredId: uuid().notNull(),
    pool: text().notNull(),
    insuranceType: text().notNull(),
    year: text().notNull(),
    institution: text().notNull(),
    visit: text().notNull(),
    number: smallint().notNull(),
    settlementId: uuid().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.pool, t.insuranceType, t.year, t.institution, t.visit] })],
)

/** `[payer, fund_pay_type, base, limit, paid]`, amounts as texts of fen. */
export type StoredFundShare = readonly [string, string, string, string | null, string]

/** `[rule, version, name, action, lines, text, evidence, amount, settlements]`; texts as `[zh, en]`, the amount as text. */
export type StoredFinding = readonly [
  string,
  string,
  readonly [string, string],
  'WARN' | 'DEGRADE_LINE' | 'DEGRADE_BILL' | 'REFUSE',
  readonly string[],
  readonly [string, string],
  readonly (readonly [string, string, string])[],
  string,
  readonly string[],
]

/** A settled bill or its reversal; partitioned by month of the id. */
export const settlement = schema.table(
  'settlement',
  {
    id: uuid().notNull(),
    insuredId: uuid().notNull(),
    personNumber: text().notNull(),
    personName: text().notNull(),
    certificateType: text().notNull(),
    identityMasked: text().notNull(),
    sex: text().notNull(),
    nationality: text().notNull(),
    birthDate: day().notNull(),
    pool: text().notNull(),
    insuranceType: text().notNull(),
    personType: text().notNull(),
    civilServant: boolean().notNull(),
    institution: text().notNull(),
    clearingAgency: text().notNull(),
    visit: text().notNull(),
    chargeBatch: text().notNull(),
    invoice: text(),
    careType: text().notNull(),
    careKind: text({ enum: ['OUTPATIENT', 'INPATIENT', 'PHARMACY'] }).notNull(),
    emergency: boolean().notNull(),
    trauma: boolean().notNull(),
    beginAt: instant().notNull(),
    endAt: instant().notNull(),
    diagnoses: jsonb().$type<readonly { code: string; name: string; kind: '1' | '2' | '3' }[]>().notNull(),
    credentialKind: text().notNull(),
    operator: text().notNull(),
    operatorName: text(),
    terminal: text().notNull(),
    total: money().notNull(),
    selfPaid: money().notNull(),
    overCeiling: money().notNull(),
    firstSelfPayment: money().notNull(),
    crossArea: money().notNull(),
    inScope: money().notNull(),
    deductible: money().notNull(),
    hifp: money().notNull(),
    cvlserv: money().notNull(),
    hifes: money().notNull(),
    hifmi: money().notNull(),
    hifob: money().notNull(),
    hifdm: money().notNull(),
    maf: money().notNull(),
    oth: money().notNull(),
    fundTotal: money().notNull(),
    hospital: money().notNull(),
    personal: money().notNull(),
    account: money().notNull(),
    mutualAid: money().notNull(),
    cash: money().notNull(),
    detailTotal: money().notNull(),
    caller: text().notNull(),
    requestId: text().notNull(),
    settledAt: instant().notNull(),
    poolRatio: rate().notNull(),
    accountInFund: boolean().notNull(),
    balance: money().notNull(),
    funds: jsonb().$type<readonly StoredFundShare[]>().notNull(),
    consumed: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    engine: integer().notNull(),
    input: jsonb().$type<unknown>(),
    reverses: uuid(),
    correction: boolean().notNull().default(false),
    keepsCounters: boolean().notNull().default(false),
    replaces: uuid(),
    otherProvince: char({ length: 2 }),
    claimId: uuid(),
    findings: jsonb().$type<readonly StoredFinding[]>().notNull().default([]),
  },
  (t) => [primaryKey({ columns: [t.id, t.insuredId] })],
)

/** A line with its four parts; partitioned like its settlement. */
export const settlementLine = schema.table(
  'settlement_line',
  {
    settlementId: uuid().notNull(),
    insuredId: uuid().notNull(),
    number: smallint().notNull(),
    serial: text().notNull(),
    code: text().notNull(),
    ownCode: text().notNull(),
    name: text().notNull(),
    price: unitPrice().notNull(),
    quantity: quantity().notNull(),
    amount: money().notNull(),
    time: instant().notNull(),
    department: text(),
    doctor: text(),
    prescription: text(),
    days: smallint(),
    approval: text({ enum: ['NOT_NEEDED', 'APPROVED', 'REFUSED'] }).notNull(),
    takeHome: boolean().notNull(),
    traceCodes: text().array().notNull(),
    refundOf: text(),
    ceiling: unitPrice(),
    selfPayRatio: rate().notNull(),
    class: text({ enum: ['A', 'B', 'C', 'NONE'] }).notNull(),
    chargeType: text().notNull(),
    listType: text().notNull(),
    essential: boolean().notNull(),
    negotiated: boolean().notNull(),
    paediatric: boolean().notNull(),
    special: boolean().notNull(),
    restricted: boolean().notNull(),
    rule: text().notNull(),
    selfPaid: money().notNull(),
    overCeiling: money().notNull(),
    firstSelfPayment: money().notNull(),
    inScope: money().notNull(),
  },
  (t) => [primaryKey({ columns: [t.settlementId, t.number, t.insuredId] })],
)

/** Double entry: the amounts of a group add up to zero. */
export const ledgerEntry = schema.table(
  'ledger_entry',
  {
    groupId: uuid().notNull(),
    insuredId: uuid().notNull(),
    account: text().notNull(),
    amount: money().notNull(),
    /** Which transaction wrote it; set by the database. */
    tx: bigint({ mode: 'bigint' })
      .notNull()
      .default(sql`pg_current_xact_id()::text::bigint`),
  },
  (t) => [primaryKey({ columns: [t.groupId, t.account, t.insuredId] })],
)

/** Which settlement holds an institution's visit and charge batch. */
export const bill = schema.table(
  'bill',
  {
    institution: text().notNull(),
    visit: text().notNull(),
    chargeBatch: text().notNull(),
    insuredId: uuid().notNull(),
    settlementId: uuid().notNull(),
    beginAt: instant().notNull(),
    endAt: instant().notNull(),
    careKind: text({ enum: ['OUTPATIENT', 'INPATIENT', 'PHARMACY'] }).notNull(),
    careType: text().notNull(),
    diagnosis: text(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.visit, t.chargeBatch] })],
)

/** Which settlement holds an institution's invoice number. */
export const invoice = schema.table(
  'invoice',
  {
    institution: text().notNull(),
    invoice: text().notNull(),
    insuredId: uuid().notNull(),
    settlementId: uuid().notNull(),
  },
  (t) => [primaryKey({ columns: [t.institution, t.invoice] })],
)

/** Which settlement was taken back, and by which. */
export const reversal = schema.table(
  'reversal',
  {
    settlementId: uuid().notNull(),
    insuredId: uuid().notNull(),
    reversalId: uuid().notNull(),
    replacementId: uuid(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.settlementId, t.insuredId] })],
)

/** A policy as it was read from its file. */
export const policy = schema.table(
  'policy',
  {
    id: text().notNull(),
    version: text().notNull(),
    digest: text().notNull(),
    body: jsonb().$type<unknown>().notNull(),
    validFrom: date().notNull(),
    validTo: date(),
    source: text().notNull(),
    registeredAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.id, t.version] })],
)

/** One row; its number goes up with every change of a policy. */
export const policyVersion = schema.table('policy_version', {
  id: boolean().primaryKey().default(true),
  version: bigint({ mode: 'bigint' }).notNull(),
})
