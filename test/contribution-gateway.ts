import { randomUUIDv7 } from 'node:crypto'
import { BILL, named, PAY, say } from './contribution-asking.ts'
import type { World } from './world.ts'

interface Payers {
  readonly pool: string
  /** Insured as a resident as well, and with a personal account. */
  readonly person: {
    readonly insuredId: string
    readonly personNumber: string
    readonly identityNumber: string
    readonly name: string
  }
}

const EMPLOYERS: Readonly<Record<string, string>> = { '629900': '91629900DEM000001P', '620100': '91620100DEM0000022' }
const PREMIUM = `mutation ($requestId: ID!, $bill: ID!) {
  answer: payPremiumFromAccount(requestId: $requestId, bill: $bill) { __typename ... on Rejection { code } } }`
const CERTIFY = `mutation ($requestId: ID!) { answer: issueContributionCertificate(requestId: $requestId,
  from: "2027-01", to: "2027-12") { __typename ... on Rejection { code } } }`

/** Somebody is billed, pays at a bank and from the account, and gets a certificate; the rest as the workers write it. */
export async function tellContributions(world: Pick<World, 'as' | 'admin'>, { pool, person }: Payers): Promise<void> {
  const who = { ...named(person), name: person.name }
  const channel = pool === '629900' ? 'BANK01' : 'TAX62'
  const bill = { ...who, insuranceType: '390', periods: ['2026', '2027'] }
  const { items } = await say(world, channel, BILL, { input: bill })
  const year = { ...who, insuranceType: '390', period: '2027', amount: '400.00' }
  await say(world, channel, PAY, { input: { ...year, reference: `${channel}-1` } })
  const receivedAt = '2026-11-21T10:00:00+08:00'
  await say(world, channel, PAY, { input: { ...year, reference: `${channel}-2`, receivedAt } })
  await say(world, person.personNumber, PAY, { input: { bill: items[0].bill, amount: '400.00' } })
  // The bills told before have emptied the account.
  await world.admin.query(
    'update settlement.account set balance = balance + 40000 where insured_id = $1 and kind = $2',
    [person.insuredId, 'CURRENT'],
  )
  await say(world, person.personNumber, PREMIUM, { bill: items[0].bill })
  await say(world, person.personNumber, CERTIFY)
  const { admin } = world
  await admin.query(
    `insert into insured.contribution_bill (insured_id, bill_id, pool, insurance_type, period, sequence, kind, person_type,
       employer, base, employer_share, person_share, government_share, credit, due_on, rule, made_at)
     values ($1, $2, $3, '310', '2026-11', 0, 'EMPLOYEE', '1101', $4, 400000, 24000, 8000, 0, 8000, '2026-11-30', 'x', now())`,
    [person.insuredId, randomUUIDv7(), pool, EMPLOYERS[pool]],
  )
  await admin.query(
    `with one as (insert into insured.collection (collection_id, channel, pool, document_id, name, digest, state, caller,
       made_at, ended_at) values ($1, $2, $3, 'x', 'x.csv', $2, 'DONE', 'test', now(), now()))
     insert into insured.collection_fault (collection_id, line, problems) values ($1, 2, '[]')`,
    [randomUUIDv7(), channel, pool],
  )
  await admin.query(
    `with r as (insert into insured.contribution_receipt (receipt_id, channel, reference, state, pool, insurance_type, period,
         employer, amount, caller, made_at, posted_at)
       values ($1::uuid, 'CREDIT', $1::text, 'OFFSET', $2, '310', '2026-11', $3, -100, 'test', now(), now()) returning receipt_id),
     c as (insert into insured.employer_credit (credit_id, employer, pool, insurance_type, balance)
       values ($1::uuid, $3, $2, '310', 100) on conflict (employer, pool, insurance_type) do update set balance = 100
       returning credit_id)
     insert into insured.employer_credit_entry (entry_id, credit_id, kind, period, amount, receipt_id, at)
     select $1::uuid, credit_id, 'LEFT_OVER', '2026-11', 100, receipt_id, now() from r, c`,
    [randomUUIDv7(), pool, EMPLOYERS[pool]],
  )
  const insured = [person.insuredId, randomUUIDv7()]
  await admin.query(
    `insert into settlement.credit (event_id, insured_id, kind, pool, amount, group_id, at)
     values ($2, $1, 'CURRENT', '629900', 100, $2, now())`,
    insured,
  )
  await admin.query(
    `insert into settlement.credit_correction (event_id, insured_id, pool, amount, current, history, bill_id, period,
       group_id, at) values ($2, $1, '629900', 100, 0, 0, $2, '2026-11', $2, now())`,
    insured,
  )
  await admin.query(
    `insert into settlement.account_year (insured_id, year, pool, carried, interest, current_rate, current_average,
       history_rate, history_average, group_id, at) values ($1, '2025', '629900', 0, 0, 0, 0, 0, 0, $2, now())`,
    insured,
  )
  await admin.query(
    `insert into settlement.premium_return (insured_id, premium_id, group_id, at)
     select insured_id, premium_id, $2, now() from settlement.premium where insured_id = $1`,
    insured,
  )
}
