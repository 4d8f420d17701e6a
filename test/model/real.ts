import { randomUUIDv7 } from 'node:crypto'
import { connect } from '@yibao/drizzle/connect'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { seedPersons } from '@yibao/insured/seed'
import { fenOf } from '@yibao/schema/money'
import { creditAccount } from '@yibao/settlement/commands/credit-account'
import { createContext, createServices, type Context } from '@yibao/settlement/context'
import { hospital, lineOf, type SettleWorld, type WorldPerson } from '../settle-world.ts'
import type { Came } from './state.ts'

const yuan = (fen: number): string => (fen / 100).toFixed(2)
const fen = (text: string): number => Math.round(Number(text) * 100)

/** The platform a sequence is played on, and the persons of that sequence. */
export interface Real {
  readonly world: SettleWorld
  readonly persons: readonly WorldPerson[]
  readonly context: Context
}

/** Persons for many sequences at once: made one by one they would take longer than the sequences. */
export async function addPersons(world: SettleWorld, count: number): Promise<WorldPerson[]> {
  const insured = await connect({ url: world.url, schema: 'insured' })
  const seeds = Array.from({ length: count }, (_, i) => {
    const birthDate = Temporal.PlainDate.from('1950-01-01').add({ days: i })
    return {
      insuredId: randomUUIDv7(),
      personNumber: `6208${String(i).padStart(8, '0')}`,
      name: '乙样本',
      sex: '2' as const,
      birthDate: birthDate.toString(),
      identityNumber: artificialIdentity('620921', birthDate, 2),
      enrolments: [{ pool: '620900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    }
  })
  try {
    for (let i = 0; i < seeds.length; i += 500)
      await seedPersons(insured, world.secrets, seeds.slice(i, i + 500), world.time.now)
  } finally {
    await insured.close()
  }
  return seeds.map(({ insuredId, identityNumber }) => ({ insuredId, identityNumber }))
}

export const contextOf = ({ db, secrets, time }: SettleWorld): Context =>
  createContext(createServices({ db, secrets, clock: () => time.now, ids: randomUUIDv7 }), null, 'model')

let sequence = 0
const next = (what: string): string => `${what}-${(sequence += 1)}`

/** When a bill's care was given: a stay begins where the one before ended, since nobody is admitted twice at a time. */
function hours(kind: string): { readonly begin: string; readonly end: string } {
  if (kind === 'OUTPATIENT') return { begin: '2026-11-22T08:00:00+08:00', end: '2026-11-22T09:30:00+08:00' }
  const begin = Temporal.Instant.from('2026-02-01T00:00:00Z').add({ minutes: 2 * (sequence += 1) })
  return { begin: begin.toString(), end: begin.add({ minutes: 1 }).toString() }
}

/** A bill of one class A line, in as many pieces of a fen each as its amount has. */
export function billOf(
  person: WorldPerson,
  { kind, amount, useAccount }: { readonly kind: string; readonly amount: number; readonly useAccount: boolean },
) {
  const visit = next('MV')
  const { begin, end } = hours(kind)
  return {
    credential: { kind: 'IDENTITY_CARD', value: person.identityNumber },
    operator: { code: 'op1', terminal: 'COUNTER' },
    visit,
    chargeBatch: 'B1',
    invoice: next('MF'),
    careType: kind === 'OUTPATIENT' ? '11' : '21',
    begin,
    end,
    diagnoses: [{ code: 'J00', name: '急性鼻咽炎' }],
    useAccount,
    total: yuan(amount),
    lines: [lineOf({ price: '0.01', quantity: String(amount), amount: yuan(amount), time: end })],
  }
}

const AMOUNTS = `total deductible fundTotal account mutualAid cash`
const ANSWER = `__typename ... on Settlement { id ${AMOUNTS} } ... on Rejection { code }`

export interface Answer {
  readonly __typename: string
  readonly id: string
  readonly code?: string
  readonly total: string
  readonly deductible: string
  readonly fundTotal: string
  readonly account: string
  readonly mutualAid: string
  readonly cash: string
  readonly quote?: { readonly id: string }
}

/** What an answer says, in the form of the model; relatives together. */
export const cameOf = (answer: Answer) => ({
  total: fen(answer.total),
  deductible: fen(answer.deductible),
  fund: fen(answer.fundTotal),
  account: fen(answer.account),
  aid: fen(answer.mutualAid),
  cash: fen(answer.cash),
})
export const plain = ({ aid, ...came }: Came) => ({ ...came, aid: aid.reduce((sum, one) => sum + one.amount, 0) })

async function ask(real: Real, query: string, variables: object): Promise<Answer> {
  const { answer } = await real.world.ask<{ answer: Answer }>(hospital(), query, variables)
  return answer
}

export const settle = (real: Real, input: object): Promise<Answer> =>
  ask(
    real,
    `mutation ($id: ID!, $input: SettleInput!) { answer: settle(requestId: $id, input: $input) { ${ANSWER} } }`,
    {
      id: next('MR'),
      input,
    },
  )

const VERBS = {
  openVisit: 'OpenVisitInput',
  uploadLines: 'UploadLinesInput',
  discharge: 'DischargeInput',
  settleVisit: 'SettleVisitInput',
} as const

const step = (real: Real, verb: keyof typeof VERBS, input: object): Promise<Answer> =>
  ask(
    real,
    `mutation ($id: ID!, $input: ${VERBS[verb]}!) { answer: ${verb}(requestId: $id, input: $input) {
      __typename ${verb === 'settleVisit' ? `... on Settlement { id ${AMOUNTS} }` : ''} ... on Rejection { code } } }`,
    { id: next('MR'), input },
  )

/** Settles a bill as a ward does: admission, the charges as they come, discharge, settlement. */
export async function settleStay(real: Real, bill: ReturnType<typeof billOf>): Promise<Answer> {
  const {
    visit,
    credential,
    operator,
    careType,
    begin,
    end,
    diagnoses,
    lines,
    chargeBatch,
    invoice,
    useAccount,
    total,
  } = bill
  const steps = [
    await step(real, 'openVisit', {
      visit,
      credential,
      operator,
      careType,
      begin,
      diagnoses,
      department: 'D01',
      doctor: 'D1',
    }),
    await step(real, 'uploadLines', { visit, lines }),
    await step(real, 'discharge', { visit, end, way: 'ON_ORDER' }),
  ]
  const refused = steps.find((one) => one.code !== undefined)
  return refused ?? step(real, 'settleVisit', { visit, credential, operator, chargeBatch, invoice, useAccount, total })
}

export const trial = (real: Real, input: object): Promise<Answer> =>
  ask(
    real,
    `query ($input: SettleInput!) {
      answer: trial(input: $input) { __typename ... on Trial { ${AMOUNTS} quote { id } } ... on Rejection { code } } }`,
    { input },
  )

export const reverse = (real: Real, settlement: string): Promise<Answer> =>
  ask(real, `mutation ($id: ID!, $of: ID!) { answer: reverse(requestId: $id, settlement: $of) { ${ANSWER} } }`, {
    id: next('MR'),
    of: settlement,
  })

/** Takes so many fen of a bill back. */
export async function refund(real: Real, settlement: string, back: number): Promise<Answer> {
  const { answer } = await real.world.ask<{ answer: { code?: string; settlement: Answer } }>(
    hospital(),
    `mutation ($id: ID!, $of: ID!, $input: RefundInput!) {
      answer: refund(requestId: $id, settlement: $of, input: $input) {
        ... on Refund { settlement { __typename id ${AMOUNTS} } } ... on Rejection { code } } }`,
    {
      id: next('MR'),
      of: settlement,
      input: { lines: [{ serial: '1', quantity: String(back) }], chargeBatch: next('MB'), invoice: next('MF') },
    },
  )
  return answer.settlement ?? ({ code: answer.code } as Answer)
}

export const credit = ({ context }: Real, { insuredId }: WorldPerson, amount: number): Promise<void> =>
  creditAccount(context, {
    eventId: randomUUIDv7(),
    insuredId,
    kind: 'CURRENT',
    pool: '620900',
    amount: fenOf(BigInt(amount)),
  })

interface Binding {
  readonly beneficiary: WorldPerson
  readonly sponsor: WorldPerson
  readonly place: number
  readonly limit: number | null
}

/** Lets one person pay for another, as insured writes it when the sponsor has agreed. */
export const bind = async ({ world }: Real, { beneficiary, sponsor, place, limit }: Binding): Promise<void> => {
  await world.admin.query(
    `insert into insured.mutual_aid (insured_id, binding_id, sponsor_id, relation, place, yearly_limit, sponsor_masked,
       beneficiary_name, begin_on, bound_at)
     values ($1, $2, $3, 'CHILD', $4, $5, '甲*', '乙', '2026-01-01', '2026-01-01')`,
    [beneficiary.insuredId, randomUUIDv7(), sponsor.insuredId, place, limit],
  )
}

interface Held {
  readonly insured_id: string
  readonly balance: number
  readonly entries: number
  readonly deductible: number
  readonly fund: number
}

/** What the database holds of the persons, and what their groups in the ledger add up to. */
export async function held({ world, persons }: Real): Promise<{ rows: Map<string, Held>; ledger: number }> {
  const ids = persons.map((one) => one.insuredId)
  const { rows } = await world.admin.query<Held>(
    `select p.id as insured_id,
       coalesce((select sum(balance) from settlement.account where insured_id = p.id), 0)::int as balance,
       coalesce((select sum(amount) from settlement.ledger_entry
         where insured_id = p.id and account like 'personal:' || p.id || ':%'), 0)::int as entries,
       coalesce((select sum(amount) from settlement.counter
         where insured_id = p.id and name = 'outpatient-deductible'), 0)::int as deductible,
       coalesce((select sum(amount) from settlement.counter
         where insured_id = p.id and name = 'outpatient-fund'), 0)::int as fund
     from unnest($1::uuid[]) p (id)`,
    [ids],
  )
  const { rows: sums } = await world.admin.query<{ sum: number }>(
    `select coalesce(sum(amount), 0)::int as sum from settlement.ledger_entry
     where group_id in (select group_id from settlement.ledger_entry where insured_id = any($1::uuid[]))`,
    [ids],
  )
  return { rows: new Map(rows.map((row) => [row.insured_id, row])), ledger: sums[0]?.sum ?? 0 }
}
