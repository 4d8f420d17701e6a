import { isLost, type Statements } from '@yibao/drizzle/hot'
import type { Facts } from '../domain/facts.ts'
import { createGroups } from './groups.ts'
import { kindOfFacts, readFacts, readFactsOfMany, type FactsKey } from './read-facts.ts'
import { writeSettlement, type SettlementWrite } from './write-settlement.ts'
import { isPlain, writeTogether } from './write-together.ts'

const IN_FLIGHT = 2
const SIZE = 32

/** Reads the facts of bills; those that wait together are read by one statement. */
export function createFactsReader(hot: Statements): (key: FactsKey) => Promise<Facts> {
  return createGroups<FactsKey, Facts>({
    inFlight: IN_FLIGHT,
    size: SIZE,
    kindOf: kindOfFacts,
    isOfAll: isLost,
    alone: (key) => readFacts(hot, key),
    together: (keys) => readFactsOfMany(hot, keys),
  })
}

/**
 * Writes settled bills as `writeSettlement` does; those that wait together are written by one statement, in which each person,
 * request, bill of a visit and invoice is once. Bills that need more than every bill does go alone.
 */
export function createSettlementWriter(hot: Statements): (write: SettlementWrite) => Promise<boolean> {
  const alone = (write: SettlementWrite) => writeSettlement(hot, write)
  const grouped = createGroups<SettlementWrite, boolean>({
    inFlight: IN_FLIGHT,
    size: SIZE,
    kindOf: () => 0,
    keysOf: keysOfWrite,
    isOfAll: isLost,
    alone,
    together: (writes) => writeTogether(hot, writes),
  })
  return (write) => (isPlain(write) ? grouped(write) : alone(write))
}

/** What is taken once: a second taker in the same statement would fail it, and send all that are in it alone. */
function keysOfWrite({ settlement }: SettlementWrite): string[] {
  const { insuredId, caller, requestId, institution, visit, chargeBatch, invoice } = settlement
  const keys = [insuredId, keyOf('request', caller, requestId), keyOf('bill', institution, visit, chargeBatch)]
  if (invoice !== null) keys.push(keyOf('invoice', institution, invoice))
  return keys
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts)
