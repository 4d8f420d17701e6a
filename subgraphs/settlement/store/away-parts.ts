import type { Statement } from './statement.ts'
import type { ReversalPart, ReversalWrite } from './write-reversal.ts'
import type { SettlementPart, SettlementWrite } from './write-settlement.ts'

/** Ends what was asked of the other platform with the settlement, or the reversal, that it led to. */
const committedPart = <Input extends { readonly away?: string }>() => ({
  when: (w: Input) => w.away !== undefined,
  gate: {
    name: 'away_gate',
    sql: ({ param }: Statement<Input>) => `
      select a.exchange from guard, settlement.away_bill a
      where a.exchange = ${param('uuid', (w) => w.away ?? null)} and a.next_at is not null for update of a`,
  },
  effects: ({ param }: Statement<Input>) => [
    `away as (
      update settlement.away_bill a set state = 'COMMITTED', next_at = null, trouble = null,
        insured_id = r.insured_id
      from request_row r where a.exchange = ${param('uuid', (w) => w.away ?? null)})`,
  ],
})

export const AWAY: SettlementPart = committedPart<SettlementWrite>()
export const AWAY_BACK: ReversalPart = committedPart<ReversalWrite>()
