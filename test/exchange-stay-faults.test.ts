import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MISHAPS, openProxy, type Mishap } from './exchange-proxy.ts'
import { admission, DISCHARGED, staysOf } from './exchange-stays.ts'
import { asking, DECODE, introduce, openTwoProvinces, type TwoProvinces } from './two-provinces.ts'

// Whatever happens on the way between two provinces: a code is decoded once, and a stay is recorded once.

const LATE_MS = 300

let two: TwoProvinces
let stays: ReturnType<typeof staysOf>
let proxy: Awaited<ReturnType<typeof openProxy>>
/** What happens to the next message alone. */
let next: Mishap = 'PASS'
const nextOnce = () => {
  const now = next
  next = 'PASS'
  return now
}
beforeAll(async () => {
  two = await openTwoProvinces()
  stays = staysOf(two)
  proxy = await openProxy(nextOnce, () => LATE_MS)
  proxy.to(two.gansu.address)
  await introduce(two.sichuan, two.gansu, '62', proxy.address)
})
afterAll(async () => {
  await two.close()
  await proxy.close()
})

test.each(MISHAPS)(
  'a code that is decoded gives one token, whoever asks again, when a message meets %s',
  async (mishap) => {
    const decode = (requestId: string, code: string) => asking(two)(DECODE, { requestId, code, purpose: 'ADMISSION' })
    const [requestId, code] = [randomUUID(), await two.code()]
    next = mishap
    const first = await decode(requestId, code)
    const again = await decode(requestId, code)
    expect(again).toMatchObject({ __typename: 'VisitTokenElsewhere', token: expect.any(String) })
    if (first.__typename === 'Busy') expect(first).toMatchObject({ code: 'HOME_UNREACHABLE', retryable: true })
    else expect(first).toEqual(again)
    expect(await decode(randomUUID(), code)).toMatchObject({ code: 'CODE_USED' })
  },
)

test.each(MISHAPS)('a stay is recorded at home once, in its order, when messages meet %s', async (mishap) => {
  const person = await stays.patient()
  const input = admission(person)
  const { visit } = input
  next = mishap
  expect(await stays.announce('Admission', input)).toMatchObject({ visit, state: 'ADMITTED' })
  next = mishap
  await stays.announce('Discharge', { visit, end: DISCHARGED, way: 'ON_ORDER' })
  next = 'PASS'
  two.sichuan.time.now = two.sichuan.time.now.add({ minutes: 10 })
  await stays.work()
  expect(await stays.stayOf(visit)).toMatchObject({ state: 'DISCHARGED', isRecorded: true })
  expect(await stays.mine(person)).toMatchObject([{ visit, state: 'DISCHARGED' }])
})
