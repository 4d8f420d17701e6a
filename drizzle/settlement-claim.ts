import { sql } from 'drizzle-orm'
import { boolean, char, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, day, instant, money } from './columns.ts'

const schema = pgSchema('settlement')

/** A text in both languages, as it is kept. */
interface Words {
  readonly zh: string
  readonly en: string
}

/** What the rules found in a claim. */
interface Precheck {
  readonly findings: readonly {
    readonly rule: string
    readonly name: Words
    readonly action: 'WARN' | 'DEGRADE_LINE' | 'DEGRADE_BILL' | 'REFUSE'
    readonly lines: readonly string[]
    readonly text: Words
  }[]
  readonly refusal: { readonly code: string; readonly text: Words } | null
  readonly because: readonly string[]
  readonly at: string
}

/** A claim for money that was paid first. `content` is a `ClaimContent`. */
export const claim = schema.table(
  'claim',
  {
    insuredId: uuid().notNull(),
    id: uuid().notNull(),
    number: text().notNull(),
    pool: char({ length: 6 }).notNull(),
    insuranceType: text().notNull(),
    kind: text(),
    cause: text(),
    state: text({
      enum: [
        'DRAFT',
        'SUBMITTED',
        'RETURNED',
        'ACCEPTED',
        'PROPOSED',
        'SETTLING',
        'APPROVED',
        'PAYING',
        'PAYMENT_RETURNED',
        'PAID',
        'NOT_ACCEPTED',
        'REJECTED',
        'WITHDRAWN',
      ],
    }).notNull(),
    version: integer().notNull().default(1),
    content: jsonb().notNull(),
    rules: text(),
    appliedBy: text().notNull(),
    channel: text({ enum: ['PERSON', 'WINDOW'] }).notNull(),
    openedAt: instant().notNull(),
    changedAt: instant().notNull(),
    submittedAt: instant(),
    acceptedAt: instant(),
    decidedAt: instant(),
    paidAt: instant(),
    assignee: text(),
    settlementId: uuid(),
    owed: money().notNull(),
    paid: money().notNull(),
    precheck: jsonb().$type<Precheck>(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.id] })],
)

/** Invoices of claims that were submitted. */
export const claimInvoice = schema.table(
  'claim_invoice',
  {
    insuredId: uuid().notNull(),
    claimId: uuid().notNull(),
    code: text().notNull(),
    number: text().notNull(),
    issuedOn: day().notNull(),
    amount: money().notNull(),
    checkCode: text(),
    institution: text(),
    live: boolean().notNull(),
    key: text()
      .notNull()
      .generatedAlwaysAs(sql`settlement.invoice_key(code || '-' || number)`),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.claimId, t.code, t.number] })],
)

/** Papers of claims that were submitted. */
export const claimDocument = schema.table(
  'claim_document',
  {
    insuredId: uuid().notNull(),
    claimId: uuid().notNull(),
    documentId: uuid().notNull(),
    kind: text().notNull(),
    sha256: bytes().notNull(),
    live: boolean().notNull(),
    addedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.claimId, t.documentId] })],
)

/** How a claim came to be what it is. */
export const claimEvent = schema.table(
  'claim_event',
  {
    insuredId: uuid().notNull(),
    claimId: uuid().notNull(),
    seq: integer().notNull(),
    kind: text().notNull(),
    state: text().notNull(),
    at: instant().notNull(),
    by: text().notNull(),
    words: jsonb().$type<Words>(),
    data: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.claimId, t.seq] })],
)

/** What a reviewer says of a line. */
export const claimLineReview = schema.table(
  'claim_line_review',
  {
    insuredId: uuid().notNull(),
    claimId: uuid().notNull(),
    serial: text().notNull(),
    code: text(),
    outcome: text({ enum: ['APPROVED', 'REDUCED', 'DENIED'] }).notNull(),
    amount: money().notNull(),
    reason: text(),
    by: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.claimId, t.serial] })],
)

/** Deadlines of a claim; a row is the truth of one. */
export const claimClock = schema.table(
  'claim_clock',
  {
    insuredId: uuid().notNull(),
    claimId: uuid().notNull(),
    kind: text({ enum: ['DECISION', 'SUPPLEMENT', 'PAYMENT', 'APPEAL'] }).notNull(),
    startedAt: instant().notNull(),
    days: integer().notNull(),
    used: integer().notNull().default(0),
    runs: jsonb().$type<readonly { readonly from: string; readonly to: string | null }[]>().notNull(),
    dueOn: day(),
    provisional: boolean().notNull().default(false),
    pausedAt: instant(),
    pauseReason: jsonb().$type<Words>(),
    stoppedAt: instant(),
    alarmedAt: instant(),
    breachedAt: instant(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.claimId, t.kind, t.startedAt] })],
)

/** What was proposed of a claim, and what a second person made of it. */
export const claimDecision = schema.table('claim_decision', {
  id: uuid().primaryKey(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
  outcome: text({ enum: ['APPROVE', 'PARTIAL', 'REJECT', 'NOT_ACCEPT'] }).notNull(),
  ground: text(),
  words: jsonb().$type<Words>(),
  proposedBy: text().notNull(),
  proposedAt: instant().notNull(),
  confirmedBy: text(),
  confirmedAt: instant(),
  sentBackBy: text(),
  sentBackAt: instant(),
  sentBackWords: text(),
})

/** Appeals against decisions. */
export const claimAppeal = schema.table('claim_appeal', {
  id: uuid().primaryKey(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
  decisionId: uuid(),
  words: text().notNull(),
  documents: jsonb().$type<readonly string[]>().notNull().default([]),
  state: text({ enum: ['OPEN', 'UPHELD', 'DISMISSED'] }).notNull(),
  openedBy: text().notNull(),
  openedAt: instant().notNull(),
  answer: text(),
  decidedBy: text(),
  decidedAt: instant(),
})

/** Where the money of a claim goes; the last one counts. */
export const claimAccount = schema.table(
  'claim_account',
  {
    insuredId: uuid().notNull(),
    claimId: uuid().notNull(),
    seq: integer().notNull(),
    holder: text().notNull(),
    bankName: text().notNull(),
    bankCode: text(),
    sealed: bytes().notNull(),
    masked: text().notNull(),
    fits: boolean().notNull(),
    relation: text({ enum: ['SELF', 'GUARDIAN'] })
      .notNull()
      .default('SELF'),
    enteredBy: text().notNull(),
    enteredAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.insuredId, t.claimId, t.seq] })],
)

/** What an employer is asked to certify for a claim. */
export const claimCertificate = schema.table('claim_certificate', {
  id: uuid().primaryKey(),
  insuredId: uuid().notNull(),
  claimId: uuid().notNull(),
  employer: char({ length: 18 }).notNull(),
  beginOn: day().notNull(),
  endOn: day().notNull(),
  state: text({ enum: ['REQUESTED', 'SIGNED', 'DECLINED'] }).notNull(),
  words: jsonb().$type<Words>().notNull(),
  requestedAt: instant().notNull(),
  answer: text(),
  answeredBy: text(),
  answeredAt: instant(),
})
