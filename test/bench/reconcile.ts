import { execFile } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { dayOf, systemClock } from '@yibao/schema/dates'
import { idFloor, settlementNumber, stampId } from '@yibao/settlement/domain/settlement-id'
import { Client } from 'pg'
import { addRows, type SettlementRow } from '../reconcile-rows.ts'

export interface ReconcileResult {
  readonly lines: number
  readonly differences: number
  readonly seconds: number
  /** The largest resident set of the process that reconciles, of all of it. */
  readonly peakMiB: number
}

const INSTITUTION = 'H62990099999'
const POOL = '629900'
const NATIONAL = 'setl_id,mdtrt_id,psn_no,medfee_sumamt,fund_pay_sumamt,acct_pay,refd_setl_flag,psn_cash_pay,msgid'

type Cause =
  | 'ONLY_HERE'
  | 'REVERSED_HERE'
  | 'ONLY_THERE'
  | 'AMOUNTS_DIFFER'
  | 'REVERSED_THERE'
  | 'DUPLICATE_LINE'
  | 'UNREADABLE'
  | 'WRONG_PERSON'
  | 'WRONG_VISIT'
const CAUSES: readonly Cause[] = [
  'ONLY_HERE',
  'REVERSED_HERE',
  'ONLY_THERE',
  'AMOUNTS_DIFFER',
  'REVERSED_THERE',
  'DUPLICATE_LINE',
  'UNREADABLE',
  'WRONG_PERSON',
  'WRONG_VISIT',
]

/** A settlement of the platform, and what is wrong with it on the other side. */
interface Made extends SettlementRow {
  readonly cause: Cause | null
}

const yuan = (fen: number) => (fen / 100).toFixed(2)

function line(
  one: SettlementRow,
  change: Partial<Record<'number' | 'visit' | 'person' | 'flag' | 'total', string>> = {},
) {
  const { number = settlementNumber(one.id), visit = one.visit, person = one.personNumber, flag } = change
  const { total = yuan(one.fund + one.account + one.cash) } = change
  const refund = flag ?? (one.reverses === null ? '0' : '1')
  return `${number},${visit},${person},${total},${yuan(one.fund)},${yuan(one.account)},${refund},${yuan(one.cash)},${one.requestId}\n`
}

/** What the institution has of a settlement. */
function linesOf(one: Made): string {
  switch (one.cause) {
    case 'ONLY_HERE':
    case 'REVERSED_HERE':
      return ''
    case 'ONLY_THERE':
      return line(one) + line(one, { number: `N${one.requestId}` })
    case 'AMOUNTS_DIFFER':
      return line(one, { total: yuan(one.fund + one.account + one.cash + 1) })
    case 'REVERSED_THERE':
      return line(one) + `${settlementNumber(one.id)},${one.visit},${one.personNumber},0,0,0,1,0,\n`
    case 'DUPLICATE_LINE':
      return line(one) + line(one)
    case 'UNREADABLE':
      return line(one) + line(one, { total: '=1+1' })
    case 'WRONG_PERSON':
      return line(one, { person: 'NOBODY' })
    case 'WRONG_VISIT':
      return line(one, { visit: 'NOWHERE' })
    case null:
      return line(one)
  }
}

/** So many settlements of a day; every tenth is taken back, and of each cause there are `each`. */
function make(count: number, each: number, day: Temporal.PlainDate): Made[] {
  const noon = day.toZonedDateTime({ timeZone: 'Asia/Shanghai', plainTime: '08:00' }).toInstant()
  const made: Made[] = []
  for (let n = 0; made.length < count; n += 1) {
    const at = (milliseconds: number) => stampId(randomUUIDv7(), noon.add({ milliseconds }))
    const isReversed = n % 10 === 9
    const place = Math.floor(n / 10) % CAUSES.length
    const isEarly = n < 10 * CAUSES.length * each
    const cause = isEarly && n % 10 === 0 ? (CAUSES[place] ?? null) : null
    const one = {
      id: at(n * 100),
      insuredId: randomUUIDv7(),
      personNumber: `${POOL}5${String(n).padStart(7, '0')}`,
      pool: POOL,
      institution: INSTITUTION,
      visit: `RV${n}`,
      fund: 1000 + n,
      account: n % 500,
      cash: 100,
      careType: '11',
      careKind: 'OUTPATIENT',
      requestId: `reconcile-bench-${n}`,
      reverses: null,
      confirmed: n % 2 === 0,
      // A reversal that is missing belongs to the next settlement that is taken back.
      cause: cause === 'REVERSED_HERE' ? null : cause,
    } as const
    made.push(one)
    if (!isReversed) continue
    const missing = isEarly && place === CAUSES.indexOf('REVERSED_HERE')
    const negated = { fund: 0 - one.fund, account: 0 - one.account, cash: -100, reverses: one.id }
    const back = { ...negated, id: at(n * 100 + 50), requestId: `reconcile-bench-back-${n}` }
    made.push({ ...one, ...back, cause: missing ? 'REVERSED_HERE' : null })
  }
  return made
}

/** Two sides of a day that differ in known places, and the program that compares them. */
export interface Scene {
  /** Arguments of node. */
  readonly args: readonly string[]
  /** Throws unless exactly what was made wrong was found, and everything else reconciled; answers how much that was. */
  check(): Promise<number>
}

/** Puts so many settlements into a database, and their lines into a file with `each` differences of every cause. */
export async function makeScene(
  admin: Client,
  { url, folder, count, each }: { url: string; folder: string; count: number; each: number },
): Promise<Scene> {
  const day = dayOf(systemClock()).subtract({ days: 1 })
  const made = make(count, each, day)
  await addRows(admin, made)
  await admin.query('analyze settlement.settlement')
  const file = join(folder, 'lines.csv')
  await pipeline(Readable.from(contentOf(made)), createWriteStream(file))
  const range = { from: day.toString(), to: day.toString(), first: floor(day), before: floor(day.add({ days: 1 })) }
  const scope = { institution: INSTITUTION, agency: POOL, insuranceType: '310', clearingType: '11', ...range }
  const program = join(import.meta.dirname, 'reconcile-process.ts')
  const run = randomUUIDv7()
  return {
    args: [program, url, file, join(folder, 'documents'), run, JSON.stringify(scope)],
    check: () => check(admin, run, made),
  }
}

/** Reconciles a file of so many settlements with `each` differences of every cause, in a process of its own. */
export async function measureReconciliation(url: string, count: number, each: number): Promise<ReconcileResult> {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-bench-reconcile-'))
  const admin = new Client(url)
  await admin.connect()
  try {
    const scene = await makeScene(admin, { url, folder, count, each })
    const { stdout } = await promisify(execFile)(process.execPath, scene.args)
    const measured = JSON.parse(stdout) as { seconds: number; peakMiB: number }
    return { lines: count, differences: await scene.check(), ...measured }
  } finally {
    await admin.end()
    await rm(folder, { recursive: true, force: true })
  }
}

const floor = (day: Temporal.PlainDate): string => idFloor(day.toZonedDateTime('Asia/Shanghai').toInstant())

function* contentOf(made: readonly Made[]): Generator<string> {
  yield `${NATIONAL}\n`
  for (const one of made) {
    const lines = linesOf(one)
    if (lines !== '') yield lines
  }
}

async function check(admin: Client, run: string, made: readonly Made[]): Promise<number> {
  const { rows } = await admin.query<{ cause: string; about: string }>(
    `select cause, coalesce(settlement_id::text, number, 'line') as about
     from settlement.reconciliation_difference where run_id = $1`,
    [run],
  )
  const wrong = made.filter((one) => one.cause !== null)
  const about = ({ cause, id, requestId }: Made) =>
    cause === 'ONLY_THERE' ? `N${requestId}` : cause === 'UNREADABLE' ? 'line' : id
  const expected = wrong.map((one) => `${one.cause} ${about(one)}`).toSorted()
  const found = rows.map((row) => `${row.cause} ${row.about}`).toSorted()
  const first = expected.findIndex((one, i) => one !== found[i])
  if (expected.length !== found.length || first !== -1)
    throw new Error(
      `${found.length} differences of ${expected.length}; the first is ${found[first]}, not ${expected[first]}`,
    )
  const { rows: kept } = await admin.query<{ count: string }>(
    'select count(*) from settlement.reconciled where run_id = $1',
    [run],
  )
  const unequal = new Set(['ONLY_HERE', 'REVERSED_HERE', 'AMOUNTS_DIFFER', 'WRONG_PERSON', 'WRONG_VISIT'])
  const equal = made.filter(({ cause }) => cause === null || !unequal.has(cause)).length
  if (Number(kept[0]?.count) !== equal) throw new Error(`${kept[0]?.count} of ${equal} settlements were reconciled`)
  return found.length
}
