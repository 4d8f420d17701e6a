import { verify } from '@yibao/settlement/commands/verify'
import fc from 'fast-check'
import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  billOf,
  hospital,
  lineOf,
  OTHER_HOSPITAL,
  settle,
  settleWorld,
  type Settled,
  type Settlements,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

// Bills that wait together are read and written together. Whatever they are, each gets what it would get alone, and leaves
// what it would leave alone: the same bills are sent at once for some persons, and one by one for their twins.

let world: SettleWorld
let processes: readonly Settlements[]
beforeAll(async () => {
  world = await settleWorld()
  processes = [world, await world.open()]
  // What no check of ours stops and the database does: its statement fails, with all that is in it.
  await world.admin.query(`alter table settlement.bill add constraint dirty check (visit not like '%DIRTY%')`)
})
afterAll(async () => {
  await processes[1]?.close()
  await world.close()
})

const PERSONS = 4

/** One bill of a mix; numbers say which person, visit, invoice and request of the mix it is of. */
interface Sent {
  readonly person: number
  readonly visit: number
  readonly invoice: number
  readonly request: number
  readonly process: number
  readonly isOther: boolean
  readonly kind: 'PLAIN' | 'STAY' | 'DEAR' | 'BAD' | 'DIRTY' | 'NO_ACCOUNT' | 'AID'
}

const aBill: fc.Arbitrary<Sent> = fc.record({
  person: fc.nat(PERSONS - 1),
  visit: fc.nat(60),
  invoice: fc.nat(60),
  request: fc.nat(60),
  process: fc.nat(1),
  isOther: fc.boolean(),
  // A dirty bill spoils the statement it goes in, so there are few.
  kind: fc.oneof(
    { weight: 60, arbitrary: fc.constant('PLAIN') },
    { weight: 37, arbitrary: fc.constantFrom('STAY', 'DEAR', 'BAD', 'NO_ACCOUNT', 'AID') },
    { weight: 3, arbitrary: fc.constant('DIRTY') },
  ),
})
/** Bills, and which of them are sent once more as they are. */
const aMix = fc
  .tuple(fc.array(aBill, { minLength: 8, maxLength: 40 }), fc.array(fc.nat(39), { maxLength: 8 }))
  .map(([bills, again]) => [...bills, ...again.flatMap((i) => bills[i] ?? [])])

const CHANGES: Readonly<Record<Sent['kind'], object>> = {
  PLAIN: {},
  STAY: { careType: '21', begin: '2026-11-10T08:00:00+08:00' },
  DEAR: { total: '9000.00', lines: [lineOf({ price: '900.00', amount: '9000.00' })] },
  BAD: { careType: 'NONE' },
  DIRTY: {},
  NO_ACCOUNT: { useAccount: false },
  AID: { useMutualAid: true },
}

/** The keys of a bill. What fails for the database alone leaves none behind, so its are its own. */
function keysOf(
  run: string,
  { kind, person, visit, invoice, request }: Sent,
): Record<'visit' | 'invoice' | 'request', string> {
  const dirty = kind === 'DIRTY' ? `DIRTY${person}-${visit}-${invoice}-` : ''
  return {
    visit: `${run}V${dirty}${visit}`,
    invoice: `${run}F${dirty}${invoice}`,
    request: `${run}R${dirty}${request}`,
  }
}

function inputOf(run: string, persons: readonly WorldPerson[], sent: Sent): object {
  const person = persons[sent.person]
  if (person === undefined) throw new Error('a mix has so many persons')
  const { visit, invoice } = keysOf(run, sent)
  return billOf(person, { useMutualAid: false, ...CHANGES[sent.kind], visit, invoice })
}

/** Persons as they are in every mix: the second and the third have a relative who pays, the same one. */
async function somePersons(): Promise<{ persons: WorldPerson[]; relative: WorldPerson }> {
  const relative = await world.addPerson(400)
  const persons = await Promise.all([0, 150, 300, 1000].map((account) => world.addPerson(account)))
  for (const person of persons.slice(1, 3)) {
    await world.admin.query(
      `insert into insured.mutual_aid (insured_id, binding_id, sponsor_id, relation, place, yearly_limit, sponsor_masked,
         beneficiary_name, begin_on, bound_at)
       values ($1, $2, $3, 'CHILD', 1, null, '甲*', '乙', '2026-01-01', '2026-01-01')`,
      [person.insuredId, randomUUIDv7(), relative.insuredId],
    )
  }
  return { persons, relative }
}

/** What a client is told; an outage of its own says nothing. */
type Told = Partial<Settled>
const isOutage = (error: unknown) => String(error).includes('INTERNAL_SERVER_ERROR')

async function send(run: string, persons: readonly WorldPerson[], sent: Sent): Promise<Told> {
  const to = processes[sent.process] ?? world
  const identity = sent.isOther ? hospital(OTHER_HOSPITAL) : hospital()
  return settle(to, keysOf(run, sent).request, inputOf(run, persons, sent), identity).catch((error: unknown) => {
    if (isOutage(error)) return { __typename: 'OUTAGE' }
    throw error
  })
}

/**
 * An order in which the same bills could have come one by one: settlements as they stand in the books of their persons, then
 * what was refused, since nothing that is settled here is taken back; last what used a request for another bill.
 */
function oneByOne(told: readonly Told[]): number[] {
  const ranks = told.map(({ __typename }) => (__typename === 'Settlement' ? 0 : __typename === 'RequestReused' ? 2 : 1))
  const before = (a: number, b: number): number =>
    (ranks[a] ?? 0) - (ranks[b] ?? 0) || (told[a]?.id ?? '').localeCompare(told[b]?.id ?? '') || a - b
  return told.map((_, i) => i).toSorted(before)
}

/**
 * What was told, a settlement named by its place. Of several reasons to refuse a bill only those count that were there at its
 * moment, so a refusal because of others is one, whichever it names.
 */
function comparable(told: readonly Told[], order: readonly number[]): object[] {
  const ids = [...new Set(order.flatMap((i) => told[i]?.id ?? []))]
  return order.map((i) => {
    const { __typename, code, id, total, deductible, pool, fundTotal, personal, account, cash, balance, lines, funds } =
      told[i] ?? {}
    if (id !== undefined)
      return {
        place: ids.indexOf(id),
        total,
        deductible,
        pool,
        fundTotal,
        personal,
        account,
        cash,
        balance,
        lines,
        funds,
      }
    return {
      refused:
        __typename === 'AlreadySettled' || __typename === 'NotAllowed' ? 'BECAUSE_OF_OTHERS' : [__typename, code],
    }
  })
}

/** Whoever was told that a bill is settled already was told of the settlement that has its keys. */
function expectTrue(mix: readonly Sent[], told: readonly Told[]): void {
  mix.forEach((sent, i) => {
    const { __typename, settlement, problems } = told[i] ?? {}
    if (__typename !== 'AlreadySettled') return
    const holder = mix[told.findIndex(({ id }) => id === settlement?.id)]
    const key = problems?.[0]?.path === 'invoice' ? ('invoice' as const) : ('visit' as const)
    expect([holder?.[key], holder?.isOther]).toEqual([sent[key], sent.isOther])
  })
}

const who = (column: string): string => `array_position($1::uuid[], ${column}) as who`

/** Everything in the books about these persons, by the order of their settlements. */
async function booksOf(run: string, { persons, relative }: Awaited<ReturnType<typeof somePersons>>): Promise<object> {
  const all = [...persons, relative].map(({ insuredId }) => insuredId)
  const rows = async (query: string, args: unknown[] = [all]) =>
    (await world.admin.query<Record<string, unknown>>(query, args)).rows

  const books = {
    settlements: await rows(`select ${who('insured_id')}, visit, charge_batch, invoice, institution, care_kind,
      total, in_scope, deductible, fund_total, personal, account, mutual_aid, cash, balance, funds, consumed,
      (select count(*) from settlement.settlement_line l where l.settlement_id = s.id and l.insured_id = s.insured_id) as lines,
      (select array_agg(e.amount order by regexp_replace(e.account, '[0-9a-f]{8}-[-0-9a-f]+', ''), e.amount)
        from settlement.ledger_entry e where e.group_id = s.id) as entries
      from settlement.settlement s where insured_id = any($1) order by 1, id`),
    counters: await rows(`select ${who('insured_id')}, split_part(name, ':', 1) as name, period, amount
      from settlement.counter where insured_id = any($1) order by 1, 2, 3, 4`),
    accounts: await rows(`select ${who('insured_id')}, kind, balance from settlement.account where insured_id = any($1)
      order by 1, 2`),
    stays: await rows(`select ${who('insured_id')}, visit, institution, year, number from settlement.stay
      where insured_id = any($1) order by 1, number, 2, 3`),
    aid: await rows(`select ${who('insured_id')}, current, history from settlement.mutual_aid where insured_id = any($1)
      order by 1, settlement_id`),
    bills: await rows(
      `select ${who('insured_id')}, visit, charge_batch, institution, care_type, diagnosis from settlement.bill
       where visit like $2 order by 2, 3, 4`,
      [all, `${run}%`],
    ),
    invoices: await rows(
      `select ${who('insured_id')}, invoice, institution from settlement.invoice where invoice like $2
       order by 2, 3`,
      [all, `${run}%`],
    ),
    requests: await rows(
      `select ${who('insured_id')}, caller, request_id, operation, outcome from settlement.request where request_id like $2 order by 2, 3`,
      [all, `${run}R%`],
    ),
  }
  return JSON.parse(JSON.stringify(books).replaceAll(run, '')) as object
}

test(
  'bills sent at once in any mix get and leave what they get and leave one by one',
  { timeout: 240_000 },
  async () => {
    let [runs, outages, settled] = [0, 0, 0]
    await fc.assert(
      fc.asyncProperty(aMix, async (mix) => {
        runs += 1
        const [together, alone] = [`T${runs}x`, `A${runs}x`]
        const [these, twins] = [await somePersons(), await somePersons()]
        const told = await Promise.all(mix.map((sent) => send(together, these.persons, sent)))
        expectTrue(mix, told)
        const order = oneByOne(told)
        const toldAlone: Told[] = []
        for (const i of order) toldAlone[i] = await send(alone, twins.persons, mix[i] as Sent)
        expect(comparable(told, order)).toEqual(comparable(toldAlone, order))
        expect(await booksOf(together, these)).toEqual(await booksOf(alone, twins))
        outages += told.filter((one) => one.__typename === 'OUTAGE').length
        settled += new Set(told.flatMap(({ id }) => id ?? [])).size
      }),
      { numRuns: 30, endOnFailure: true },
    )
    const { rows } = await world.admin.query<{ most: number }>(
      'select max(n)::int as most from (select count(distinct group_id) as n from settlement.ledger_entry group by tx) t',
    )
    expect(rows[0]?.most, 'settlements of one transaction').toBeGreaterThan(2)
    // A dirty bill fails by itself, and the mixes did settle something.
    expect(outages).toBeGreaterThan(0)
    expect(settled).toBeGreaterThan(runs)
    expect((await verify(world.db, () => {})).mismatches).toEqual([])
  },
)

test('bills of one invoice, or of one visit and batch, do not fail the statement of others, which would go alone then', async () => {
  const persons = await Promise.all(Array.from({ length: 48 }, () => world.addPerson(100)))
  const { hot } = world.db
  const unsafe = hot.unsafe.bind(hot)
  const failed: unknown[] = []
  hot.unsafe = (text, args, options) =>
    unsafe(text, args, options).catch((error: unknown) => {
      if (text.includes('from given')) failed.push(error)
      throw error
    }) as never
  try {
    for (let round = 0; round < 4; round += 1) {
      // Two pairs of an invoice, two of a visit, and forty who have nothing to do with them.
      const same = (i: number): object => {
        const pair = `PAIR${round}-${i >> 1}`
        return i < 4 ? { invoice: pair } : i < 8 ? { visit: pair } : {}
      }
      const told = await Promise.all(
        persons.map((person, i) => settle(world, `pair-${round}-${i}`, billOf(person, same(i)))),
      )
      expect(told.filter((one) => one.__typename === 'AlreadySettled')).toHaveLength(4)
      expect(told.filter((one) => one.__typename === 'Settlement')).toHaveLength(44)
    }
  } finally {
    hot.unsafe = unsafe
  }
  // But for one that was read just before and came just after the other was written.
  expect(failed.length).toBeLessThan(4)
})
