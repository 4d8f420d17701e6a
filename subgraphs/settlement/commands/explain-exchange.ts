import assert from 'node:assert/strict'
import { callerOf } from '@yibao/schema/identity'
import type { Context } from '../context.ts'
import { tellExplanation, type ExplainAnswer } from '../peers/explanation-message.ts'
import { findExchange } from '../store/exchange.ts'
import { findSettlements } from '../store/settlements.ts'
import { stateOf } from './exchange-outcome.ts'
import { explainSettlement } from './explain.ts'

/**
 * Why a bill came out as it did, told to the province that treated the person: by the id of its own exchange, and only of
 * what was committed. Every other exchange is unknown to it.
 */
export async function explainExchange(context: Context, exchange: string): Promise<ExplainAnswer> {
  const found = await findExchange(context.db.hot, { caller: callerOf(context.institution()), requestId: exchange })
  const id = found?.operation === 'reverse' ? found.result?.reversal : found?.result?.settlement
  if (found === null || id === undefined || stateOf(found) !== 'COMMITTED')
    return tellExplanation(exchange, { explanation: null, untold: 'UNKNOWN' })
  const [settlement] = await findSettlements(context.db.orm, [id])
  assert(settlement !== undefined, 'a settlement on record has its row')
  context.noteRead(settlement.insuredId, 'explanation')
  const { explanation, absence } = await explainSettlement(context, settlement)
  const untold = absence === null || absence === 'DECIDES_NOTHING' ? absence : 'NOT_RECKONED'
  return tellExplanation(exchange, { explanation, untold })
}
