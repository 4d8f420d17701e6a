import { isAbout, judge, type BankAnswer, type KnownRow, type Verdict } from '../domain/bank-file.ts'
import { bankAnswers, type ResultFile } from './bank-result-reading.ts'

/** Rows that moved no money are listed up to this many, and counted beyond. */
const PROBLEMS_MAX = 1000

/** A row of a result that moved no money, and why. */
export interface ResultProblem {
  readonly line: number
  readonly row: number
  readonly code: Exclude<Verdict, 'TAKEN' | 'REPEATED'>
}

/** An answer with the row it is about. */
export interface Answered<Row> {
  readonly row: Row
  readonly answer: BankAnswer
}

/** What the answers of a file come to. */
interface Judged<Row> {
  readonly taken: readonly Answered<Row>[]
  /** What contradicts an answer of before, for staff to decide. */
  readonly returned: readonly Answered<Row>[]
  readonly repeated: number
  readonly problems: readonly ResultProblem[]
  readonly problemsLeftOut: number
}

/** Judges all answers; what is kept of them grows with the batch, not with the file. */
export async function judgeAnswers<Row extends KnownRow>(file: ResultFile, all: readonly Row[]): Promise<Judged<Row>> {
  const rows = new Map(all.map((one) => [one.number, one]))
  const disputed = await findDisputed(file, rows)
  const taken: Answered<Row>[] = []
  const returned: Answered<Row>[] = []
  const problems: ResultProblem[] = []
  let repeated = 0
  let problemsLeftOut = 0
  const judgeOne = (answer: BankAnswer): void => {
    const row = rows.get(answer.number)
    const verdict = judge(answer, row, disputed.has(answer.number))
    if ((verdict === 'RETURNED' || verdict === 'PAID_AFTER_REJECTED') && row !== undefined) {
      returned.push({ row, answer })
      rows.set(row.number, { ...row, isReported: true })
    }
    if (verdict === 'REPEATED') repeated += 1
    else if (verdict !== 'TAKEN') {
      if (problems.length < PROBLEMS_MAX) problems.push({ line: answer.line, row: answer.number, code: verdict })
      else problemsLeftOut += 1
    } else if (row !== undefined && answer.state !== null) {
      taken.push({ row, answer })
      // The same row again in this file is judged by what was just taken.
      rows.set(row.number, { ...row, state: answer.state })
    }
  }
  for await (const answers of bankAnswers(file)) for (const answer of answers) judgeOne(answer)
  return { taken, returned, repeated, problems, problemsLeftOut }
}

/** What is kept of a file besides what was wrong with it: how much was paid, and how much rejected. */
export const countTaken = (taken: readonly Answered<KnownRow>[]) => ({
  paid: taken.filter(({ answer }) => answer.state === 'PAID').length,
  rejected: taken.filter(({ answer }) => answer.state === 'REJECTED').length,
})

interface Reporting {
  readonly id: string
  readonly resultId: string
  readonly at: Temporal.Instant
}

/** What contradicts an answer of before, as it waits for staff: that a payment came back, or that a rejected one was paid. */
export const reportOf = (
  { row, answer }: Answered<KnownRow & { readonly id: string; readonly pool: string; readonly reason: string | null }>,
  { id, resultId, at }: Reporting,
) => ({
  id,
  rowId: row.id,
  kind: answer.state === 'PAID' ? ('PAID_AFTER_ALL' as const) : ('CAME_BACK' as const),
  resultId,
  pool: row.pool,
  amount: row.amount,
  // Why it was rejected is said with the rejection.
  bankReason: answer.state === 'PAID' ? (row.reason ?? '') : answer.reason,
  bankReference: answer.reference || null,
  reportedAt: at,
  state: 'OPEN' as const,
  reason: null,
  decidedBy: null,
  decidedAt: null,
})

/** The rows a file answers in two ways, wherever in it: nothing says which of them is so. */
async function findDisputed(file: ResultFile, rows: ReadonlyMap<number, KnownRow>): Promise<ReadonlySet<number>> {
  const said = new Map<number, BankAnswer['state']>()
  const disputed = new Set<number>()
  for await (const answers of bankAnswers(file)) {
    for (const answer of answers) {
      const row = rows.get(answer.number)
      if (row === undefined || answer.state === null || !isAbout(answer, row)) continue
      if ((said.get(answer.number) ?? answer.state) !== answer.state) disputed.add(answer.number)
      said.set(answer.number, answer.state)
    }
  }
  return disputed
}
