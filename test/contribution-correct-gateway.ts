import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { correctCredits } from '@yibao/settlement/commands/correct-credits'
import { creditContributions } from '@yibao/settlement/commands/credit-contributions'
import { verify } from '@yibao/settlement/commands/verify'
import { accountOf, BILL, named, PAY, RECEIPTS, reference, say } from './contribution-asking.ts'
import type { Data, World, WorldPerson } from './world.ts'

// How the bureau corrects what somebody is billed who pays alone, and what became of it.

export const CLERK = 'clerk-629900'
const CORRECT = `mutation ($requestId: ID!, $input: CorrectContributionBillInput!) {
  answer: correctContributionBill(requestId: $requestId, input: $input) { __typename
    ... on ContributionBill { id amount credit base kind corrects replacedBy reason paidAt receipt { state amount } }
    ... on Rejection { code message { zh en } problems { path code } } } }`
export const SHOW_BILL = `query ($id: ID!) { answer: contributionBill(id: $id) {
  id amount replacedBy corrects paidAt reason } }`
export const CERTIFY = `mutation ($requestId: ID!) {
  answer: issueContributionCertificate(requestId: $requestId, from: "2026-01", to: "2027-12") { __typename
    ... on ContributionCertificate { total periods { period amount } } ... on Rejection { code } } }`

export const month = { insuranceType: '310', period: '2026-11' }
export const year = { insuranceType: '390', period: '2027' }

export const correct = (
  world: Pick<World, 'as'>,
  bill: string,
  more: object,
  { who = CLERK, requestId = randomUUID() }: { readonly who?: string; readonly requestId?: string } = {},
): Promise<Data> => say(world, who, CORRECT, { requestId, input: { bill, reason: '工资单核实，基数有误', ...more } })

export const pay = (
  world: Pick<World, 'as'>,
  person: WorldPerson,
  amount: string,
  more: object = month,
  who = 'BANK01',
): Promise<Data> => say(world, who, PAY, { input: { ...named(person), reference: reference(), ...more, amount } })

/** Has somebody billed at a bank; answers the bill. */
export async function billed(
  world: Pick<World, 'as'>,
  person: WorldPerson,
  { insuranceType, period }: typeof month,
  more: object = {},
): Promise<string> {
  const input = { ...named(person), insuranceType, periods: [period], ...more }
  const { items } = await say(world, 'BANK01', BILL, { input })
  return items[0].bill
}

/** What came in for somebody and what became of it, the first first. */
export const receiptsOf = async (world: Pick<World, 'as'>, { insuredId }: WorldPerson): Promise<string[]> =>
  (await say(world, CLERK, RECEIPTS, { insuredId })).edges
    .map(({ node }: Data) => `${node.channel} ${node.state} ${node.amount}`)
    .toReversed()

/** The months settlement counts as paid. */
export async function monthsOf(world: Pick<World, 'admin'>, { insuredId }: WorldPerson): Promise<string[]> {
  const { rows } = await world.admin.query(
    `select to_char(month, 'YYYY-MM') as month from insured.contribution_month_v1 where insured_id = $1 order by 1`,
    [insuredId],
  )
  return rows.map((one) => one.month)
}

/** What somebody was told of their contributions. */
export async function told(world: Pick<World, 'admin'>, { insuredId }: WorldPerson): Promise<string[]> {
  const { rows } = await world.admin.query(
    `select payload ->> 'template' as code from insured.outbox where topic = 'message.wanted' and insured_id = $1
       and payload ->> 'template' like 'contribution.%' order by id`,
    [insuredId],
  )
  return rows.map((one) => one.code.replace('contribution.', ''))
}

/** Lets settlement hear of all that insured has said; answers what the account holds and what does not add up. */
export async function heard(world: Pick<World, 'platform' | 'time' | 'admin'>, person: WorldPerson) {
  const parts = {
    db: world.platform.databases.settlement,
    clock: () => world.time.now,
    ids: () => randomUUIDv7(),
    newId: createStamp(randomUUIDv7),
  }
  await creditContributions(parts, undefined)
  await correctCredits(parts, undefined)
  const { mismatches } = await verify(parts.db, () => {})
  return { holds: await accountOf(world, person), mismatches }
}
