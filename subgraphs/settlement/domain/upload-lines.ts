import type { Problem, Text } from '@yibao/schema/rejection'
import type { BillLine, LineInput } from './bill.ts'
import { refundAmount, squareAmount } from './classify.ts'
import { Fields } from './fields.ts'
import { line as normalLine } from './normal-form.ts'
import { CLOCK_SKEW } from './read-bill.ts'
import { NOT_REFUND, NOT_SQUARE, readNext, type Charges, type LineFrame } from './read-lines.ts'
import type { Visit, VisitLine } from './visit.ts'

/** More faults of one line are not told: an answer about thousands of lines stays readable. */
const PROBLEMS_MAX = 5

/** What lines are taken in against. */
export interface UploadFrame {
  readonly visit: Visit
  readonly now: Temporal.Instant
  readonly chargeBatch: string | null
  /** Whether the batch of outpatient care is settled, so that nothing more goes into it. */
  readonly isBatchSettled: boolean
  /** Stored lines of the same serials, the charges that are taken back and what was taken back of them, in their order. */
  readonly stored: readonly VisitLine[]
  readonly knowsItem: (code: string) => boolean
  /** Line decimals of the person's pool; null while the person is not known. */
  readonly decimals: 2 | 3 | 4 | null
}

/** What became of one line: taken in, known already with the same content, or given back with the reasons. */
export interface LineOutcome {
  readonly state: 'ACCEPTED' | 'KNOWN' | 'REJECTED'
  readonly problems: readonly Problem[]
}

export interface NewLine {
  readonly line: BillLine
  readonly chargeBatch: string | null
  readonly sent: LineInput
}

/** Reads uploaded lines one by one: good lines in, bad lines back. */
export function readUpload(
  inputs: readonly LineInput[],
  frame: UploadFrame,
): { readonly outcomes: readonly LineOutcome[]; readonly lines: readonly NewLine[] } {
  const state = stateOf(frame)
  const lines: NewLine[] = []
  const outcomes = inputs.map((input, i): LineOutcome => {
    const print = printOf(input)
    if (state.prints.get(input.serial) === print) return { state: 'KNOWN', problems: [] }
    const problems: Problem[] = []
    const line = readLine(new Fields(problems, `lines[${i}].`), input, { frame, state })
    if (problems.length > 0) return { state: 'REJECTED', problems: problems.slice(0, PROBLEMS_MAX) }
    const chargeBatch = line.refundOf === null ? frame.chargeBatch : (state.batches.get(line.refundOf) ?? null)
    state.prints.set(line.serial, print)
    state.batches.set(line.serial, chargeBatch)
    lines.push({ line, chargeBatch, sent: input })
    return { state: 'ACCEPTED', problems: [] }
  })
  return { outcomes, lines }
}

/** What is known of the lines so far, by serial. */
interface State {
  readonly charges: Charges
  readonly prints: Map<string, string>
  /** A line that takes back another is settled with that one, so it goes into its charge batch. */
  readonly batches: Map<string, string | null>
  readonly settled: ReadonlySet<string>
  /** Serials that were taken in by earlier uploads. */
  readonly stored: ReadonlySet<string>
}

function stateOf({ stored, visit }: UploadFrame): State {
  const charges: Charges = new Map()
  const anyTime: LineFrame = { begin: null, end: null, hospital: visit.institution.startsWith('H') }
  // What is stored was found right when it came.
  for (const { sent } of stored) readNext(new Fields(), sent, { frame: anyTime, charges })
  return {
    charges,
    prints: new Map(stored.map(({ serial, sent }) => [serial, printOf(sent)])),
    batches: new Map(stored.map(({ serial, chargeBatch }) => [serial, chargeBatch])),
    stored: new Set(stored.map(({ serial }) => serial)),
    settled: new Set(stored.filter(({ settledBy }) => settledBy !== null).map(({ serial }) => serial)),
  }
}

const UPLOADED: Text = {
  zh: '此流水号此前已上传且内容不同；请先撤销该明细',
  en: 'was uploaded before with other content; withdraw it first',
}
const TWICE: Text = {
  zh: '此流水号在本次上传中重复且内容不同',
  en: 'occurs twice in this upload with different content',
}

interface LineState {
  readonly frame: UploadFrame
  readonly state: State
}

function readLine(fields: Fields, input: LineInput, { frame, state }: LineState): BillLine {
  const { visit } = frame
  const { charges } = state
  const charge = charges.get(input.refundOf ?? '')
  const before = charge?.left
  const known = charges.get(input.serial)
  const lineFrame = { begin: visit.linesFrom, end: visit.dischargedAt, hospital: visit.institution.startsWith('H') }
  const line = readNext(fields, input, {
    frame: lineFrame,
    charges,
    repeated: state.stored.has(input.serial) ? UPLOADED : TWICE,
  })
  checkTime(fields, line, frame)
  if (line.code !== '' && !fields.hasFault('code') && !frame.knowsItem(line.code))
    fields.fault('code', 'UNKNOWN_ITEM', { zh: '医保目录中没有此编码', en: 'is in no catalogue' })
  if (line.refundOf !== null && state.settled.has(line.refundOf))
    fields.fault('refundOf', 'CHARGE_SETTLED', {
      zh: '原明细已结算，请先撤销该结算',
      en: 'takes back a line that is settled; reverse that settlement first',
    })
  if (frame.isBatchSettled)
    fields.fault('serial', 'BATCH_SETTLED', {
      zh: '该收费批次已结算，请用新的批次号',
      en: 'its charge batch is settled; use another one',
    })
  if (frame.decimals !== null && !fields.hasFault('')) {
    const due =
      before === undefined || line.refundOf === null
        ? squareAmount(line.price, line.quantity, frame.decimals)
        : refundAmount(line, before, frame.decimals)
    const message = line.refundOf === null ? NOT_SQUARE : NOT_REFUND
    if (due !== line.amount) fields.fault('amount', 'NOT_PRICE_TIMES_QUANTITY', message)
  }
  if (fields.hasFault('')) {
    // A line that goes back takes nothing back, and no other can take back of it.
    if (charge !== undefined && before !== undefined) charge.left = before
    if (known === undefined) charges.delete(line.serial)
    else charges.set(line.serial, known)
  }
  return line
}

function checkTime(fields: Fields, { time }: BillLine, { visit, now }: UploadFrame): void {
  if (fields.hasFault('time')) return
  if (Temporal.Instant.compare(time, now.add(CLOCK_SKEW)) > 0)
    fields.fault('time', 'IN_FUTURE', { zh: '不能晚于当前时间', en: 'must not lie in the future' })
  if (visit.settledTo !== null && Temporal.Instant.compare(time, visit.settledTo) <= 0)
    fields.fault('time', 'PERIOD_SETTLED', {
      zh: '该时段已中途结算，请先撤销该结算',
      en: 'lies in the part of the stay that is settled; reverse that settlement first',
    })
}

/** What a line says, the same for inputs that say the same. */
const printOf = (input: LineInput): string =>
  JSON.stringify(
    Object.entries(normalLine(input))
      .filter(([, value]) => value !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  )
