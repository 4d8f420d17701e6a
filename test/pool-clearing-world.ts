import { expect } from 'vitest'
import {
  BATCH,
  clearingOf,
  CONFIRM_ACCOUNT,
  ENTER_ACCOUNT,
  IMPORT_RESULT,
  onStatement,
  resultOf,
  step,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data, World } from './world.ts'

// Clearing between two pools as both bureaus see it.

const POOL_STATEMENT = `id creditor debtor insuranceType month state statements settlements reversals fundPart accountPart
  deducted difference amount declaredOn dueOn isOverdue bankReference paidOn history { state by words disputed }`
const ofPoolStatement = `... on PoolStatement { ${POOL_STATEMENT} }`
const onPool = (name: string, args = '', given = '') =>
  step(name, `$statement: ID!${args}`, `statement: $statement${given}`, ofPoolStatement)

export const DECLARE_TO_POOL = step(
  'declareToPool',
  '$debtor: String!, $month: String!',
  'debtor: $debtor, month: $month',
  `... on DeclaredToPool { statements { ${POOL_STATEMENT} } }`,
)
export const CONFIRM = onPool('confirmPoolStatement')
export const WITHDRAW = onPool('withdrawPoolStatement')
export const DISPUTE = onPool(
  'disputePoolStatement',
  ', $reason: String!, $statements: [ID!]!',
  ', reason: $reason, statements: $statements',
)
export const PAY = onPool(
  'payPoolStatement',
  ', $bankReference: String!, $paidOn: Date!',
  ', bankReference: $bankReference, paidOn: $paidOn',
)
export const RECEIVE = onPool('receivePoolPayment', ', $amount: Money!', ', amount: $amount')
const BOOKS = `query ($other: String!, $pool: String) { poolBooks(other: $other, pool: $pool) {
  ... on PoolBooksOfBoth { directions { debtor creditor due claim onTheWay agree } } ... on Rejection { code } } }`
const ITEMS = `query ($statement: ID!, $first: Int, $after: String) {
  poolStatementItems(statement: $statement, first: $first, after: $after) {
    ... on PoolStatementItemConnection { edges { node { amount statement { id institution { code } settlements } } }
      pageInfo { hasNextPage endCursor } } ... on Rejection { code } } }`
const LIST = `query ($other: String, $month: String, $state: PoolStatementState, $overdue: Boolean, $first: Int, $after: String) {
  poolStatements(other: $other, month: $month, state: $state, overdue: $overdue, first: $first, after: $after) {
    ... on PoolStatementConnection { edges { node { id state } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path } } } }`

interface Away {
  readonly home: string
  readonly clerk: string
  readonly month: string
}

export function poolClearingOf(world: Pick<World, 'as' | 'admin' | 'addPerson' | 'time'>) {
  const clearing = clearingOf(world)
  const ask: typeof clearing.ask = (name, query, variables) => clearing.ask(name, query, variables)
  const confirm = async (statement: string, clerk: string, hospital: string): Promise<Data> => {
    for (const name of ['startCheck', 'finishCheck']) await ask(clerk, onStatement(name), { statement })
    return ask(hospital, onStatement('confirmStatement'), { statement })
  }
  return {
    ...clearing,
    declareTo: (clerk: string, debtor: string, month: string) => ask(clerk, DECLARE_TO_POOL, { debtor, month }),
    /** What both books say of what one pool owes another. */
    async books(name: string, debtor: string, creditor: string, given: object = {}): Promise<Data> {
      const other = name.endsWith(debtor) ? creditor : debtor
      const { directions } = await ask(name, BOOKS, { other, ...given })
      return directions.find((one: Data) => one.debtor === debtor)
    },
    askBooks: (name: string, given: object) => ask(name, BOOKS, given),
    poolStatement: (name: string, id: string) =>
      ask(
        name,
        `query ($id: ID!) { poolStatement(id: $id) { __typename ${ofPoolStatement} ... on Rejection { code } } }`,
        {
          id,
        },
      ),
    poolItems: (name: string, statement: string, page: object = {}) => ask(name, ITEMS, { statement, ...page }),
    poolStatements: (name: string, filter: object = {}) => ask(name, LIST, filter),
    /** Takes a declared statement on to where it may be paid. */
    confirm,
    /** Somebody insured elsewhere is treated, and the month is declared and confirmed; tells the next month. */
    async confirmAway(hospital: string, { home, clerk, month }: Away): Promise<Data> {
      const patient = await clearing.addPatient(0, home)
      const begin = `${month}-18T08:00:00+08:00`
      clearing.at(`${month}-22T10:00:00+08:00`)
      await clearing.settle(patient, [{ code: CLASS_A, price: 20_000 }], { careType: '21', begin }, hospital)
      await clearing.reconcile(hospital)
      const next = Temporal.PlainYearMonth.from(month).add({ months: 1 })
      clearing.at(`${next.toString()}-02T10:00:00+08:00`)
      const { statements } = await clearing.declare(month, hospital)
      const [statement] = statements.filter((one: Data) => one.insuredPool === home)
      return confirm(statement.id, clerk, hospital)
    },
    /** A hospital is paid all its bureau owes it, by a file of the bank. */
    async payHospital(hospital: string, clerks: readonly string[]): Promise<Data> {
      const input = { holder: '示范户', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
      const account = await ask(hospital, ENTER_ACCOUNT, { input })
      for (const name of clerks) await ask(name, CONFIRM_ACCOUNT, { account: account.id })
      const [clerk = ''] = clerks
      const batch = await ask(clerk, BATCH, { input: {} })
      const file = resultOf(batch.number, [['1', hospital, batch.amount, 'PAID', 'B1', '']])
      expect(await ask(clerk, IMPORT_RESULT, { batch: batch.id, file })).toMatchObject({ paid: 1 })
      return batch
    },
  }
}
