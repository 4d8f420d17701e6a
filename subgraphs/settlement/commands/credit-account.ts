import { setTimeout as wait } from 'node:timers/promises'
import { Busy } from '@yibao/schema/rejection'
import { minFen } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { nextTime } from '../domain/settlement-id.ts'
import { readCreditFacts, writeCredit, type Credit } from '../store/credit-account.ts'

const ROUNDS_MAX = 40

/**
 * Credits a contribution to a personal account, exactly once for each event, also when several processes do it at the
 * same time. Opens the account when there is none. An account is never credited for anything but contributions. What
 * the person owes of earlier credits comes first.
 */
export async function creditAccount(context: Pick<Context, 'db' | 'now' | 'newId'>, credit: Credit): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const { done, version, lastAt, owed } = await readCreditFacts(context.db.hot, credit)
    if (done) return
    const at = nextTime(context.now(), lastAt)
    const recovered = minFen(owed, credit.amount)
    if (await writeCredit(context.db.hot, { ...credit, groupId: context.newId(at), at, version, recovered })) return
  }
  throw Busy.of()
}
