import { randomUUID } from 'node:crypto'
import { hasCheckDigit } from '@yibao/settlement/domain/claim-account'
import { balanceClaims } from '@yibao/settlement/commands/claim-balance'
import type { Identity } from '@yibao/schema/identity'
import { decidedClaim, servicesOf, settleDecided, takeBackDecided } from './claim-world.ts'
import { resultOf } from './clearing-world.ts'
import { personOf, settleWorld, type WorldPerson } from './settle-world.ts'
import type { Data } from './world.ts'

// Claims as the person and the bureau that pays them see them, from the settlement on.

export const POOL = '620900'

export const clerk = (subject = 'clerk', pool = POOL): Identity => ({
  kind: 'staff',
  pool,
  subject,
  scopes: ['settlement:write', 'settlement:read'],
})

/** A card number of a bank, with its check digit. */
export const cardOf = (prefix = '622202', digits = 19, account = '1'): string => {
  const body = prefix + account.padStart(digits - prefix.length - 1, '0')
  return (
    '0123456789'
      .split('')
      .map((one) => body + one)
      .find(hasCheckDigit) ?? ''
  )
}
export const CARD = cardOf()
export const BANK = '中国工商银行张掖支行'

const REFUSED = '... on Rejection { code message { zh en } problems { path code } }'
const CLAIM = `id number state version owed paid paidAt account { number holder relation bankName masked fits }
  payments { id batch number amount account state reason bankReference answeredAt }
  recoveries { id amount left steps { kind amount claim reference } } history { kind state words { zh en } }`
const mutation = (name: string, args: string, given: string, answer: string) =>
  `mutation ($requestId: ID!, ${args}) { ${name}(requestId: $requestId, ${given}) { __typename ${answer} ${REFUSED} } }`
const ofClaim = `... on Claim { ${CLAIM} }`

export const ENTER_ACCOUNT = mutation('enterClaimAccount', '$input: EnterClaimAccountInput!', 'input: $input', ofClaim)
export const PASS_ACCOUNT = mutation(
  'passClaimAccount',
  '$claim: ID!, $account: Int!',
  'claim: $claim, account: $account',
  `${ofClaim} ... on ClaimChanged { claim { account { number holder } } }`,
)
export const BATCH = mutation(
  'createClaimPaymentBatch',
  '$input: ClaimPaymentBatchInput!',
  'input: $input',
  `... on ClaimPaymentBatch { id number pool rows amount isDone file
    payments { ... on ClaimPaymentConnection { edges { node { number amount state claim { id number } } } } } }`,
)
export const IMPORT_RESULT = mutation(
  'importClaimPaymentResult',
  '$batch: ID!, $file: String, $document: ID',
  'batch: $batch, file: $file, document: $document',
  '... on ClaimPaymentResult { id paid rejected repeated problems { line row code } problemsLeftOut document }',
)
const RETURN = 'id kind payment batch number amount bankReason state reason decidedBy claim { id }'
export const DECIDE_RETURN = mutation(
  'decideClaimPaymentReturn',
  '$input: DecidePaymentReturnInput!',
  'input: $input',
  `... on ClaimPaymentReturn { ${RETURN} }`,
)
export const RECEIVE = mutation(
  'receiveClaimRecovery',
  '$input: ReceiveClaimRecoveryInput!',
  'input: $input',
  '... on ClaimRecovery { id amount left steps { kind amount claim reference } claim { id } }',
)
export const TAKE_RECOVERY = mutation(
  'takeClaimRecovery',
  '$recovery: ID!',
  'recovery: $recovery',
  '... on ClaimRecovery { id owner }',
)
const PAPER = `decision code outcome ground words { zh } total owed lines { serial amount outcome limit reason } decidedAt
  appealUntil issuedAt contentHash pdf`
export const ISSUE = mutation(
  'issueClaimDecision',
  '$claim: ID!',
  'claim: $claim',
  `... on ClaimDecisionPaper { ${PAPER} }`,
)
export const PAPERS = `query ($id: ID!) { claim(id: $id) { ... on Claim { decisionPapers { decision code outcome } } } }`
export const CHECK = `query ($code: String!) { verifyClaimDecision(code: $code) {
  ... on ClaimDecisionProof { claim nameMasked pool outcome total owed decidedAt contentHash stands } ... on Rejection { code } } }`
const FIND = `query ($id: ID!) { claim(id: $id) { __typename ${ofClaim} ... on Rejection { code } } }`
export const RETURNS = `query ($decided: Boolean) { claimPaymentReturns(decided: $decided, first: 100) {
  ... on ClaimPaymentReturnConnection { edges { node { ${RETURN} } } } ... on Rejection { code } } }`
export const RECOVERIES = `query ($open: Boolean, $mine: Boolean) { claimRecoveries(open: $open, mine: $mine, first: 100) {
  ... on ClaimRecoveryConnection { edges { node { id amount left cause owner claim { id } } } } ... on Rejection { code } } }`
const BATCHES = `query ($done: Boolean) { claimPaymentBatches(done: $done, first: 100) {
  ... on ClaimPaymentBatchConnection { edges { node { id number isDone } } } ... on Rejection { code } } }`
export const FIND_BATCH = `query ($id: ID!) { claimPaymentBatch(id: $id) {
  ... on ClaimPaymentBatch { id number isDone file } ... on Rejection { code } } }`

/** A row of what the bank answers. */
type Answer = readonly [row: string, claim: string, amount: string, state: string, reference: string, reason: string]

const nodes = ({ edges }: Data): Data[] => edges.map((one: Data) => one.node)

export async function claimPaymentWorld() {
  const world = await settleWorld()
  const as = async (identity: Identity | null, query: string, variables: object = {}): Promise<Data> => {
    const data = await world.ask<Data>(identity, query, { requestId: randomUUID(), ...variables })
    return Object.values(data)[0]
  }

  return {
    ...world,
    as,
    /** A claim of a person that was decided and settled; the funds owe what its lines come to. */
    async owed(person: WorldPerson, decided: Parameters<typeof decidedClaim>[2] = {}): Promise<string> {
      const id = await decidedClaim(world, person, decided)
      await settleDecided(world, id)
      return id
    },
    /** Decides and settles anew what an appeal has opened again. */
    async settleAnew(
      id: string,
      change: { readonly reduced?: number; readonly rejected?: boolean } = {},
    ): Promise<void> {
      await takeBackDecided(world, id)
      await world.admin.query('delete from settlement.claim_line_review where claim_id = $1', [id])
      if (change.reduced !== undefined)
        await world.admin.query(
          `insert into settlement.claim_line_review (insured_id, claim_id, serial, outcome, amount, reason, by, at)
           select insured_id, id, '1', 'REDUCED', $2, '超量', 'x', now() from settlement.claim where id = $1`,
          [id, change.reduced],
        )
      await world.admin.query(
        `update settlement.claim set state = $2, version = version + 1, decided_at = now() where id = $1`,
        [id, change.rejected === true ? 'REJECTED' : 'SETTLING'],
      )
      if (change.rejected !== true) await settleDecided(world, id)
    },
    enter(person: Pick<WorldPerson, 'insuredId'>, claim: string, change: object = {}): Promise<Data> {
      // Time passes until somebody enters something.
      world.time.now = world.time.now.add({ minutes: 1 })
      return as(personOf(person.insuredId), ENTER_ACCOUNT, {
        input: { claim, holder: '甲样本', number: CARD, bankName: BANK, ...change },
      })
    },
    batch: (claims?: readonly string[], who = clerk()): Promise<Data> =>
      as(who, BATCH, { input: claims === undefined ? {} : { claims } }),
    /** What the reviewers have decided of a claim, confirmed. Answers the id of the decision. */
    async decision(id: string, outcome = 'PARTIAL', ground: string | null = null): Promise<string> {
      const { rows } = await world.admin.query<{ id: string }>(
        `insert into settlement.claim_decision (id, insured_id, claim_id, outcome, ground, words, proposed_by, proposed_at,
           confirmed_by, confirmed_at)
         select gen_random_uuid(), insured_id, id, $2, $3, '{"zh":"第二行无医嘱","en":"line 2 was not ordered"}', 'x', now(), 'y',
           now() from settlement.claim where id = $1 returning id`,
        [id, outcome, ground],
      )
      return rows[0]?.id ?? ''
    },
    /** Gives the bank's answers to a batch. */
    answer: (batch: Data, rows: readonly Answer[], who = clerk()): Promise<Data> =>
      as(who, IMPORT_RESULT, { batch: batch['id'], file: resultOf(String(batch['number']), rows) }),
    claim: (id: string, who: Identity = clerk()): Promise<Data> => as(who, FIND, { id }),
    returns: async (decided: boolean | null = null, who = clerk()) => nodes(await as(who, RETURNS, { decided })),
    recoveries: async (open: boolean | null = null, who = clerk()) => nodes(await as(who, RECOVERIES, { open })),
    batches: async (done: boolean | null = null, who = clerk()) => nodes(await as(who, BATCHES, { done })),
    /** What the worker does. */
    balance: () => balanceClaims(servicesOf(world), null),
    /** What a ledger account holds, in fen. */
    async held(account: string): Promise<bigint> {
      const { rows } = await world.admin.query<{ amount: string }>(
        'select coalesce(sum(amount), 0)::text as amount from settlement.ledger_entry where account = $1',
        [account],
      )
      return BigInt(rows[0]?.amount ?? '0')
    },
    /** What somebody was asked to be told of a claim, in order. */
    async told(claim: string, kind = 'person'): Promise<string[]> {
      const { rows } = await world.admin.query<{ template: string }>(
        `select payload ->> 'template' as template from settlement.outbox
         where topic = 'message.wanted' and payload #>> '{to,kind}' = $2
           and payload #>> '{data,number}' = (select number from settlement.claim where id = $1)
         order by id`,
        [claim, kind],
      )
      return rows.map((one) => one.template)
    },
    /** The clock by which a claim is to be paid. */
    async clock(claim: string) {
      const { rows } = await world.admin.query<{
        paused: boolean
        stopped: boolean
        days: number
        due_on: string | null
      }>(
        `select paused_at is not null as paused, stopped_at is not null as stopped, days, due_on::text
         from settlement.claim_clock where claim_id = $1 and kind = 'PAYMENT' order by started_at`,
        [claim],
      )
      return rows
    },
  }
}

export type ClaimPaymentWorld = Awaited<ReturnType<typeof claimPaymentWorld>>
