import type { Services } from '../context.ts'
import {
  ROWS_MAX,
  tellPools,
  tellRows,
  type DetailsMessage,
  type StandingMessage,
  type TotalsMessage,
} from '../peers/reconciliation-message.ts'
import { idFloor } from '../domain/settlement-id.ts'
import { listDay, listStanding, sumDay, type Between, type IdRange } from '../store/exchange-standing.ts'

type Working = Pick<Services, 'db'>

const floor = (day: Temporal.PlainDate): string => idFloor(day.toZonedDateTime('Asia/Shanghai').toInstant())

/** The ids of what was settled on a day in Asia/Shanghai. */
export function idsOf(day: Temporal.PlainDate): IdRange {
  return { from: floor(day), before: floor(day.add({ days: 1 })) }
}

/** Between whom something is that another province asks for: it names where the person was treated. */
const between = (province: string, place: string): Between => ({ province, isPlace: place !== province })

export const answerTotals = async ({ db }: Working, province: string, { place, day }: TotalsMessage) =>
  tellPools(await sumDay(db.hot, between(province, place), idsOf(day)))

export const answerDetails = async ({ db }: Working, province: string, { place, day, after }: DetailsMessage) =>
  tellRows(await listDay(db.hot, between(province, place), { ...idsOf(day), after, limit: ROWS_MAX }))

export const answerStanding = async ({ db }: Working, province: string, { place, exchanges }: StandingMessage) =>
  tellRows(await listStanding(db.hot, between(province, place), exchanges))
