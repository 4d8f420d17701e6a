import assert from 'node:assert/strict'
import DataLoader from 'dataloader'
import type { Context } from '../context.ts'
import { absent, explains, type Explained } from '../domain/explanation-absence.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { readExplanation } from '../peers/explanation-message.ts'
import { findAwaySettled } from '../store/away.ts'
import { findTold, keepTold } from '../store/told-explanation.ts'

/** Asked of other platforms at once by one operation; the rest waits. */
const AT_ONCE = 8

/**
 * Why a settlement decided on the platform of another province came out as it did, as that platform tells it: asked there
 * once, and kept. Nothing of it is believed that does not come to what is settled here.
 */
export async function explainElsewhere(context: Context, settlement: SettledBill): Promise<Explained> {
  const told = await askerOf(context).load(settlement)
  if (told === null) return absent('HOME_UNREACHABLE')
  const explained = await readFor(context, settlement, told.answer)
  const { id: settlementId, insuredId } = settlement
  const isForGood = explained.absence === null || explained.absence === 'DECIDES_NOTHING'
  if (isForGood && !told.isKept)
    await keepTold(context.db.hot, { settlementId, insuredId, told: told.answer, at: context.now() })
  return explained
}

async function readFor({ load, logger }: Context, settlement: SettledBill, answer: unknown): Promise<Explained> {
  const { id, otherProvince: province } = settlement
  const read = readExplanation(answer)
  const { explanation, untold } = read ?? { explanation: null, untold: null }
  if (explanation === null && untold !== null)
    return absent(untold === 'DECIDES_NOTHING' ? 'DECIDES_NOTHING' : 'HOME_HAS_NONE')
  const lines = settlement.lines ?? (await load.lines.load(id))
  if (explanation !== null && explains(explanation, settlement, lines)) return { explanation, absence: null }
  logger?.error({ settlement: id, province }, 'another province explains a bill otherwise than it is settled')
  return absent('CONTRADICTS')
}

interface Told {
  readonly answer: unknown
  readonly isKept: boolean
}
/** What was told of a settlement; null while the other platform does not answer. */
type Asker = DataLoader<SettledBill, Told | null, string>

/** One for each operation: a province that does not answer it is not asked again by it. */
const askers = new WeakMap<Context, Asker>()

function askerOf(context: Context): Asker {
  const before = askers.get(context)
  if (before !== undefined) return before
  const silent = new Set<string>()
  const asker: Asker = new DataLoader(
    async (asked) => {
      const told: (Told | null)[] = []
      for (let from = 0; from < asked.length; from += AT_ONCE) {
        const some = asked.slice(from, from + AT_ONCE)
        told.push(...(await Promise.all(some.map((one) => findOrAsk(context, one, silent)))))
      }
      return told
    },
    { cacheKeyFn: ({ id }) => id },
  )
  askers.set(context, asker)
  return asker
}

async function findOrAsk({ provinces, db }: Context, { id }: SettledBill, silent: Set<string>): Promise<Told | null> {
  const kept = await findTold(db.hot, id)
  if (kept !== null) return { answer: kept, isKept: true }
  const away = await findAwaySettled(db.hot, id)
  assert(away !== null, 'a settlement decided elsewhere came by an exchange')
  const { exchange, province } = away
  if (provinces === undefined || silent.has(province)) return null
  const said = await provinces.send({ province, type: 'explain', message: { exchange } })
  if (said.kind === 'ANSWERED') return { answer: said.answer, isKept: false }
  silent.add(province)
  return null
}
