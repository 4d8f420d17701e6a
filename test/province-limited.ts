import { countBudget, listCountable } from '@yibao/settlement/store/province-budget'
import { expect } from 'vitest'
import { GANSU, NINGBO, NINGBO_CLERK, RECEIVABLE, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { DEDUCT, onStatement } from './clearing-world.ts'
import { CLEARING_REQUESTS } from './exchange-clearing.ts'
import type { Data, World } from './world.ts'

const { declareNet, confirmNet, payNet, receiveNet, setProvinceLimit } = CLEARING_REQUESTS

/** So long a process may go by what it has read of limits. */
const KNOWN_MS = 1100
export const known = () => new Promise((read) => setTimeout(read, KNOWN_MS))

/** The limit of what Gansu may owe, where it is treated. */
export function limitOf({ admin, platform }: World) {
  const { hot } = platform.databases.settlement
  const count = () => countBudget(hot, GANSU)
  return {
    count,
    /** What is counted now, in fen. */
    taken: async (): Promise<string> => {
      await count()
      return (await admin.query('select taken::text from settlement.province_budget')).rows[0].taken
    },
    /** Puts a limit in force that was set, as the worker sees to some seconds later. */
    comeIntoForce: async (): Promise<void> => {
      await known()
      await admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
      expect(await listCountable(hot)).toEqual([GANSU])
      await count()
    },
  }
}

/** What the bureaus of both provinces do until something is paid. */
export function clearingBetween(world: AwayWorld) {
  const ask = (query: string, variables: object): Promise<Data> => world.clearing.ask(NINGBO_CLERK, query, variables)
  const limit = limitOf(world.place)
  const setLimit = (amount: string | null) => world.atPlace(setProvinceLimit, { province: GANSU, limit: amount })
  const linesOf = async (statement: string): Promise<Data[]> =>
    (
      await world.home.admin.query(
        'select item::text, kind, disputed from settlement.net_item where statement_id = $1 order by kind, item',
        [statement],
      )
    ).rows
  return {
    ...limit,
    ask,
    setLimit,
    async limitTo(amount: string): Promise<void> {
      await setLimit(amount)
      await limit.comeIntoForce()
    },
    /** What is owed to the place, as its ledger has it: below nothing. */
    owed: () => world.held(world.place, RECEIVABLE),
    declare: (month: string): Promise<Data> => world.atPlace(declareNet, { province: GANSU, month }),
    linesOf,
    async confirm(statement: string): Promise<void> {
      await world.talk()
      expect(await world.atHome(confirmNet, { statement })).toMatchObject({ __typename: 'NetStatement' })
      await world.talk()
    },
    /** Pays a statement by whom it is to be paid, and the other has received it. */
    async pay(statement: string, amount: string): Promise<void> {
      const [payer, receiver, province] = amount.startsWith('-')
        ? [world.atPlace, world.atHome, GANSU]
        : [world.atHome, world.atPlace, ZHEJIANG]
      const sum = amount.replace('-', '')
      const paidOn = world.place.time.now.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString()
      const variables = { province, statements: [statement], amount: sum, bankReference: `N-${statement}`, paidOn }
      const { id: payment } = await payer(payNet, variables)
      expect(payment).toBeTypeOf('string')
      await world.talk()
      expect(await receiver(receiveNet, { payment, amount: sum })).toMatchObject({ __typename: 'NetPayment' })
      await world.talk()
    },
    /** The hospital declares a month and what it declared is being checked. Answers the statement of it. */
    async checking(month: string): Promise<string> {
      await world.clearing.reconcile(NINGBO)
      const { statements } = await world.clearing.declare(month, NINGBO)
      const { id } = statements.at(-1)
      await ask(onStatement('startCheck'), { statement: id })
      return id
    },
    deduct: (statement: string, settlement: string, amount = '100.00'): Promise<Data> =>
      ask(DEDUCT, { input: { statement, settlement, amount, reason: 'OVERCHARGED', words: '重复收费' } }),
    async exchangeOf(settlement: string): Promise<string> {
      const text = 'select exchange::text from settlement.away_bill where settlement_id = $1'
      return (await world.place.admin.query(text, [settlement])).rows[0].exchange
    },
  }
}
