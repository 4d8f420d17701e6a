import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { connect } from '@yibao/drizzle/connect'
import { ZERO } from '@yibao/schema/money'
import type { Secrets } from '@yibao/schema/secrets'
import { lookupHash } from '@yibao/schema/secrets'
import { readBill } from '@yibao/settlement/domain/read-bill'
import { resolveBill, type Rules } from '@yibao/settlement/domain/resolve-bill'
import type { SplitInput } from '@yibao/settlement/domain/split-input'
import { settleBill } from '@yibao/settlement/domain/settle'
import { readFacts, type FactsKey } from '@yibao/settlement/store/read-facts'
import { writeSettlement, type SettlementWrite } from '@yibao/settlement/store/write-settlement'
import { benchBill, HOSPITAL, LINES } from './bills.ts'

interface LimitOptions {
  readonly url: string
  readonly secrets: Secrets
  readonly rules: Rules
  readonly persons: number
  readonly inFlight: number
}

/** A bill as the two prepared statements take it, with nothing left to compute. */
export interface Prepared {
  readonly key: FactsKey
  readonly write: SettlementWrite
}

export interface Limit {
  /** Durable bills per second on a client with so many connections. */
  measure(pool: 8 | 16, seconds: number): Promise<number>
  /** The input of one of the bills. */
  readonly sample: SplitInput
  close(): Promise<void>
}

/**
 * The plainest loop there is: for each bill the same read and the same write as `settle`, prepared, on a client with
 * `pool` connections; no GraphQL, no HTTP, no token, no split. Everything a bill needs was computed before the clock
 * started. Row counts are asserted.
 */
export async function openLimit(options: LimitOptions): Promise<Limit> {
  const { url, inFlight, persons } = options
  const open = (hot: number) => connect({ url, schema: 'settlement', hot, writers: 1, readers: 1 })
  const [db8, db16] = await Promise.all([open(8), open(16)])
  const templates = await prepareAll({ ...options, run: 'L' }, db8.hot)
  let next = 0

  async function settleOne(hot: Hot): Promise<void> {
    const template = templates[next % persons]
    if (template === undefined) throw new Error('no bill was prepared')
    const { key, write } = another(template, next++)
    const { version } = await readFacts(hot, key)
    if (!(await writeSettlement(hot, { ...write, version }))) throw new Error('the plain loop met a conflict')
  }

  async function measure(pool: 8 | 16, seconds: number): Promise<number> {
    const { hot } = pool === 8 ? db8 : db16
    const before = await countRows(hot)
    const first = next
    const start = performance.now()
    const client = async () => {
      while (performance.now() < start + seconds * 1000) await settleOne(hot)
    }
    await Promise.all(Array.from({ length: inFlight }, client))
    const elapsed = (performance.now() - start) / 1000
    const [after, done] = [await countRows(hot), next - first]
    assert.equal(after.settlements - before.settlements, BigInt(done), 'each bill of the plain loop is a row')
    assert.equal(after.lines - before.lines, BigInt(done * LINES), 'each line of the plain loop is a row')
    return done / elapsed
  }

  const sample = templates[0]?.write.settlement.input
  assert(sample !== null && sample !== undefined, 'there is a first bill')
  return {
    measure,
    sample,
    async close() {
      await Promise.all([db8.close(), db16.close()])
    },
  }
}

type Hot = Awaited<ReturnType<typeof connect>>['hot']

export const countRows = async (hot: Hot): Promise<{ settlements: bigint; lines: bigint }> => {
  const [row] = await hot.unsafe<{ settlements: bigint; lines: bigint }>(
    'select (select count(*) from settlement.settlement) as settlements, (select count(*) from settlement.settlement_line) as lines',
  )
  assert(row !== undefined, 'a count gives a row')
  return row
}

interface Preparing extends Pick<LimitOptions, 'secrets' | 'rules' | 'persons'> {
  /** Of whose bills the keys are. */
  readonly run: string
}

/** One bill of each person, computed on what the database holds now. */
export async function prepareAll({ secrets, rules, persons, run }: Preparing, hot: Hot): Promise<Prepared[]> {
  const prepared: Prepared[] = []
  const now = Temporal.Now.instant().round('millisecond')
  for (let n = 0; n < persons; n += 1) {
    const input = plain(benchBill(`${run}-`, n, persons))
    const bill = readBill(input, { now, institution: HOSPITAL })
    const requestId = randomUUIDv7()
    const caller = `institution:${HOSPITAL}`
    const key: FactsKey = {
      caller,
      requestId,
      credentialKind: bill.credential.kind,
      credentialHash: lookupHash(secrets, bill.credential.kind, bill.credential.value).toString('hex'),
      institution: HOSPITAL,
      visit: bill.visit,
      chargeBatch: bill.chargeBatch,
      invoice: bill.invoice,
      now,
      sponsors: false,
      settledClaims: false,
      registrations: false,
      paidMonths: false,
      quote: null,
      converts: null,
      prescriptions: [],
      traceCodes: [],
      begin: bill.begin,
      admission: null,
      transferredFrom: null,
    }
    const facts = await readFacts(hot, key)
    const resolved = resolveBill(bill, facts, rules, now)
    const settling = settleBill(resolved, facts, rules.policies, { id: randomUUIDv7(), caller, requestId, now })
    prepared.push({ key, write: { ...settling, version: facts.version, operation: 'settle', digest: 'limit' } })
  }
  return prepared
}

/** One more bill of the same person: other keys, and nothing more from the account. */
function another({ key, write }: Prepared, n: number): Prepared {
  const [id, requestId, visit] = [randomUUIDv7(), randomUUIDv7(), `${key.visit}-${n}`]
  const settlement = { ...write.settlement, id, requestId, visit, chargeBatch: visit, invoice: visit.slice(-20) }
  return {
    key: { ...key, requestId, visit, chargeBatch: visit, invoice: settlement.invoice },
    write: { ...write, settlement, accounts: unchanged(write.accounts) },
  }
}

/** The same rows touched, but no balance runs dry in a loop that decides nothing. */
const unchanged = (accounts: SettlementWrite['accounts']) => accounts.map((one) => ({ ...one, amount: ZERO }))

/** The words of the GraphQL enums as the codes behind them. */
function plain(bill: ReturnType<typeof benchBill>) {
  return {
    ...bill,
    credential: { ...bill.credential, kind: '03' as const },
    operator: { ...bill.operator, terminal: '1' as const },
  }
}
