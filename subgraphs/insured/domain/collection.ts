import { parseDay, parseInstant } from '@yibao/schema/dates'
import { canonicalIdentity } from '@yibao/schema/ids'
import type { Fen } from '@yibao/schema/money'
import { InvalidInput, Rejection, type Problem, type Text } from '@yibao/schema/rejection'
import { charge, checkPeriod, isToCharge, readChoice } from './contribution-bill.ts'
import { billToPay, checkPayer, post, readAmount, readReceived, type Paying } from './contribution-pay.ts'
import { owed, type Bill, type Receipt } from './contribution.ts'
import type { ContributionRule } from './contribution-rule.ts'
import { amountDiffers, billReplaced, noSuchPerson, notBilled, referenceUsed } from './contribution-refusals.ts'
import type { Enrolment } from './enrolment.ts'

/** A collection file of a channel, and how far it is posted. */
export interface Collection {
  readonly id: string
  readonly channel: string
  readonly pool: string | null
  readonly documentId: string
  readonly name: string
  readonly digest: string
  readonly state: 'WAITING' | 'DONE' | 'FAILED'
  readonly encoding: 'utf-8' | 'gb18030' | null
  /** The line of the last record that is posted or among the faults. */
  readonly line: number
  readonly posted: number
  readonly overpaid: number
  readonly known: number
  readonly bad: number
  readonly amount: Fen
  readonly fault: Text | null
  readonly caller: string
  readonly madeAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
}

/** A record that was not posted, and why; never what stood in it. */
export interface CollectionFault {
  readonly line: number
  readonly problems: readonly Problem[]
}

const COLUMNS: Readonly<Record<string, readonly [zh: string, national: string]>> = {
  identityNumber: ['证件号码', 'certno'],
  name: ['姓名', 'psn_name'],
  insuranceType: ['险种', 'insutype'],
  period: ['费款所属期', 'period'],
  amount: ['实缴金额', 'amount'],
  reference: ['电子税票号码', 'reference'],
  receivedAt: ['缴费时间', 'received_at'],
}
type Column = 'identityNumber' | 'name' | 'insuranceType' | 'period' | 'amount' | 'reference' | 'receivedAt'
const OPTIONAL: readonly string[] = ['receivedAt'] satisfies Column[]

/** Where each column stands. */
export type CollectionHeader = ReadonlyMap<string, number>

/** The first of the separators a heading line has. */
export const delimiterOf = (line: string): string => [',', '\t', ';', '|'].find((one) => line.includes(one)) ?? ','

/** Reads the headings; throws InvalidInput that names each column that is missing, or stands there twice. */
export function readHeadings(cells: readonly string[]): CollectionHeader {
  const plain = cells.map((cell) =>
    cell
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase(),
  )
  const header = new Map<string, number>()
  const problems: Problem[] = []
  for (const [column, names] of Object.entries(COLUMNS)) {
    const [at, again] = plain.flatMap((cell, i) => (names.includes(cell) ? [i] : []))
    if (at !== undefined) header.set(column, at)
    const [zh, en] = names
    if (again !== undefined) {
      problems.push({ path: en, code: 'COLUMN_TWICE', message: { zh: `“${zh}”列出现两次`, en: 'stands twice' } })
    }
    if (at === undefined && !OPTIONAL.includes(column)) {
      problems.push({ path: en, code: 'COLUMN_MISSING', message: { zh: `缺少“${zh}”列`, en: 'is missing' } })
    }
  }
  InvalidInput.throwIf(problems)
  return header
}

/** A row of the file, read. */
export interface CollectionRow {
  readonly line: number
  readonly identityNumber: string
  readonly name: string
  readonly insuranceType: string
  readonly period: string
  readonly amount: Fen
  readonly reference: string
  readonly receivedAt: Temporal.Instant
}

/** Reads the cells of a row; every fault is named by the national name of its column. */
export function readRow(
  { line, cells }: { readonly line: number; readonly cells: readonly string[] },
  header: CollectionHeader,
  now: Temporal.Instant,
): CollectionRow | CollectionFault {
  const cell = (column: Column): string => cells[header.get(column) ?? -1]?.trim() ?? ''
  const problems: Problem[] = []
  const [identityNumber, name, insuranceType] = [cell('identityNumber'), cell('name'), cell('insuranceType')]
  const period = cell('period').replace(/^(\d{4})[/.]?(\d{2})$/, '$1-$2')
  checkPayer({ identityNumber, name }, false, problems)
  readChoice({ insuranceType }, problems)
  checkPeriod(period, 'period', problems)
  const amount = readAmount(cell('amount'), 'amount', problems)
  const given = cell('receivedAt') === '' ? null : instantOf(cell('receivedAt'))
  const { reference, receivedAt } = readReceived({ reference: cell('reference'), receivedAt: given }, { now, problems })
  if (problems.length > 0) return { line, problems: problems.map((one) => ({ ...one, path: nationalName(one.path) })) }
  const number = canonicalIdentity(identityNumber)
  return { line, identityNumber: number, name, insuranceType, period, amount, reference, receivedAt: receivedAt ?? now }
}

/** A day is that day; a time without an offset is China's. */
function instantOf(text: string): string {
  const plain = text
    .replaceAll('/', '-')
    .replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
    .replace(/^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/, '$1-$2-$3T$4:$5:$6')
  if (parseDay(plain) !== null) return `${plain}T00:00:00+08:00`
  const local = `${plain.replace(' ', 'T')}+08:00`
  return parseInstant(local) === null ? plain : local
}

const nationalName = (path: string): string => COLUMNS[path]?.[1] ?? path

/** What is known when a batch of rows is decided. */
export interface CollectionFacts {
  readonly rules: readonly ContributionRule[]
  readonly channel: string
  /** The pool of a clerk, who posts for it alone. */
  readonly pool: string | null
  readonly caller: string
  readonly today: Temporal.PlainDate
  readonly now: Temporal.Instant
  readonly newId: () => string
  /** The person of a row, by number and name together. */
  readonly personOf: (row: CollectionRow) => string | null
  readonly enrolments: ReadonlyMap<string, readonly Enrolment[]>
  /** All of the persons and periods of the rows, each with whose it is today. */
  readonly bills: readonly (Bill & { readonly personId: string })[]
  readonly known: readonly Receipt[]
}

/** What becomes of a batch. */
export interface CollectionOutcome {
  readonly made: readonly Bill[]
  /** All money that came in; of what is UNAPPLIED the row is among the faults as well. */
  readonly receipts: readonly Receipt[]
  /** Bills that are paid, with what paid them. */
  readonly paid: readonly { readonly bill: Bill; readonly receiptId: string; readonly at: Temporal.Instant }[]
  readonly faults: readonly CollectionFault[]
  readonly known: number
}

const keyOf = (insuredId: string, { insuranceType, period }: { insuranceType: string; period: string }): string =>
  `${insuredId} ${insuranceType} ${period}`

/** What is said of a row whose number and name are of nobody. */
export const nobody = (): readonly Problem[] =>
  noSuchPerson().problems.map((one) => ({ ...one, path: nationalName(one.path) }))

/** Decides the rows of a batch one after the other: what an earlier row paid is paid for the later ones. */
export function decideCollection(rows: readonly CollectionRow[], facts: CollectionFacts): CollectionOutcome {
  const { now, newId } = facts
  const bills = new Map<string, Bill[]>()
  for (const one of facts.bills) {
    const key = keyOf(one.personId, one)
    bills.set(key, [...(bills.get(key) ?? []), one])
  }
  const references = new Map(facts.known.map((one) => [one.reference, one]))
  const made: Bill[] = []
  const receipts: Receipt[] = []
  const paid: { bill: Bill; receiptId: string; at: Temporal.Instant }[] = []
  const faults: CollectionFault[] = []
  let known = 0

  function take(row: CollectionRow): void {
    const insuredId = facts.personOf(row)
    if (insuredId === null) throw noSuchPerson()
    const key = keyOf(insuredId, row)
    const existing = bills.get(key) ?? []
    const earlier = references.get(row.reference)
    if (earlier !== undefined) {
      const isSame = earlier.amount === row.amount && existing.some((one) => one.id === earlier.billId)
      if (!isSame) throw referenceUsed()
      known += 1
      return
    }
    const isNew = isToCharge(existing)
    const bill = isNew ? billed(insuredId, row) : billToPay(existing)
    if (bill === undefined || (facts.pool !== null && bill.pool !== facts.pool)) throw notBilled('period')
    const { channel, caller } = facts
    const { reference, amount, receivedAt } = row
    const paying: Paying = { channel, reference, amount, caller, orderedBy: null, now, receivedAt }
    const receipt = post(bill, paying, newId())

    receipts.push(receipt)
    references.set(reference, receipt)
    if (isNew) made.push(bill)
    const isPosted = receipt.state === 'POSTED'
    if (isPosted) paid.push({ bill, receiptId: receipt.id, at: now })
    const after = isPosted ? { ...bill, paidAt: now, receiptId: receipt.id } : bill
    bills.set(key, isNew ? [...existing, after] : existing.map((one) => (one.id === bill.id ? after : one)))
    // The money is in all the same: it is kept, and the row is listed.
    if (receipt.state === 'UNAPPLIED')
      throw bill.replacedBy == null ? amountDiffers(owed(bill)) : billReplaced('period')
  }

  const billed = (insuredId: string, row: CollectionRow): Bill =>
    charge(
      { insuredId, insuranceType: row.insuranceType, period: row.period, base: null, withAccount: true },
      {
        rules: facts.rules,
        enrolments: facts.enrolments.get(insuredId) ?? [],
        existing: bills.get(keyOf(insuredId, row)) ?? [],
        today: facts.today,
        now,
        id: newId(),
        path: 'period',
      },
    )

  for (const row of rows) {
    try {
      take(row)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      const problems = error.problems.map((one) => ({ ...one, path: nationalName(one.path) }))
      faults.push({ line: row.line, problems })
    }
  }
  return { made, receipts, paid, faults, known }
}
