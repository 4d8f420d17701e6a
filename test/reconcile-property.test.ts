import { randomUUIDv7 } from 'node:crypto'
import fc from 'fast-check'
import type { Identity } from '@yibao/schema/identity'
import { formatYuan, fenOf } from '@yibao/schema/money'
import { advanceReconciliations } from '@yibao/settlement/commands/reconciliation-advance'
import { settlementNumber, stampId } from '@yibao/settlement/domain/settlement-id'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { found, scopeOn, send, type Ask, type Data } from './reconcile-asking.ts'
import { addRows, type SettlementRow } from './reconcile-rows.ts'
import { hospital, settleWorld, type SettleWorld, type Settlements } from './settle-world.ts'

// Any two sides, compared by the platform in small steps by two processes at once, and by a few lines of plain code.

let world: SettleWorld
let other: Settlements
beforeAll(async () => {
  world = await settleWorld()
  other = await world.open()
})
afterAll(async () => {
  await other.close()
  await world.close()
})

const DAY = '2026-11-20'
let institutions = 0

/** What the platform has of one bill: settled within the scope or not, reversed or not. */
const bills = fc.array(
  fc.record({
    elsewhere: fc.constantFrom(null, null, null, 'DAY', 'TYPE'),
    reversal: fc.constantFrom(null, null, 'SAME_DAY', 'NEXT_DAY'),
    confirmed: fc.boolean(),
  }),
  { maxLength: 8 },
)

/** What the institution says of one bill, or of none. */
const sayings = fc.array(
  fc.record({
    of: fc.nat({ max: 9 }),
    aims: fc.constantFrom('SETTLEMENT', 'SETTLEMENT', 'REVERSAL', 'REVERSAL_BY_ORIGINAL'),
    wrong: fc.constantFrom(null, null, null, 'total', 'fundTotal', 'account', 'cash', 'personNumber', 'visit'),
  }),
  { maxLength: 14 },
)

interface Known extends SettlementRow {
  readonly number: string
  readonly inScope: boolean
}

let sequence = 0
const at = (time: string) => stampId(randomUUIDv7(), Temporal.Instant.from(time).add({ milliseconds: (sequence += 1) }))

function rowsOf(institution: string, drawn: readonly Data[]): { settled: Known; reversal: Known | null }[] {
  return drawn.map(({ elsewhere, reversal, confirmed }, n) => {
    const isOther = elsewhere === 'TYPE'
    const id = at(elsewhere === 'DAY' ? '2026-11-19T23:59:00+08:00' : `${DAY}T10:00:00+08:00`)
    const one = {
      id,
      insuredId: randomUUIDv7(),
      personNumber: `P${n}`,
      pool: '620900',
      institution,
      visit: `V${n}`,
      fund: 100 * n,
      account: 10,
      cash: 1,
      careType: isOther ? '21' : '11',
      careKind: isOther ? 'INPATIENT' : 'OUTPATIENT',
      requestId: `bill-${n}`,
      reverses: null,
      confirmed,
    } as const
    const settled = { ...one, number: settlementNumber(id), inScope: elsewhere === null }
    if (reversal === null) return { settled, reversal }
    const back = at(`2026-11-${reversal === 'SAME_DAY' ? 20 : 21}T12:00:00+08:00`)
    const negated = {
      fund: 0 - one.fund,
      account: -10,
      cash: -1,
      reverses: id,
      requestId: `back-${n}`,
      confirmed: false,
    }
    const inScope = reversal === 'SAME_DAY' && !isOther
    return { settled, reversal: { ...one, ...negated, id: back, number: settlementNumber(back), inScope } }
  })
}

type Rows = ReturnType<typeof rowsOf>

const yuan = (fen: number): string => formatYuan(fenOf(BigInt(fen)))

function linesOf(rows: Rows, drawn: readonly Data[]): Data[] {
  return drawn.map(({ of, aims, wrong }) => {
    const row = rows[of]
    const aimed = aims === 'SETTLEMENT' ? row?.settled : row?.reversal
    const refund = aims !== 'SETTLEMENT'
    const [fund, account, cash] =
      aimed === undefined || aimed === null ? [0, 0, 0] : [aimed.fund, aimed.account, aimed.cash]
    const line = {
      settlement: (aims === 'REVERSAL' ? row?.reversal : row?.settled)?.number ?? `UNKNOWN-${of}`,
      personNumber: row?.settled.personNumber ?? 'P',
      visit: row?.settled.visit ?? 'V',
      refund,
      total: yuan(fund + account + cash),
      fundTotal: yuan(fund),
      account: yuan(account),
      cash: yuan(cash),
    }
    const change =
      wrong === null ? null : wrong === 'personNumber' || wrong === 'visit' ? 'XX' : refund ? '-77.77' : '77.77'
    return wrong === null ? line : { ...line, [wrong]: change }
  })
}

/** What is found by whoever goes through both sides with two hands. */
function naive(rows: Rows, lines: readonly Data[]): { told: string[]; reconciled: string[] } {
  const all = rows.flatMap(({ settled, reversal }) => (reversal === null ? [settled] : [settled, reversal]))
  const byNumber = new Map(all.map((one) => [one.number, one]))
  const reversalOf = new Map(all.filter((one) => one.reverses !== null).map((one) => [one.reverses, one]))
  const seen = new Set<string>()
  const reconciled: string[] = []
  const told: string[] = []
  for (const line of lines) {
    const named = byNumber.get(line.settlement)
    const target = line.refund && named?.reverses === null ? reversalOf.get(named.id) : named
    const mine = target?.inScope === true ? target : undefined
    const key = mine?.id ?? `${line.refund} ${line.settlement}`
    const cause = seen.has(key) ? 'DUPLICATE_LINE' : causeOf(line, { named, target, mine })
    seen.add(key)
    if (cause === null) reconciled.push(key)
    else told.push(`${cause} ${(target ?? named)?.number ?? line.settlement}`)
  }
  for (const one of all)
    if (one.inScope && !seen.has(one.id))
      told.push(`${one.reverses === null ? 'ONLY_HERE' : 'REVERSED_HERE'} ${one.number}`)
  return { told: told.toSorted(), reconciled: reconciled.toSorted() }
}

function causeOf(line: Data, aim: Partial<Record<'named' | 'target' | 'mine', Known | undefined>>): string | null {
  const { named, target, mine } = aim
  if (named !== undefined && target === undefined) return 'REVERSED_THERE'
  if (mine === undefined) return 'ONLY_THERE'
  if (line.personNumber !== mine.personNumber) return 'WRONG_PERSON'
  if (line.visit !== mine.visit) return 'WRONG_VISIT'
  const mineToo = [mine.fund + mine.account + mine.cash, mine.fund, mine.account, mine.cash].map(yuan)
  return mineToo.join() === [line.total, line.fundTotal, line.account, line.cash].join() ? null : 'AMOUNTS_DIFFER'
}

/** Compares two sides both ways. */
async function compareBothWays(drawn: readonly Data[], said: readonly Data[], size: number): Promise<void> {
  institutions += 1
  const institution = `H6209${String(institutions).padStart(8, '0')}`
  const identity: Identity = hospital(institution)
  const ask: Ask = (query, variables) => world.ask<Data>(identity, query, variables)
  const rows = rowsOf(institution, drawn)
  await addRows(
    world.admin,
    rows.flatMap(({ settled, reversal }) => (reversal === null ? [settled] : [settled, reversal])),
  )
  const lines = linesOf(rows, said)
  const id = await send(ask, scopeOn(DAY, { agency: '620900' }), lines)
  const clock = () => world.time.now
  const step = (db: SettleWorld['db']) => advanceReconciliations({ db, clock }, { size })
  await Promise.all([step(world.db), step(other.db)])
  const { differences, ...whole } = await found(ask, id, { whole: false })
  const { told, reconciled } = naive(rows, lines)
  expect(differences.map((one: Data) => `${one.cause} ${one.settlementNumber}`).toSorted()).toEqual(told)
  expect(differences.map((one: Data) => one.place)).toEqual(told.map((_, n) => n + 1))
  expect(whole).toMatchObject({
    state: told.length === 0 ? 'BALANCED' : 'DIFFERENT',
    matched: reconciled.length,
    differenceCount: told.length,
  })
  const { rows: kept } = await world.admin.query<{ id: string }>(
    'select settlement_id as id from settlement.reconciled where institution = $1 and run_id = $2 order by 1',
    [institution, id],
  )
  expect(kept.map((row) => row.id)).toEqual(reconciled)
}

test('any two sides: every difference is found with its cause, what is equal is reconciled, and nothing else', async () => {
  await fc.assert(fc.asyncProperty(bills, sayings, fc.integer({ min: 1, max: 6 }), compareBothWays), { numRuns: 60 })
}, 60_000)

test('a settlement that becomes visible late belongs to no run that ended before, and to the next', async () => {
  const institution = 'H62099999999'
  const ask: Ask = (query, variables) => world.ask<Data>(hospital(institution), query, variables)
  const [early, late] = rowsOf(institution, [
    { elsewhere: null, reversal: null, confirmed: true },
    { elsewhere: null, reversal: null, confirmed: true },
  ])
  if (early === undefined || late === undefined) throw new Error('two were asked for')
  await addRows(world.admin, [early.settled])
  const lines = linesOf(
    [early, late],
    [0, 1].map((of) => ({ of, aims: 'SETTLEMENT', wrong: null })),
  )
  const client = new pg.Client(world.url)
  await client.connect()
  await client.query('begin')
  await addRows(client, [late.settled])
  const scope = scopeOn(DAY, { agency: '620900' })
  const compare = () => advanceReconciliations({ db: world.db, clock: () => world.time.now })
  const first = await send(ask, scope, lines)
  await compare()
  const before = await found(ask, first, { whole: false })
  expect(before.differences).toMatchObject([{ cause: 'ONLY_THERE', settlementNumber: late.settled.number }])
  await client.query('commit')
  await client.end()
  expect(await found(ask, first, { whole: false })).toMatchObject({ differenceCount: 1, here: { count: 1 } })
  world.time.now = world.time.now.add({ seconds: 1 })
  const second = await send(ask, scope, lines)
  await compare()
  expect(await found(ask, second, { whole: false })).toMatchObject({
    state: 'BALANCED',
    matched: 2,
    here: { count: 2 },
  })
  expect(await found(ask, first, { whole: false })).toMatchObject({
    supersededBy: second,
    differences: [{ resolvedBy: second }],
  })
})
