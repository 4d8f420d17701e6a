import { archiveLedger, type ArchivedMonth } from '@yibao/settlement/commands/archive-ledger'
import { listBalances } from '@yibao/settlement/store/ledger-balances'
import { momentOf } from '@yibao/settlement/domain/ledger-moment'
import { expect } from 'vitest'
import {
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  DEDUCT,
  ENTER_ACCOUNT,
  HOSPITAL,
  IMPORT_RESULT,
  onStatement,
  resultOf,
  SECOND_CLERK,
} from './clearing-world.ts'
import { mismatchesOf } from './behind-back.ts'
import { foldAll, monthOf } from './put-away.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// Two months of a hospital that were settled, cleared and paid, and then left alone for two years.

export const lines = (price: number) => [{ code: CLASS_A, price }]
const RECEIPT = `query ($id: ID!) { settlement(id: $id) { __typename ... on Settlement { receipt } ... on Rejection { code } } }`
const HISTORY = `query ($first: Int, $after: String) { me { account { balance
  movements(first: $first, after: $after) { ... on AccountMovementConnection { pageInfo { hasNextPage endCursor }
    edges { node { kind at amount current history } } } } } } }`
const SETTLE_AGAIN = `mutation ($requestId: ID!, $settlement: ID!) { reverse(requestId: $requestId, settlement: $settlement) {
  __typename ... on Settlement { id } ... on Rejection { code message { zh en } problems { path code } } } }`

export async function archiveWorld() {
  const world = await clearingWorld()
  const db = world.platform.databases.settlement
  const patient = await world.addPatient(900)
  const poor = await world.addPatient()

  /** What was declared is checked, something deducted of one settlement, confirmed and paid. Answers the deduction. */
  async function clear(month: string, deducted?: Data): Promise<Data> {
    const { statements } = await world.declare(month)
    const [statement] = statements
    const of = { statement: statement.id }
    await world.ask(CLERK, onStatement('startCheck'), of)
    const input = { ...of, settlement: deducted?.id, amount: '30.01', reason: 'OVERCHARGED', words: '重复收费' }
    const deduction = deducted === undefined ? null : await world.ask(CLERK, DEDUCT, { input })
    await world.ask(CLERK, onStatement('finishCheck'), of)
    expect(await world.ask(HOSPITAL, onStatement('confirmStatement'), of)).toMatchObject({ state: 'CONFIRMED' })
    const batch = await world.ask(CLERK, BATCH, { input: {} })
    const file = resultOf(batch.number, [['1', HOSPITAL, batch.amount, 'PAID', `B-${month}`, '']])
    expect(await world.ask(CLERK, IMPORT_RESULT, { batch: batch.id, file })).toMatchObject({ paid: 1 })
    expect(await world.statement(statement.id)).toMatchObject({ state: 'PAID' })
    return deduction
  }

  const november = [await world.settle(patient, lines(1200)), await world.settle(poor, lines(900.55))]
  const taken = await world.settle(patient, lines(300))
  const reversal = await world.reverse(taken.id)
  const bank = { holder: '示范户', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, { input: bank })
  for (const name of [CLERK, SECOND_CLERK]) await world.ask(name, CONFIRM_ACCOUNT, { account: account.id })
  await world.reconcile()
  world.at('2026-12-02T09:00:00+08:00')
  const december = await world.settle(patient, lines(250), { begin: '2026-12-02T08:00:00+08:00' })
  const deduction = await clear('2026-11', november[0])

  return {
    ...world,
    db,
    patient,
    poor,
    november,
    december,
    taken,
    reversal,
    deduction,
    clear,
    /** Puts the ledger away before a month; answers what was. */
    async archive(before: string, detaching?: { attempts: number; pauseMs: number }): Promise<ArchivedMonth[]> {
      const months: ArchivedMonth[] = []
      const parts = {
        db,
        clock: () => world.time.now,
        proving: () => {},
        done: (one: ArchivedMonth) => void months.push(one),
      }
      const end = monthOf(before)
      await foldAll(db, end)
      await archiveLedger({ ...parts, ...(detaching && { detaching }) }, end)
      return months
    },
    /** What every account holds, now or as of a moment, as an auditor is told. */
    async balances(at: string | null = null): Promise<Record<string, bigint>> {
      const moment = at === null ? null : momentOf(Temporal.Instant.from(at))
      const auditor = { kind: 'auditor', subject: 'auditor', scopes: [] } as const
      const found = await db.readAs(auditor, (tx) =>
        listBalances(tx, { from: '', before: '~' }, { moment, limit: 10_000 }),
      )
      return Object.fromEntries(found.filter((one) => one.balance !== 0n).map((one) => [one.account, one.balance]))
    },
    mismatches: () => mismatchesOf(world),
    async receipt(id: string): Promise<string> {
      return (await world.as(HOSPITAL, RECEIPT, { id })).settlement.receipt
    },
    async movements(page: object = {}): Promise<Data> {
      return (await world.as(patient.personNumber, HISTORY, { first: 50, ...page })).me.account
    },
    takeBack: (settlement: string): Promise<Data> => world.ask(HOSPITAL, SETTLE_AGAIN, { settlement }),
  }
}

export type ArchiveWorld = Awaited<ReturnType<typeof archiveWorld>>
