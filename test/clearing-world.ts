import { createHash, randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { pdf, upload } from './document-world.ts'
import { bill, SETTLE, type LineOf } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Clearing as a hospital and the bureau that pays it see it.

export const HOSPITAL = 'H62990000001'
export const OTHER_HOSPITAL = 'H62010000001'
export const POOL = '629900'
export const CLERK = 'clerk-629900'
export const SECOND_CLERK = 'second-629900'
export const OTHER_CLERK = 'clerk-620100'

export const STATEMENT = `id pool insuredPool insuranceType clearingType month state declaredOn settlements reversals late total fundPart
  accountPart cash deducted depositRatio deposit difference payable transfer appealUntil dueOn`
const REFUSED = `... on Rejection { code message { zh en } problems { path code message { en } } }`
const mutation = (name: string, args: string, given: string, answer: string) =>
  `mutation ($requestId: ID!, ${args}) { ${name}(requestId: $requestId, ${given}) { __typename ${answer} ${REFUSED} } }`
const ofStatement = `... on MonthlyStatement { ${STATEMENT} }`

export const DECLARE = mutation(
  'declareMonth',
  '$input: DeclareMonthInput!',
  'input: $input',
  `... on Declaration { id statements { ${STATEMENT} } }`,
)
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) {
    __typename ... on Settlement { id number correction total fundTotal account } ... on Rejection { code } } }`

/** Runs a mutation about a statement, or something in it. */
export const step = (name: string, args: string, given: string, answer = ofStatement) =>
  mutation(name, args, given, answer)
export const onStatement = (name: string) => step(name, '$statement: ID!', 'statement: $statement')

const DEDUCTION = `id statement number line amount reason reasonName { zh } words withdraws withdrawnBy settlement { id }
  appeal { state words answer document }`
const ofDeduction = `... on Deduction { ${DEDUCTION} }`
export const DEDUCT = step('deduct', '$input: DeductInput!', 'input: $input', ofDeduction)
export const WITHDRAW_DEDUCTION = step(
  'withdrawDeduction',
  '$deduction: ID!, $words: String!',
  'deduction: $deduction, words: $words',
  ofDeduction,
)
export const APPEAL = step('appealDeduction', '$input: AppealInput!', 'input: $input', ofDeduction)
export const DECIDE = step('decideAppeal', '$input: DecideAppealInput!', 'input: $input', ofDeduction)
export const DEDUCTIONS = `query ($statement: ID!) { statementDeductions(statement: $statement, first: 100) {
  ... on DeductionConnection { edges { node { ${DEDUCTION} } } } ... on Rejection { code } } }`
export const IMPORT_DIFFERENCES = step(
  'importPaymentMethodDifferences',
  '$entries: [PaymentMethodDifferenceInput!]!',
  'entries: $entries',
  '... on ImportedDifferences { ids }',
)
const ofAccount = '... on BankAccount { id masked holder confirmedBy confirmations { pool by at } }'
export const ENTER_ACCOUNT = step('enterBankAccount', '$input: BankAccountInput!', 'input: $input', ofAccount)
export const CONFIRM_ACCOUNT = step('confirmBankAccount', '$account: ID!', 'account: $account', ofAccount)
export const BATCH = step(
  'createPaymentBatch',
  '$input: PaymentBatchInput!',
  'input: $input',
  '... on PaymentBatch { id number rows amount isDone file }',
)
export const IMPORT_RESULT = step(
  'importPaymentResult',
  '$batch: ID!, $file: String, $document: ID',
  'batch: $batch, file: $file, document: $document',
  '... on PaymentResult { id paid rejected repeated document problems { line row code } problemsLeftOut }',
)
const RETURN = 'id kind payment batch number amount bankReason state reason decidedBy'
export const DECIDE_RETURN = step(
  'decidePaymentReturn',
  '$input: DecidePaymentReturnInput!',
  'input: $input',
  `... on PaymentReturn { ${RETURN} }`,
)
export const RETURNS = `query ($decided: Boolean) { paymentReturns(decided: $decided, first: 100) {
  ... on PaymentReturnConnection { edges { node { ${RETURN} } } } ... on Rejection { code } } }`
export const SCORE = step(
  'scoreInstitution',
  '$input: ScoreInstitutionInput!',
  'input: $input',
  '... on DepositRelease { id year score share kept amount state }',
)

const RELEASE = 'id year score share kept amount settled owed rest state reason correctedBy'
export const CORRECT_SCORE = step(
  'correctScore',
  '$input: CorrectScoreInput!',
  'input: $input',
  `... on CorrectedScore { releases { ${RELEASE} } }`,
)

/** A file of answers as a bank writes it. */
export function resultOf(batch: string, rows: readonly (readonly string[])[]): string {
  const lines = [
    ['kind', 'row', 'institution', 'amount', 'state', 'bank_reference', 'reason'],
    ...rows.map((row) => ['D', ...row]),
  ]
  const body = lines.map((cells) => `${cells.join(',')}\r\n`).join('')
  const sum = rows.reduce((all, row) => all + fen(row[2] ?? '0.00'), 0n)
  const total = `${sum / 100n}.${String(sum % 100n).padStart(2, '0')}`
  return `${body}T,${rows.length},${batch},${total},,,${createHash('sha256').update(body).digest('hex')}\r\n`
}

export const DECIDE_DEPOSIT = step(
  'decideDeposit',
  '$input: DecideDepositInput!',
  'input: $input',
  `... on DecidedDeposit { decisions { id release year amount outcome state reason sourceNumber decidedBy } }`,
)
export const HELD = `query ($first: Int, $after: String) { heldDeposits(first: $first, after: $after) {
  ... on HeldDepositConnection { edges { node { institution { code } pool year amount isScored } }
    pageInfo { hasNextPage endCursor } } ... on Rejection { code } } }`
export const RELEASES = `query { depositReleases(first: 100) { ... on DepositReleaseConnection { edges { node {
  ${RELEASE} decision { outcome amount state } } } } ... on Rejection { code } } }`

const STATEMENTS = `query ($month: String, $institution: String, $state: StatementState, $overdue: Boolean) {
  monthlyStatements(month: $month, institution: $institution, state: $state, overdue: $overdue, first: 100) {
    ... on MonthlyStatementConnection { edges { node { ${STATEMENT} } } } ... on Rejection { code } } }`
const ITEMS = `query ($statement: ID!, $first: Int, $after: String) {
  statementItems(statement: $statement, first: $first, after: $after) {
    ... on StatementItemConnection { edges { node { number month reversal late total fundPart accountPart deducted
      settlement { id number } } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code } } }`

export async function clearingWorld() {
  const world = await openWorld()
  world.letIn({ kind: 'staff', login: SECOND_CLERK, label: '复核 second clerk', pool: POOL })
  const paper = (who: string, pool = POOL, purpose = 'CLEARING_PAPER') => uploadPaper(world, who, { pool, purpose })
  return { ...world, ...clearingOf(world), paper }
}

export type ClearingWorld = Awaited<ReturnType<typeof clearingWorld>>

/** Uploads a paper for a bureau; its id. */
export async function uploadPaper(
  world: Pick<World, 'address' | 'token'>,
  who: string,
  metadata: { readonly pool: string; readonly purpose: string },
): Promise<string> {
  const { id, status } = await upload(world, who, pdf(randomUUID()), metadata)
  expect(status).toBe(204)
  return id
}

/** What a hospital and the bureau do, told through the gateway. */
export function clearingOf(world: Pick<World, 'as' | 'admin' | 'addPerson' | 'time'>) {
  const as = (name: string, query: string, variables: object = {}): Promise<Data> =>
    world.as(name, query, { requestId: randomUUID(), ...variables })

  return {
    addPatient: (account = 0, pool = POOL): Promise<WorldPerson> =>
      world.addPerson({
        enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
        ...(account > 0 && { account: { pool, current: account } }),
      }),
    async settle(person: WorldPerson, lines: readonly LineOf[], change = {}, hospital = HOSPITAL): Promise<Data> {
      const input = bill({ card: person.cardNumber, lines, ...change })
      const { settle } = await as(hospital, SETTLE, { input })
      expect(settle).toMatchObject({ __typename: 'Settlement' })
      return settle
    },
    async reverse(settlement: string, hospital = HOSPITAL): Promise<Data> {
      const { reverse } = await as(hospital, REVERSE, { settlement })
      expect(reverse).toMatchObject({ __typename: 'Settlement' })
      return reverse
    },
    /** What a reconciliation leaves behind that found everything of a hospital equal, or these settlements only. */
    async reconcile(hospital = HOSPITAL, ids: readonly string[] | null = null): Promise<void> {
      await world.admin.query(
        `insert into settlement.reconciled (insured_id, settlement_id, institution, run_id, at)
         select s.insured_id, s.id, s.institution, gen_random_uuid(), now() from settlement.settlement s
         where s.institution = $1 and ($2::uuid[] is null or s.id = any ($2)) on conflict do nothing`,
        [hospital, ids],
      )
    },
    async declare(month: string, name = HOSPITAL, institution: string | null = null, requestId = randomUUID()) {
      const input = { month, ...(institution !== null && { institution }) }
      return (await as(name, DECLARE, { requestId, input })).declareMonth
    },
    async statements(name: string, variables: object = {}): Promise<Data[]> {
      const { monthlyStatements } = await as(name, STATEMENTS, variables)
      return monthlyStatements.edges.map(({ node }: Data) => node)
    },
    async statement(id: string, name = CLERK): Promise<Data> {
      const query = `query ($id: ID!) { monthlyStatement(id: $id) { __typename ${ofStatement} ... on Rejection { code } } }`
      return (await as(name, query, { id })).monthlyStatement
    },
    /** All settlements of a statement, page by page. */
    async items(statement: string, name = HOSPITAL, first = 2): Promise<Data[]> {
      const found: Data[] = []
      for (let after: string | null = null; ;) {
        const { statementItems } = await as(name, ITEMS, { statement, first, after })
        if (statementItems.edges === undefined) return statementItems
        found.push(...statementItems.edges.map(({ node }: Data) => node))
        if (!statementItems.pageInfo.hasNextPage) return found
        after = statementItems.pageInfo.endCursor
      }
    },
    /** One mutation, by whoever is named; its answer. */
    async ask(name: string, query: string, variables: object = {}): Promise<Data> {
      return Object.values((await as(name, query, variables)) as object)[0]
    },
    /** What an account of the ledger holds, in yuan, by the entries themselves. */
    async held(account: string): Promise<string> {
      const { rows } = await world.admin.query<{ yuan: string }>(
        `select to_char(coalesce(sum(amount), 0) / 100, 'FM9999999990.00') as yuan from settlement.ledger_entry where account = $1`,
        [account],
      )
      return rows[0]?.yuan ?? ''
    },
    at(time: string): void {
      world.time.now = Temporal.Instant.from(time)
    },
  }
}

/** Yuan as fen, exactly. */
export const fen = (yuan: string): bigint => BigInt(yuan.replace('.', ''))
export const total = (amounts: readonly string[]): bigint => amounts.reduce((sum, one) => sum + fen(one), 0n)

/** A difference of the payment method for November, as a paper says it. */
export const difference = (change: object = {}) => ({
  institution: HOSPITAL,
  month: '2026-11',
  insuranceType: '310',
  clearingType: '11',
  method: 'DIP',
  amount: '88.80',
  sourceNumber: '示医保结〔2026〕11号',
  ...change,
})
