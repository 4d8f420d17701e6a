import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { clearingOf } from './clearing-world.ts'
import { openProxy, type Mishap } from './exchange-proxy.ts'
import { moneyOf } from './province-money.ts'
import { introduce } from './two-provinces.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { FILE } from './world-queries.ts'
import { openWorld, type Data, type WorldPerson } from './world.ts'

// Persons of Gansu treated in Ningbo, and the money that is between the two provinces then.

export const [ZHEJIANG, GANSU] = ['33', '62']
export const NINGBO = 'H33020000001'
export const [HOME_POOL, PLACE_POOL] = ['629900', '330200']
export const NINGBO_CLERK = 'ningbo-clerk'
export const RECEIVABLE = `receivable:province:${PLACE_POOL}:${GANSU}`
export const PAYABLE = `payable:province:${HOME_POOL}:${ZHEJIANG}`

const SETTLED = 'id number total fundTotal account cash'
const REJECTION = '... on Rejection { code problems { path code } }'
const answered = `__typename ... on Settlement { ${SETTLED} } ... on SettlementPending { requestId } ${REJECTION}`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) { ${answered} } }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) { ${answered} } }`

export async function openAwayWorld() {
  const [place, home] = await Promise.all([openWorld({ province: ZHEJIANG }), openWorld({ province: GANSU })])
  await introduce(place, home, GANSU)
  await introduce(home, place, ZHEJIANG)
  place.letIn({ kind: 'staff', login: NINGBO_CLERK, label: '宁波经办 clerk', pool: PLACE_POOL })
  const clearing = clearingOf(place)
  /** Does something while that happens to messages of a type on their way to Gansu. */
  async function amiss<T>(mishap: Mishap, type: string, work: () => Promise<T>): Promise<T> {
    const proxy = await openProxy(
      (one) => (one === type ? mishap : 'PASS'),
      () => 0,
    )
    proxy.to(home.address)
    await introduce(place, home, GANSU, proxy.address)
    try {
      return await work()
    } finally {
      await introduce(place, home, GANSU)
      await proxy.close()
    }
  }
  return {
    place,
    home,
    clearing,
    ...moneyOf({ place, home }),
    /** Does something while the platform of Gansu does not answer. */
    async whileHomeIsDown<T>(work: () => Promise<T>): Promise<T> {
      await introduce(place, home, GANSU, 'http://127.0.0.1:9')
      try {
        return await work()
      } finally {
        await introduce(place, home, GANSU)
      }
    },
    /** Does something while home does what it is told by messages of a type, and its answers to them are lost. */
    losingAnswers: <T>(type: string, work: () => Promise<T>): Promise<T> => amiss('DROP_ANSWER', type, work),
    /** The same while they are lost before home hears of them. */
    losingMessages: <T>(type: string, work: () => Promise<T>): Promise<T> => amiss('DROP', type, work),
    /** It is another day on both platforms. */
    at(time: string): void {
      for (const world of [place, home]) world.time.now = Temporal.Instant.from(time)
    },
    /** Somebody of Gansu with 500 yuan in their account, who has filed for Ningbo. */
    async filedPerson(): Promise<WorldPerson> {
      const person = await home.addPerson({
        enrolments: [{ pool: HOME_POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
        account: { pool: HOME_POOL, current: 500 },
      })
      const input = { type: 'LONG_TERM', destination: PLACE_POOL, ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }
      const { fileTreatmentElsewhere: filed } = await home.as(person.personNumber, FILE, {
        requestId: `file-${person.personNumber}`,
        input,
      })
      expect(filed).toMatchObject({ __typename: 'Filing' })
      return person
    },
    /** A bill of outpatient care, or what was answered instead. */
    async settle({ identityNumber: value }: WorldPerson, price = 1000, change: object = {}): Promise<Data> {
      const today = place.time.now.toZonedDateTimeISO('Asia/Shanghai').toPlainDate()
      const begin = `${today.subtract({ days: 2 }).toString()}T09:00:00+08:00`
      const end = `${today.subtract({ days: 1 }).toString()}T09:30:00+08:00`
      const lines = [{ code: CLASS_A, price, quantity: 1, time: begin }]
      const input = {
        ...bill({ careType: '21', begin, end, lines, ...change }),
        credential: { kind: 'IDENTITY_CARD', value },
        insuredPool: HOME_POOL,
      }
      return (await place.as(NINGBO, SETTLE, { requestId: randomUUID(), input })).settle
    },
    async reverse(settlement: string): Promise<Data> {
      return (await place.as(NINGBO, REVERSE, { requestId: randomUUID(), settlement })).reverse
    },
    close: () => Promise.all([place.close(), home.close()]),
  }
}

export type AwayWorld = Awaited<ReturnType<typeof openAwayWorld>>
