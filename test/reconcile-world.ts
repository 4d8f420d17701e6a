import { advanceReconciliations } from '@yibao/settlement/commands/reconciliation-advance'
import { expect } from 'vitest'
import { found, scopeOn, send, type Ask, type Data, type LineOf } from './reconcile-asking.ts'
import { reverse } from './reversing.ts'
import { billOf, hospital, settle, settleWorld, type WorldPerson } from './settle-world.ts'

const OF = `query ($id: ID!) { settlement(id: $id) { ... on Settlement {
  id number visit total fundTotal account cash personNumber requestId } } }`

/** A settlement as the institution would keep it. */
export type Known = LineOf & { readonly id: string; readonly requestId: string }

/** A hospital that settles and reconciles, day after day. */
export async function reconcileWorld() {
  const world = await settleWorld()
  // Nobody's settlements are older than the opening of the account.
  world.time.now = Temporal.Instant.from('2026-11-01T10:00:00+08:00')
  const person = await world.addPerson(300)
  let today = Temporal.PlainDate.from('2026-11-01')
  let sequence = 0
  const ask: Ask = (query, variables) => world.ask<Data>(hospital(), query, variables)
  const known = async (id: string): Promise<Known> => (await ask(OF, { id })).settlement
  const pass = () => void (world.time.now = world.time.now.add({ seconds: 1 }))

  /** It is this day, at this hour; its bills are of this day. */
  function beAt(day: Temporal.PlainDate, hour: number): void {
    today = day
    world.time.now = day.toZonedDateTime({ timeZone: 'Asia/Shanghai', plainTime: { hour } }).toInstant()
  }

  /** A bill of one line of today. */
  function billToday(of: WorldPerson, change: object = {}) {
    const day = today.toString()
    const bill = billOf(of, { begin: `${day}T08:00:00+08:00`, end: `${day}T09:00:00+08:00`, ...change })
    return { ...bill, lines: bill.lines.map((line) => ({ ...line, time: `${day}T08:30:00+08:00` })) }
  }

  const compare = (size?: number): Promise<void> => {
    pass()
    return advanceReconciliations({ db: world.db, clock: () => world.time.now }, size === undefined ? {} : { size })
  }

  return {
    world,
    person,
    ask,
    known,
    beAt,
    billToday,
    compare,
    /** The next day, at noon. */
    nextDay: (): string => {
      beAt(today.add({ days: 1 }), 12)
      return today.toString()
    },
    /** A settlement of today. */
    settled: async (): Promise<Known> => {
      sequence += 1
      pass()
      const answer = await settle(world, `bill-${sequence}`, billToday(person))
      expect(answer).toMatchObject({ __typename: 'Settlement' })
      return known(answer.id)
    },
    /** What takes a settlement back. */
    reversed: async (one: Known): Promise<Known> => {
      const answer = await reverse(world, one.id)
      expect(answer).toMatchObject({ __typename: 'Settlement' })
      return known(answer.id)
    },
    /** Sends lines of today and compares. */
    reconciled: async (lines: readonly object[], scope = scopeOn(today.toString())): Promise<Data> => {
      const id = await send(ask, scope, lines)
      await compare()
      return found(ask, id)
    },
    isReconciled: async ({ id }: Known): Promise<boolean> => {
      const { rows } = await world.admin.query('select from settlement.reconciled where settlement_id = $1', [id])
      return rows.length === 1
    },
  }
}
