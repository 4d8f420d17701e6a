import { fresh, REJECTION } from './enrolment-gateway.ts'
import type { Data, World } from './world.ts'

const MERGE = `mutation ($requestId: ID!, $from: ID!, $into: ID!, $reason: String!) {
  mergePersons(requestId: $requestId, from: $from, into: $into, reason: $reason) {
    __typename ... on Insured { id personNumber mergedFrom enrolments { id pool insuranceType beginOn endOn } } ${REJECTION}
  } }`

/** What a person sees of their money and history. */
export const PURSE = `query ($id: ID!) {
  insured(id: $id) {
    ... on Insured {
      id mergedFrom
      account { balance current history }
      accumulators { pool insuranceType name period amount text { en }
        bills(first: 20) { ... on AccumulatorBillConnection { edges { node { amount settlement { id } } } } } }
      settlements(first: 50) { ... on SettlementConnection { edges { node { id insuredId total } } } }
      enrolments { id pool beginOn endOn events { kind reason } }
    } ${REJECTION} } }`

export async function merge(
  world: Pick<World, 'as'>,
  who: string,
  { from, into, reason = '重复建档' }: { from: string; into: string; reason?: string },
  requestId = fresh('m'),
): Promise<Data> {
  return (await world.as(who, MERGE, { requestId, from, into, reason })).mergePersons
}
