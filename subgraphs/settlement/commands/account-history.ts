import { before, dayOf } from '@yibao/schema/dates'
import { fenOf, rateOf } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { ratesOf, turnOf } from '../domain/account-rule.ts'
import { turnEntries, turnYear } from '../domain/account-history.ts'
import { addYear, findMoved, findUnturned } from '../store/account-history.ts'
import { accountRules } from '../store/account-rules.ts'
import { foldEntries } from '../store/fold-ledger.ts'
import { moveMoney, takeMoney } from '../store/premium-money.ts'

/** Persons that are looked for at once; each is turned in a transaction of its own, so that others get on between. */
const BATCH = 500
/** Years that are made up for when the platform stood still. */
const YEARS_BACK = 2
const NO_RATE = rateOf(0n)

type Parts = Pick<Services, 'db' | 'clock' | 'newId' | 'logger'>

/** Carries over what is left of past years in all accounts and adds the interest, once for each person and year. */
export async function turnAccounts(parts: Parts): Promise<void> {
  const today = dayOf(parts.clock())
  for (let back = YEARS_BACK; back >= 1; back -= 1) await turnAll(parts, today.year - back, today)
}

async function turnAll({ db, clock, newId, logger }: Parts, year: number, today: Temporal.PlainDate): Promise<void> {
  const ended = Temporal.PlainDate.from({ year: year + 1, month: 1, day: 1 })
    .toZonedDateTime('Asia/Shanghai')
    .toInstant()
  const rulesOf = await accountRules()
  let isFolded = false
  for (let after: string | null = null; ;) {
    const found = await findUnturned(db.orm, { year: String(year), ended, after, limit: BATCH })
    // What moved is read from the folded days of the ledger.
    if (found.length > 0 && !isFolded) await foldEntries(db)
    isFolded = true
    for (const { insuredId, pool } of found) {
      const rules = rulesOf(pool)
      if (before(today, turnOf(rules, year))) continue
      const rates = ratesOf(rules, year)
      await turnOne({ db, clock, newId }, { insuredId, pool, year, rates }).catch((err: unknown) =>
        logger?.error({ err, insuredId, year }, 'the year of an account was not turned; it is tried again'),
      )
    }
    if (found.length < BATCH) return
    after = found.at(-1)?.insuredId ?? null
  }
}

interface Turning {
  readonly insuredId: string
  readonly pool: string
  readonly year: number
  readonly rates: ReturnType<typeof ratesOf>
}

/** Takes the money of one person and turns their year; the note that it was is what makes it happen once. */
function turnOne(
  { db, clock, newId }: Omit<Parts, 'logger'>,
  { insuredId, pool, year, rates }: Turning,
): Promise<void> {
  return db.orm.transaction(async (tx) => {
    const at = await takeMoney(tx, insuredId, clock())
    if (at === null) return
    const turn = turnYear(await findMoved(tx, insuredId, year), { year, rates })
    const groupId = newId(at)
    const row = {
      ...turn,
      insuredId,
      year: String(year),
      pool,
      currentRate: rates?.current ?? NO_RATE,
      historyRate: rates?.history ?? NO_RATE,
      groupId,
      at,
    }
    if (!(await addYear(tx, row))) return
    const { carried, interest } = turn
    const entries = turnEntries({ insuredId, pool }, turn)
    await moveMoney(tx, {
      insuredId,
      pool,
      groupId,
      at,
      current: fenOf(0n - carried),
      history: fenOf(carried + interest),
      entries,
    })
  })
}
