import { randomUUID } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { expect } from 'vitest'
import { fresh, outpatientClaim, saveDraft, submit } from './claim-asking.ts'
import { BANK, BATCH, CARD, ENTER_ACCOUNT, IMPORT_RESULT, ISSUE } from './claim-payment-world.ts'
import { claimReviewWorld, PAYER, POOL } from './claim-review-world.ts'
import { resultOf } from './clearing-world.ts'
import { pdf, upload } from './document-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// The flows of claiming as people live them: asked before anything is uploaded, applied for, reviewed, paid, told.

const REFUSED = '... on Rejection { code message { zh en } problems { path code } }'
const CONDITIONS = `query ($input: ClaimConditionsInput!) { claimConditions(input: $input) { __typename
  ... on ClaimConditions { isMet insuranceType lastDay decidedBy kind { code } conditions { code met blocks text { zh en } source { reliability } }
    papers { kind need } steps { code workingDays } diseases { code name } agency { name { zh } phone address { zh } } } ${REFUSED} } }`
const ESTIMATE = `query ($claimId: ID, $input: ClaimInput) { claimEstimate(claimId: $claimId, input: $input) { __typename
  ... on ClaimEstimate { benefitYear place filing level levelTaken total inScope owed personal takenWhole
    payers { payer paid standard deductible cap used left } } ${REFUSED} } }`
const PAYMENTS = `query ($id: ID!) { claim(id: $id) { ... on Claim { state owed paid paidAt account { masked fits }
  payments { state amount } } } }`
const INBOX = '{ messages(first: 100) { ... on MessageConnection { edges { node { template text { zh } } } } } }'

const only = (data: Data): Data => Object.values(data)[0]

/** A line of class A, paid in full by the catalogue; of so many yuan as text. */
const lineOf = (serial: string, amount: string, time: string) => ({
  serial,
  name: '0.9%氯化钠注射液',
  code: CLASS_A,
  chargeType: '09',
  price: amount,
  quantity: '1',
  amount,
  time,
})

interface Care {
  readonly total: string
  /** Amounts of the lines, which come to the total; the total alone when absent. */
  readonly lines?: readonly string[]
  readonly begin?: string
  readonly end?: string
  readonly [field: string]: unknown
}

/** What a person writes down of care that was paid in full: an invoice and lines that come to its total. */
export function careOf({ total, lines = [total], begin = '2026-11-20', end = begin, ...more }: Care): Data {
  const written = outpatientClaim({ papers: [] })
  const [invoice] = written['invoices'] as [object]
  return {
    ...written,
    total,
    begin,
    end,
    invoices: [{ ...invoice, issuedOn: end, amount: total }],
    lines: lines.map((amount, i) => lineOf(String(i + 1), amount, begin)),
    ...more,
  }
}

interface Paying {
  /** Who of the bureau pays. */
  readonly clerk?: string
  /** What was paid of it before, and what is left. */
  readonly paid?: string
  readonly amount?: string
  /** The name of the person, where they are of the demo. */
  readonly holder?: string
}

/** What of it is asked before anything is uploaded. */
const askedOf = ({ careType, emergency, trauma, birthType, disease, begin, end, place, cause, exclusions }: Data) => ({
  careType,
  begin,
  end,
  place,
  cause,
  ...(emergency !== undefined && { emergency }),
  ...(trauma !== undefined && { trauma }),
  ...(birthType !== undefined && { birthType }),
  ...(disease !== undefined && { disease }),
  ...(exclusions !== undefined && { exclusions }),
})

export async function storyClaimWorld(options: Parameters<typeof claimReviewWorld>[0] = {}) {
  const world = await claimReviewWorld(options)
  const ask = async (who: string, query: string, variables: object = {}): Promise<Data> =>
    only(await world.as(who, query, { requestId: randomUUID(), ...variables }))
  const uploaded = async (person: WorldPerson, pool: string): Promise<string> => {
    const text = fresh('story paper')
    const paper = { purpose: 'CLAIM', filename: 'paper.pdf', pool, insured: person.insuredId }
    return (await upload(world, person.personNumber, pdf(text), paper)).id
  }

  return {
    ...world,
    /** The same with what the staff alone need, for those who tell more than claims in it. */
    reviewing: world,
    ask,
    uploaded,
    /** Somebody insured as an active employee since 2020. */
    employee: (employer?: string, pool = POOL): Promise<WorldPerson> => {
      const enrolment = { pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' } as const
      return world.addPerson({ enrolments: [{ ...enrolment, ...(employer !== undefined && { employer }) }] })
    },
    conditions: ({ personNumber }: WorldPerson, care: Data) => ask(personNumber, CONDITIONS, { input: askedOf(care) }),
    /** What the person reads before anything is uploaded; `input` may be what is written, or a claim. */
    estimate: ({ personNumber }: WorldPerson, of: { readonly input?: Data; readonly claimId?: string }) =>
      ask(personNumber, ESTIMATE, of),
    /** Papers of the kinds, uploaded by the person; those promised are not. */
    async papers(person: WorldPerson, kinds: readonly string[], promised: readonly string[] = [], pool = POOL) {
      const papers: object[] = promised.map((kind) => ({ kind, promise: true }))
      for (const kind of kinds) papers.push({ kind, document: await uploaded(person, pool) })
      return papers
    },
    /** Saves a draft; answers it, or why not. */
    draft: ({ personNumber }: WorldPerson, care: Data, more: object = {}) => saveDraft(world, personNumber, care, more),
    /** Submits a draft; answers the claim as the person sees it, or why not. */
    async submit({ personNumber }: WorldPerson, draft: Data): Promise<Data> {
      const submitted = await submit(world, personNumber, draft)
      return submitted.__typename === 'Claim' ? world.look(personNumber, submitted.id) : submitted
    },
    /**
     * Says where the claim is paid, pays it and has the bank say so; answers the claim as the person sees it. Where some of it
     * was paid before, the rest is, to the account that is known.
     */
    async pay(
      person: WorldPerson,
      { id, number, owed }: Data,
      { clerk = PAYER, paid = '0.00', amount = owed, holder = '故事人物' }: Paying = {},
    ): Promise<Data> {
      const input = { claim: id, holder, number: CARD, bankName: BANK }
      if (paid === '0.00')
        expect(await ask(person.personNumber, ENTER_ACCOUNT, { input })).toMatchObject({ account: { fits: true } })
      const batch = await ask(clerk, BATCH, { input: { claims: [id] } })
      expect(batch).toMatchObject({ rows: 1, amount })
      expect(await ask(person.personNumber, PAYMENTS, { id })).toMatchObject({ state: 'PAYING', paid })
      const file = resultOf(batch.number, [['1', number, amount, 'PAID', fresh('BANK'), '']])
      expect(await ask(clerk, IMPORT_RESULT, { batch: batch.id, file })).toMatchObject({ paid: 1, problems: [] })
      return ask(person.personNumber, PAYMENTS, { id })
    },
    /** The paper about a decision, which the person asks for. */
    decisionPaper: ({ personNumber }: WorldPerson, { id }: Data) => ask(personNumber, ISSUE, { claim: id }),
    /** The texts in the inbox of somebody, the latest first. */
    async inbox({ personNumber }: WorldPerson): Promise<Data[]> {
      await world.told(personNumber, { number: '' })
      return (await ask(personNumber, INBOX)).edges.map(({ node }: Data) => node)
    },
    /** What a ledger account holds, in fen. */
    async held(account: string): Promise<bigint> {
      const { rows } = await world.admin.query<{ fen: string }>(
        'select coalesce(sum(amount), 0)::text as fen from settlement.ledger_entry where account = $1',
        [account],
      )
      return BigInt(rows[0]?.fen ?? '0')
    },
    /** The books agree with what was settled, owed and paid. */
    async proven(): Promise<void> {
      expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
    },
  }
}

export type StoryClaimWorld = Awaited<ReturnType<typeof storyClaimWorld>>
