import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TOKEN_COMMAND } from '@yibao/gateway/issuer/demo-directory'
import { personToken } from '@yibao/gateway/issuer/token-client'
import { findDemoAccount } from '@yibao/schema/demo-keys'
import { SCOPES } from '@yibao/schema/identity'
import { tokenOfInstitution, type Where } from './first-bill.ts'
import { ask, print, SETTLE, SETTLED, type Settled } from './settled.ts'

// Somebody insured in Gansu is discharged in Chengdu and pays only their own part at the window.

const HOSPITAL = 'H51010000001'
const PERSON = '62990000000016'
const FILING_REQUEST = 'demo-filing-2026-03'
const BILL_REQUEST = 'demo-away-discharge-2026-03'
/** For how long a bill that is under way is asked for again. */
const PATIENCE_MS = 30_000
const PAUSE_MS = 500

const FILE = `mutation File($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) { __typename ... on Rejection { code } }
}`
/** A residence elsewhere, with a written promise: decided by rule, at once. */
const FILING = { type: 'LONG_TERM', destination: '510100', ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }

const OWN_BILLS = `query Own {
  settlements(first: 100) {
    ... on SettlementConnection { edges { node { id institutionCode visit total } } }
  }
}`
const OWN_BILL = `query Bill($id: ID!) { settlement(id: $id) { ... on Settlement { ${SETTLED} } } }`

interface Platforms {
  readonly home: Where
  readonly place: Where
}

/** Files at home, settles at the place of treatment over HTTP, and returns what the hospital has of it and what home has. */
export async function settleAwayBill({ home, place }: Platforms): Promise<string> {
  const person = await tokenOfPerson(home)
  // Filed before, or in the way of what somebody filed since: the bill says what it counts for.
  await ask(home.address, person, FILE, { requestId: FILING_REQUEST, input: FILING })
  const there = await settled(place)
  const here = await atHome(home, person, there)
  return [
    print(there, '跨省异地就医直接结算（就医地：四川） Settled across provinces, as the hospital in Sichuan has it'),
    print({ ...here, lines: [] }, '同一结算（参保地：甘肃） The same bill, as Gansu, which insures the person, has it'),
  ].join('\n')
}

interface OwnBills {
  readonly settlements: {
    readonly edges?: readonly { readonly node: Settled & { readonly id: string } }[]
  }
}

/** What the person sees at home of the bill the hospital has. */
async function atHome({ address }: Where, token: string, there: Settled): Promise<Settled> {
  const { settlements } = await ask<OwnBills>(address, token, OWN_BILLS, {})
  const { institutionCode, visit, total } = there
  const found = settlements.edges?.find(
    ({ node }) => node.institutionCode === institutionCode && node.visit === visit && node['total'] === total,
  )
  if (found === undefined) throw new Error(`home does not have the bill of ${visit}`)
  return (await ask<{ settlement: Settled }>(address, token, OWN_BILL, { id: found.node.id })).settlement
}

async function tokenOfPerson({ address, dataDir }: Where): Promise<string> {
  const account = await findDemoAccount(dataDir, PERSON)
  if (account === null) throw new Error(`the password of the demo person ${PERSON} is missing in ${dataDir}`)
  const { login, password } = account
  return personToken(`${address}/oidc`, { clientId: TOKEN_COMMAND.id, login, password, scope: SCOPES.join(' ') })
}

type Answer = { readonly __typename: string; readonly retryable?: boolean }

/** Sends the bill as the hospital's system would, again while it is under way. */
async function settled(place: Where): Promise<Settled> {
  const token = await tokenOfInstitution(place, HOSPITAL)
  const input: unknown = JSON.parse(await readFile(join(import.meta.dirname, 'away-bill.json'), 'utf8'))
  for (const end = performance.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    const variables = { requestId: BILL_REQUEST, input }
    const { settle } = await ask<{ settle: Settled & Answer }>(place.address, token, SETTLE, variables)
    const { __typename: answered, retryable = false } = settle
    if (answered === 'Settlement') return settle
    const isUnderWay = answered === 'SettlementPending' || retryable
    if (!isUnderWay || performance.now() > end) throw new Error(`it was not settled: ${JSON.stringify(settle)}`)
  }
}
