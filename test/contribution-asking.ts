import { randomUUID } from 'node:crypto'
import type { Data, World, WorldPerson } from './world.ts'

// What is asked about contributions, and short ways to ask it.

const REJECTION = '... on Rejection { code problems { path code } }'
const RECEIPT = 'id state channel reference insuranceType period amount receivedAt postedAt'
const DUES = '... on ContributionDues { items { bill insuranceType period amount dueOn paid } }'

export const PAY = `mutation ($requestId: ID!, $input: PayContributionInput!) {
  answer: payContribution(requestId: $requestId, input: $input) { __typename
    ... on ContributionReceipt { ${RECEIPT} } ... on ContributionAlreadyPaid { receiptId } ${REJECTION} } }`
export const PAY_EMPLOYER = `mutation ($requestId: ID!, $input: PayEmployerContributionsInput!) {
  answer: payEmployerContributions(requestId: $requestId, input: $input) { __typename
    ... on ContributionReceipt { ${RECEIPT} } ... on ContributionAlreadyPaid { receiptId } ${REJECTION} } }`
export const BILL = `mutation ($requestId: ID!, $input: BillContributionsInput!) {
  answer: billContributions(requestId: $requestId, input: $input) { __typename ${DUES} ${REJECTION} } }`
export const STATUS = `query ($identityNumber: String, $name: String, $insuranceType: String!, $periods: [String!]!) {
  answer: contributionStatus(identityNumber: $identityNumber, name: $name, insuranceType: $insuranceType, periods: $periods) {
    __typename ${DUES} ${REJECTION} } }`
export const BILLS = `query ($insuredId: ID, $period: String, $paid: Boolean, $first: Int, $after: String) {
  answer: contributionBills(insuredId: $insuredId, period: $period, paid: $paid, first: $first, after: $after) { __typename
    ... on ContributionBillConnection { pageInfo { hasNextPage endCursor } edges { node { id period kind base employerShare personShare
      governmentShare amount credit dueOn rule corrects replacedBy paidAt receipt { id state } insured { id } } } } ${REJECTION} } }`
export const RECEIPTS = `query ($insuredId: ID, $state: ContributionReceiptState, $first: Int, $after: String) {
  answer: contributionReceipts(insuredId: $insuredId, state: $state, first: $first, after: $after) { __typename
    ... on ContributionReceiptConnection { pageInfo { hasNextPage endCursor } edges { node { ${RECEIPT} } } } ${REJECTION} } }`

let references = 0

/** A number no payment of this file had. */
export const reference = (): string => `R${String(++references).padStart(6, '0')}`

/** Who is meant, as it is said at a counter. */
export const named = ({ identityNumber }: Pick<WorldPerson, 'identityNumber'>) => ({ identityNumber, name: '故事人物' })

/** Asks with a request of its own, unless it says which. */
export const say = async (
  world: Pick<World, 'as'>,
  who: string,
  query: string,
  variables: object = {},
): Promise<Data> => (await world.as(who, query, { requestId: randomUUID(), ...variables })).answer

/** What a flexible employee of the demonstration pool pays a month: 9 % of 4000 yuan. */
export const FLEXIBLE = '360.00'
/** What a resident pays a year. */
export const RESIDENT = '400.00'

export const flexible = {
  enrolments: [{ pool: '629900', insuranceType: '310', personType: '1103', beginOn: '2024-01-01' }],
}
export const resident = {
  enrolments: [{ pool: '629900', insuranceType: '390', personType: '1501', beginOn: '2024-01-01' }],
}

/** The balance of the account, in yuan; null when there is none. */
export async function accountOf(world: Pick<World, 'admin'>, { insuredId }: Pick<WorldPerson, 'insuredId'>) {
  const { rows } = await world.admin.query(
    `select sum(balance)::int as fen from settlement.account where insured_id = $1`,
    [insuredId],
  )
  return rows[0].fen === null ? null : rows[0].fen / 100
}

export const REFUND = `mutation ($requestId: ID!, $receipt: ID!, $reference: String!) {
  answer: refundContribution(requestId: $requestId, receipt: $receipt, reference: $reference) { __typename
    ... on ContributionReceipt { ${RECEIPT} refundedAt refundedThrough refundReference } ${REJECTION} } }`
