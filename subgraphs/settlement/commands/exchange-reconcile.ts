import { dayOf } from '@yibao/schema/dates'
import type { z } from 'zod'
import type { Services } from '../context.ts'
import {
  agree,
  causeOf,
  sumPools,
  troubleOf,
  type ExchangeRow,
  type ExchangeRunState,
  type ExchangeRunTrouble,
  type ExchangeSums,
  type PoolSums,
  type ToldRow,
} from '../domain/exchange-reconciliation.ts'
import { speakerOf } from '../domain/prefund.ts'
import { ROWS_MAX, rowsRead, totalsRead } from '../peers/reconciliation-message.ts'
import {
  addExchangeRun,
  keepDifferences,
  listDue,
  listOpen,
  resolveDifferences,
  type FoundDifference,
  type RunKey,
} from '../store/exchange-reconciliation.ts'
import { findOwner, hastenPending, listDay, listStanding, sumDay, type Between } from '../store/exchange-standing.ts'
import { idsOf } from './exchange-standing.ts'
import { healAway } from './settle-away.ts'

/** Days before today that are compared each day. */
const DAYS = 3
const BY_RULE = 'platform:settlement'

/** Compares the last days with every province there are bills with, and those of which something is still open. */
export async function reconcileDue(services: Services): Promise<void> {
  const own = services.provinces?.province
  if (own === undefined) return
  const today = dayOf(services.clock())
  for (const key of await listDue(services.db.hot, { own, today, days: DAYS }))
    await reconcileExchange(services, key, BY_RULE).catch((error: unknown) =>
      services.logger?.error(
        { ...key, day: key.day.toString(), err: error },
        'a day cannot be compared with another province',
      ),
    )
}

/**
 * Compares a day with another province: the sums by pool, and where they differ every bill, whatever day the other side has it
 * under. What one side has still under way is gone on with before it is called a difference. Answers the run.
 */
export async function reconcileExchange(services: Services, key: RunKey, askedBy: string): Promise<string> {
  const { db, newId } = services
  const between = betweenOf(services, key)
  const pools = await sumDay(db.hot, between, idsOf(key.day))
  const there = await ask(services, key, 'totals', { day: key.day.toString() }, totalsRead)
  if (there === null) return keepRun(services, key, { askedBy, here: pools, there: null, found: [] })
  const known = await openOf(services, key)
  if (agree(pools, there.pools) && known.length === 0)
    return keepRun(services, key, { askedBy, here: pools, there: there.pools, found: [] })
  const pairs = await pairUp(services, key, between, known)
  if (pairs === null) return keepRun(services, key, { askedBy, here: pools, there: null, found: [] })
  if (typeof pairs === 'string') {
    services.logger?.error(
      { ...key, day: key.day.toString(), trouble: pairs },
      'another province does not tell its books',
    )
    return keepRun(services, key, { askedBy, here: pools, there: null, found: [], trouble: pairs })
  }
  const at = services.clock()
  const found: FoundDifference[] = []
  for (const [exchange, { here, there: told }] of pairs) {
    const cause = causeOf(here, told)
    if (cause === null) continue
    const owner = here?.owner ?? (await findOwner(db.hot, between, exchange)) ?? speakerOf(ownOf(services))
    found.push({ ...key, id: newId(at), exchange, pool: owner, cause, ...sidesOf(here, told), foundAt: at })
  }
  return keepRun(services, key, { askedBy, here: pools, there: there.pools, found })
}

const ownOf = ({ provinces }: Services): string => provinces?.province ?? ''
const betweenOf = (services: Services, { province, place }: RunKey): Between => ({
  province,
  isPlace: place === ownOf(services),
})

/** What was found of the day before and is not resolved. */
async function openOf({ db }: Services, key: RunKey): Promise<readonly string[]> {
  const open = await listOpen(db.orm, key)
  return open.filter(({ day }) => day.equals(key.day)).map(({ exchange }) => exchange)
}

interface Pair {
  readonly here: ExchangeRow | null
  readonly there: ToldRow | null
}

/**
 * Every bill of the day on either side beside what the other has of it; null when the other platform does not answer, and why
 * when what it answers cannot be its books.
 */
async function pairUp(
  services: Services,
  key: RunKey,
  between: Between,
  known: readonly string[],
): Promise<ReadonlyMap<string, Pair> | ExchangeRunTrouble | null> {
  const told = await listThere(services, key)
  if (told === null || typeof told === 'string') return told
  const own = await listHere(services, key, between)
  const missing = [...told.keys(), ...known].filter((one) => !own.has(one))
  const late = await standingHere(services, between, missing)
  const unseen = [...own.keys(), ...known].filter((one) => !told.has(one))
  const standing = await standingThere(services, key, unseen)
  if (standing === null) return null
  const here = new Map([...own, ...late])
  const there = new Map([...told, ...standing])
  return new Map(
    [...new Set([...here.keys(), ...there.keys()])].map((one) => [
      one,
      { here: here.get(one) ?? null, there: there.get(one) ?? null },
    ]),
  )
}

const byExchange = <Row extends ToldRow>(rows: readonly Row[]) => rows.map((one) => [one.exchange, one] as const)

async function listHere({ db }: Services, { day }: RunKey, between: Between): Promise<Map<string, ExchangeRow>> {
  const rows = new Map<string, ExchangeRow>()
  for (let after: string | null = null; ;) {
    const page = await listDay(db.hot, between, { ...idsOf(day), after, limit: ROWS_MAX })
    for (const [exchange, row] of byExchange(page)) rows.set(exchange, row)
    if (page.length < ROWS_MAX) return rows
    after = page.at(-1)?.exchange ?? null
  }
}

/** Each page has to lead on from the one before: else a platform that repeats itself would be asked for ever. */
async function listThere(services: Services, key: RunKey): Promise<Map<string, ToldRow> | ExchangeRunTrouble | null> {
  const rows = new Map<string, ToldRow>()
  for (let after: string | null = null; ;) {
    const page: z.output<typeof rowsRead> | null = await ask(
      services,
      key,
      'details',
      { day: key.day.toString(), after },
      rowsRead,
    )
    if (page === null) return null
    const trouble = troubleOf(page.rows, { after, read: rows.size })
    if (trouble !== null) return trouble
    for (const [exchange, row] of byExchange(page.rows)) rows.set(exchange, row)
    if (page.rows.length < ROWS_MAX) return rows
    after = page.rows.at(-1)?.exchange ?? null
  }
}

/** How bills stand here that only the other side has under the day. Those under way are gone on with first. */
async function standingHere(services: Services, between: Between, exchanges: readonly string[]) {
  const rows = new Map<string, ExchangeRow>()
  for (const some of inPages(exchanges)) {
    const pending = between.isPlace ? await hastenPending(services.db.hot, some, services.clock()) : []
    if (pending.length > 0) await healAway(services)
    for (const [exchange, row] of byExchange(await listStanding(services.db.hot, between, some)))
      rows.set(exchange, row)
  }
  return rows
}

async function standingThere(services: Services, key: RunKey, exchanges: readonly string[]) {
  const rows = new Map<string, ToldRow>()
  for (const some of inPages(exchanges)) {
    const answer = await ask(services, key, 'standing', { exchanges: some }, rowsRead)
    if (answer === null) return null
    // What was not asked for is no answer to it.
    for (const [exchange, row] of byExchange(answer.rows)) if (some.includes(exchange)) rows.set(exchange, row)
  }
  return rows
}

const inPages = (all: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(all.length / ROWS_MAX) }, (_, i) => all.slice(i * ROWS_MAX, (i + 1) * ROWS_MAX))

/** Asks the other platform; null when it does not answer, or not in form. */
async function ask<Form extends z.ZodType>(
  { provinces, logger }: Services,
  { province, place }: RunKey,
  type: 'totals' | 'details' | 'standing',
  message: object,
  form: Form,
): Promise<z.output<Form> | null> {
  const said = await provinces?.send({ province, type, message: { place, ...message } })
  const read = said?.kind === 'ANSWERED' ? form.safeParse(said.answer) : null
  if (read?.success === true) return read.data
  logger?.warn({ province, type, said: said?.kind }, 'another province does not compare its books')
  return null
}

const sidesOf = (here: ToldRow | null, there: ToldRow | null) => ({
  hereTotal: here?.total ?? null,
  hereFund: here?.fund ?? null,
  hereAccount: here?.account ?? null,
  thereTotal: there?.total ?? null,
  thereFund: there?.fund ?? null,
  thereAccount: there?.account ?? null,
})

interface Run {
  readonly askedBy: string
  readonly here: readonly PoolSums[]
  readonly there: readonly PoolSums[] | null
  readonly found: readonly FoundDifference[]
  readonly trouble?: ExchangeRunTrouble
}

function stateOf({ there, found, trouble }: Run): ExchangeRunState {
  if (trouble !== undefined) return 'FAILED'
  if (there === null) return 'UNANSWERED'
  return found.length === 0 ? 'BALANCED' : 'DIFFERENT'
}

/** Keeps what was compared, what was found, and that what was found before of the day is no more. */
async function keepRun({ db, newId, clock }: Services, key: RunKey, run: Run) {
  const { askedBy, here, there, found, trouble = null } = run
  const at = clock()
  const id = newId(at)
  const own = sumPools(here)
  const other: ExchangeSums | null = there === null ? null : sumPools(there)
  const state = stateOf(run)
  await db.orm.transaction(async (tx) => {
    await addExchangeRun(tx, {
      ...key,
      id,
      state,
      hereCount: own.count,
      hereTotal: own.total,
      hereFund: own.fund,
      hereAccount: own.account,
      thereCount: other?.count ?? null,
      thereTotal: other?.total ?? null,
      thereFund: other?.fund ?? null,
      thereAccount: other?.account ?? null,
      trouble,
      askedBy,
      at,
    })
    if (there === null) return
    await keepDifferences(tx, found)
    const still = new Set(found.map((one) => one.exchange))
    const gone = (await listOpen(tx, key)).filter((one) => one.day.equals(key.day) && !still.has(one.exchange))
    await resolveDifferences(
      tx,
      gone.map((one) => one.id),
      at,
    )
  })
  return id
}
