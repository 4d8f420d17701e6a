import { ageOn, dayOf } from '@yibao/schema/dates'
import type { Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { counterLimit, decidingDay, diseaseOf, stayLimit } from '../domain/counter-limit.ts'
import { wordProof } from '../domain/counter-proof.ts'
import type { CounterRow } from '../store/purse.ts'
import { remember } from './remember.ts'

const PROMISE = 'mutual-aid:'

/** The standard or cap behind a counter for its person now; null where it cannot be said. */
export const limitOfCounter = remember(async (context, counter: CounterRow): Promise<Fen | null> => {
  const { insuredId, pool, insuranceType, name } = counter
  if (name.startsWith(PROMISE))
    return context.load.promise.load({ sponsorId: insuredId, beneficiaryId: name.slice(PROMISE.length) })
  const { list: policies } = await context.policies.latest()
  const on = decidingDay(counter, { policies, today: dayOf(context.now()) })
  if (on === null) return limitOfStay(context, counter, policies)
  const insured = await context.load.insuredAs.load({ insuredId, pool, insuranceType, on: on.toString() })
  if (insured === null) return null
  const { personType, birthDate, civilServant, identities } = insured
  const person = { personType, age: ageOn(birthDate, on), civilServant, identities }
  return counterLimit(policies, counter, { known: { person, disease: diseaseOf(counter) }, on })
})

async function limitOfStay(
  { load }: Context,
  counter: CounterRow,
  policies: Parameters<typeof stayLimit>[0],
): Promise<Fen | null> {
  const [last] = await load.counterBills.load({ counter, size: 1, after: null })
  const settlement = last === undefined ? null : await load.settlement.load(last)
  return settlement === null || settlement.input === null ? null : stayLimit(policies, counter.name, settlement.input)
}

/**
 * Says in words what a counter holds and of how many bills. Null when the bills give something else: then an alarm is
 * logged, and nothing is claimed.
 */
export async function provenText(context: Context, counter: CounterRow): Promise<Text | null> {
  const { held, ...sum } = await context.load.counterProof.load(counter)
  if (held === sum.amount) return wordProof(sum, await limitOfCounter(context, counter))
  const { insuredId, name, period } = counter
  context.logger?.error({ insuredId, name, period }, 'a counter is not what its bills consumed')
  return null
}
