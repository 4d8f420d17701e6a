import { newId } from '@yibao/drizzle/uuid'
import { balanceClaims } from '@yibao/settlement/commands/claim-balance'
import { expect } from 'vitest'
import { fresh } from './claim-asking.ts'
import {
  BANK,
  BATCH,
  cardOf,
  DECIDE_RETURN,
  ENTER_ACCOUNT,
  IMPORT_RESULT,
  RECEIVE,
  RECOVERIES,
  RETURNS,
  TAKE_RECOVERY,
} from './claim-payment-world.ts'
import { CLERK, PAYER, SECOND, THIRD, WINDOW } from './claim-review-world.ts'
import { resultOf } from './clearing-world.ts'
import { storyClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'

// What becomes of the money of a claim, from the person who claims to the bank, through the gateway.

const MONEY = `query ($id: ID!) { claim(id: $id) { ... on Claim { id number state version owed paid account { number fits }
  payments { state amount } recoveries { id amount left cause steps { kind amount } } clock { kind dueOn pausedAt pauseReason { zh } }
  history { kind words { zh } } } } }`

/** A claim of somebody, with the batch it is in. */
export interface AtBank {
  readonly person: WorldPerson
  readonly claim: Data
  readonly batch: Data
}

const REJECT = { outcome: 'REJECT', legalGround: '《社会保险法》第三十条', words: '应由第三人负担' }

let cards = 0

export async function claimBankWorld() {
  const world = await storyClaimWorld()
  const { ask } = world
  const step = (who: string, name: string, { id }: Data, more: object = {}): Promise<Data> =>
    world.look(who, id).then((claim) => world.step(who, name, claim, more))
  const edges = async (query: string, variables: object, who = PAYER): Promise<Data[]> =>
    (await ask(who, query, variables)).edges.map(({ node }: Data) => node)

  /** Says where a claim is to be paid: another account each time. */
  function enter({ personNumber }: WorldPerson, { id }: Data, change: object = {}): Promise<Data> {
    // Time passes until somebody enters something.
    world.time.now = world.time.now.add({ minutes: 1 })
    const number = cardOf('622202', 19, String((cards += 1)))
    const input = { claim: id, holder: '故事人物', number, bankName: BANK, ...change }
    return ask(personNumber, ENTER_ACCOUNT, { input })
  }
  const batch = ({ id }: Data): Promise<Data> => ask(PAYER, BATCH, { input: { claims: [id] } })
  const money = (who: string, { id }: Data): Promise<Data> => ask(who, MONEY, { id })

  /** A claim of 1200 yuan that was approved, with nowhere to be paid to yet. */
  async function approved(person: WorldPerson): Promise<Data> {
    // A person's next claim is of another visit.
    const accepted = await world.accepted(person, { change: { visit: fresh('mz') } })
    return world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  }

  return {
    ...world,
    steps: step,
    enter,
    batch,
    money,
    approved,
    /** A claim that is with the bank. */
    async sent(person?: WorldPerson): Promise<AtBank> {
      const who = person ?? (await world.addPatient())
      const claim = await approved(who)
      expect(claim).toMatchObject({ state: 'APPROVED' })
      await enter(who, claim)
      return { person: who, claim, batch: await batch(claim) }
    },
    /** What the bank says to a batch of one claim. */
    answer: (one: AtBank, state: 'PAID' | 'REJECTED', of = one.batch): Promise<Data> => {
      const row = [
        '1',
        one.claim.number,
        of.amount,
        state,
        state === 'PAID' ? fresh('BANK') : '',
        '账号户名不符',
      ] as const
      return ask(PAYER, IMPORT_RESULT, { batch: of.id, file: resultOf(of.number, [row]) })
    },
    /** What the bank said against its answer of before about a claim, as one of the bureau decides it. */
    async decide({ claim }: AtBank, confirmed = true): Promise<Data> {
      const open = await edges(RETURNS, { decided: false })
      const id = open.find((one) => one.claim.id === claim.id)?.id
      return ask(PAYER, DECIDE_RETURN, { input: { id, confirmed, reason: '银行已出具凭证' } })
    },
    recoveries: (filter: object = {}, who = PAYER) => edges(RECOVERIES, { open: true, ...filter }, who),
    takeRecovery: (who: string, recovery: string) => ask(who, TAKE_RECOVERY, { recovery }),
    /** What came back is noted by somebody who has neither sent nor confirmed it. */
    receive: (recovery: string, amount: string, who = WINDOW) =>
      ask(who, RECEIVE, { input: { recovery, amount, reference: fresh('IN') } }),
    /** The person appeals, and somebody who took no part in it upholds that. */
    async upheld({ personNumber }: WorldPerson, claim: Data): Promise<Data> {
      await step(personNumber, 'appealClaim', claim, { words: '计算有误，请重新审核' })
      return step(SECOND, 'decideClaimAppeal', claim, { upheld: true, answer: '成立，重新审核' })
    },
    /** Decides anew what an appeal has opened again. */
    decideAnew: (claim: Data, proposal: object = { outcome: 'APPROVE' }, who = THIRD): Promise<Data> =>
      step(who, 'proposeClaimDecision', claim, proposal),
    rejectAnew: (claim: Data): Promise<Data> => step(THIRD, 'proposeClaimDecision', claim, REJECT),
    /** What the worker does. */
    balance: () => balanceClaims({ db: world.platform.databases.settlement, clock: () => world.time.now, newId }, null),
  }
}

export type ClaimBankWorld = Awaited<ReturnType<typeof claimBankWorld>>
