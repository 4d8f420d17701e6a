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
  readonly seconds: number
  readonly pool: number
  readonly inFlight: number
}

/** A bill as the two prepared statements take it, with nothing left to compute. */
export interface Prepared {
  readonly key: FactsKey
  readonly write: SettlementWrite
}

/**
 * The plainest loop there is: for each bill the same read and the same write as `settle`, prepared, on a client with
 * `pool` connections; no GraphQL, no HTTP, no token, no split. Everything a bill needs was computed before the clock
 * started. Row counts are asserted. Returns the durable bills per second and the input of one of them.
 */
export async function measureLimit(options: LimitOptions): Promise<{ billsPerSecond: number; sample: SplitInput }> {
  const { url, seconds, pool, inFlight, persons } = options
  const db = await connect({ url, schema: 'settlement', hot: pool, writers: 1, readers: 1 })
  try {
    const templates = await prepareAll(options, db.hot)
    const uses = new Uint32Array(persons)
    let [next, done] = [0, 0]
    const before = await countRows(db.hot)
    const start = performance.now()
    const end = start + seconds * 1000
    async function client(): Promise<void> {
      while (performance.now() < end) {
        const n = next++
        const template = templates[n % persons]
        if (template === undefined) return
        const use = uses[n % persons] ?? 0
        uses[n % persons] = use + 1
        const prepared = use === 0 ? template : another(template, n, BigInt(use))
        await readFacts(db.hot, prepared.key)
        if (!(await writeSettlement(db.hot, prepared.write))) throw new Error('the plain loop met a conflict')
        done += 1
      }
    }
    await Promise.all(Array.from({ length: inFlight }, client))
    const elapsed = (performance.now() - start) / 1000
    const after = await countRows(db.hot)
    assert.equal(after.settlements - before.settlements, BigInt(done), 'each bill of the plain loop is a row')
    assert.equal(after.lines - before.lines, BigInt(done * LINES), 'each line of the plain loop is a row')
    const sample = templates[0]?.write.settlement.input
    assert(sample !== null && sample !== undefined, 'there is a first bill')
    return { billsPerSecond: done / elapsed, sample }
  } finally {
    await db.close()
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

type Preparing = Pick<LimitOptions, 'secrets' | 'rules' | 'persons' | 'pool'>

/** One bill of each person, computed on what the database holds now. */
export async function prepareAll({ secrets, rules, persons, pool }: Preparing, hot: Hot): Promise<Prepared[]> {
  const prepared: Prepared[] = []
  const now = Temporal.Now.instant().round('millisecond')
  for (let n = 0; n < persons; n += 1) {
    const input = plain(benchBill(`L${pool}-`, n, persons))
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

/** The next bill of the same person: other keys, the next version, and nothing more from the account. */
function another({ key, write }: Prepared, n: number, use: bigint): Prepared {
  const [id, requestId, visit] = [randomUUIDv7(), randomUUIDv7(), `${key.visit}-${n}`]
  const settlement = { ...write.settlement, id, requestId, visit, chargeBatch: visit, invoice: visit.slice(-20) }
  return {
    key: { ...key, requestId, visit, chargeBatch: visit, invoice: settlement.invoice },
    write: { ...write, settlement, version: write.version + use, accounts: unchanged(write.accounts) },
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
