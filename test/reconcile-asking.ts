import { randomUUIDv7 } from 'node:crypto'
import { expect } from 'vitest'

// What an institution asks when it reconciles, on one subgraph or through the gateway.

/** Answered data; the query beside it says its shape. */
export type Data = ReturnType<typeof JSON.parse>

/** Asks as an institution. */
export type Ask = (query: string, variables?: object) => Promise<Data>

const SUMS = 'count total fundTotal account cash'
const DIFFERENCE = `place cause line settlementNumber visit personNumber requestId refund
  here { total fundTotal account cash } there { total fundTotal account cash } amounts
  elsewhere { day agency insuranceType clearingType } problems { path code message { zh en } } suggestedAction
  note { note } resolvedBy`
const RUN = `id kind state result progress agency insuranceType clearingType from to refunds lines unreadable matched
  differenceCount here { ${SUMS} } there { ${SUMS} } days { day result here { ${SUMS} } there { ${SUMS} } }
  causes { cause count } failure { code message { zh en } problems { path code } } supersededBy report`
const REJECTION = `... on Rejection { __typename code retryable message { zh en } problems { path code message { zh en } } }`

export const TOTALS = `mutation ($requestId: ID!, $input: ReconcileTotalsInput!) {
  reconcileTotals(requestId: $requestId, input: $input) { __typename ... on Reconciliation { ${RUN} } ${REJECTION} } }`
export const START = `mutation ($requestId: ID!, $input: StartReconciliationInput!) {
  startReconciliation(requestId: $requestId, input: $input) { __typename ... on Reconciliation { ${RUN} } ${REJECTION} } }`
export const FILE = `mutation ($requestId: ID!, $input: ReconcileFileInput!) {
  reconcileFile(requestId: $requestId, input: $input) { __typename ... on Reconciliation { ${RUN} } ${REJECTION} } }`
export const ADD = `mutation ($requestId: ID!, $input: AddReconciliationLinesInput!) {
  addReconciliationLines(requestId: $requestId, input: $input) { __typename
    ... on TakenReconciliationLines { reconciliation { ${RUN} } accepted rejected
      lines(onlyRejected: true) { settlement problems { path code } } } ${REJECTION} } }`
export const FINISH = `mutation ($requestId: ID!, $run: ID!) {
  finishReconciliation(requestId: $requestId, run: $run) { __typename ... on Reconciliation { ${RUN} } ${REJECTION} } }`
export const CANCEL = `mutation ($requestId: ID!, $run: ID!) {
  cancelReconciliation(requestId: $requestId, run: $run) { __typename ... on Reconciliation { ${RUN} } ${REJECTION} } }`
export const ACKNOWLEDGE = `mutation ($requestId: ID!, $input: AcknowledgeDifferenceInput!) {
  acknowledgeDifference(requestId: $requestId, input: $input) { __typename
    ... on ReconciliationDifference { ${DIFFERENCE} } ${REJECTION} } }`
export const RECONCILIATION = `query ($id: ID!, $cause: ReconciliationCause, $first: Int, $after: String, $whole: Boolean!) {
  reconciliation(id: $id) { __typename
    ... on Reconciliation { ${RUN}
      differences(cause: $cause, first: $first, after: $after) {
        ... on ReconciliationDifferenceConnection { edges { node { ${DIFFERENCE} settlement @include(if: $whole) { id } } } pageInfo { hasNextPage endCursor } }
        ${REJECTION} } }
    ${REJECTION} } }`

/** Outpatients of employees on one day. */
export const scopeOn = (day: string, change: object = {}) => ({
  from: day,
  to: day,
  insuranceType: '310',
  clearingType: '11',
  ...change,
})

/** A line as the institution has it; `Settlement` as it was answered, with its person number. */
export interface LineOf {
  readonly number: string
  readonly personNumber: string
  readonly visit: string
  readonly total: string
  readonly fundTotal: string
  readonly account: string
  readonly cash: string
}

export const lineOf = (one: LineOf, change: object = {}) => ({
  settlement: one.number,
  visit: one.visit,
  personNumber: one.personNumber,
  refund: one.total.startsWith('-'),
  total: one.total,
  fundTotal: one.fundTotal,
  account: one.account,
  cash: one.cash,
  ...change,
})

export const totals = async (ask: Ask, input: object, requestId: string = randomUUIDv7()): Promise<Data> =>
  (await ask(TOTALS, { requestId, input })).reconcileTotals
export const start = async (ask: Ask, input: object, requestId: string = randomUUIDv7()): Promise<Data> =>
  (await ask(START, { requestId, input })).startReconciliation
export const add = async (
  ask: Ask,
  run: string,
  lines: readonly object[],
  requestId: string = randomUUIDv7(),
): Promise<Data> => (await ask(ADD, { requestId, input: { run, lines } })).addReconciliationLines
export const finish = async (ask: Ask, run: string, requestId: string = randomUUIDv7()): Promise<Data> =>
  (await ask(FINISH, { requestId, run })).finishReconciliation

/** A run with everything it found; without the settlements themselves unless `whole`. */
export async function found(ask: Ask, id: string, { first = 100, whole = true } = {}): Promise<Data> {
  const differences: Data[] = []
  let after: string | null = null
  for (;;) {
    const { reconciliation } = await ask(RECONCILIATION, { id, first, after, whole })
    if (reconciliation.__typename !== 'Reconciliation') return reconciliation
    const { edges, pageInfo } = reconciliation.differences
    differences.push(...edges.map(({ node }: Data) => node))
    if (!pageInfo.hasNextPage) return { ...reconciliation, differences }
    after = pageInfo.endCursor
  }
}

/** Opens a run, sends the lines and closes it; comparing is the worker’s. */
export async function send(ask: Ask, scope: object, lines: readonly object[]): Promise<string> {
  const run = await start(ask, scope)
  expect(run).toMatchObject({ __typename: 'Reconciliation', state: 'OPEN' })
  if (lines.length > 0) expect(await add(ask, run.id, lines)).toMatchObject({ rejected: 0, lines: [] })
  expect(await finish(ask, run.id)).toMatchObject({ state: 'COMPARING' })
  return run.id
}
