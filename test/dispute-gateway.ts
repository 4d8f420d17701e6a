import { fresh, REJECTION } from './enrolment-gateway.ts'
import type { Data, World } from './world.ts'

const DISPUTE = `id pool insuredId employerCode subject subjectId openedAs reason dueOn state decision correctedBy
  events { kind note role organisation }`
const answer = `{ __typename ... on Dispute { ${DISPUTE} } ${REJECTION} }`

const OPEN = `mutation ($requestId: ID!, $input: OpenDisputeInput!) {
  openDispute(requestId: $requestId, input: $input) ${answer} }`
const DECIDE = `mutation ($requestId: ID!, $input: DecideDisputeInput!) {
  decideDispute(requestId: $requestId, input: $input) ${answer} }`
const WITHDRAW = `mutation ($requestId: ID!, $id: ID!, $reason: String!) {
  withdrawDispute(requestId: $requestId, disputeId: $id, reason: $reason) ${answer} }`
export const SHOW_DISPUTE = `query ($id: ID!) { dispute(id: $id) ${answer} }`
export const DISPUTES = `query ($state: DisputeState, $first: Int, $after: String) {
  disputes(state: $state, first: $first, after: $after) {
    ... on DisputeConnection { edges { node { id state } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`

type Asking = Pick<World, 'as'>

export const openDispute = async (world: Asking, who: string, input: object, requestId = fresh('o')): Promise<Data> =>
  (await world.as(who, OPEN, { requestId, input })).openDispute
export const decideDispute = async (world: Asking, who: string, input: object, requestId = fresh('o')): Promise<Data> =>
  (await world.as(who, DECIDE, { requestId, input })).decideDispute
export const withdrawDispute = async (world: Asking, who: string, id: string, reason = '填错了'): Promise<Data> =>
  (await world.as(who, WITHDRAW, { requestId: fresh('o'), id, reason })).withdrawDispute
