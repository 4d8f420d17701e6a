import { verify } from '@yibao/settlement/commands/verify'
import { connect } from '@yibao/drizzle/connect'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedIn, through } from './prescription-gateway.ts'
import { issue, itemOf, newSigner, prescriptionOf, registerKey, review } from './prescription-world.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { openProcesses, type Processes } from './world-processes.ts'
import { demoPerson, type Data } from './world.ts'

// Two processes of the platform on one database, each asked by another institution for the same prescription at once.

const PERSON = demoPerson('629900', 'retired')
const PLACES = ['P62990000001', 'H62990000002'] as const
const ROUNDS = 5

let platform: Processes
beforeAll(async () => {
  platform = await openProcesses(2)
}, 120_000)
afterAll(() => platform.close())

/** So many minutes ago, by the real clock. */
const minutesAgo = (minutes: number) => Temporal.Now.instant().subtract({ minutes }).round('second').toString()

test('in two processes at the same second one dispenses, and the other is refused and nothing moved', async () => {
  const gateway = through({ as: (name, query, variables) => platform.as(0, name, query, variables) })
  const hospital = signedIn('H62990000001')
  const signer = await newSigner('processes')
  await registerKey(gateway, signer, hospital)
  for (let round = 0; round < ROUNDS; round += 1) {
    const input = prescriptionOf({ items: [itemOf({ code: CLASS_A })], prescribedAt: minutesAgo(30) })
    const { number } = await issue(gateway, { patient: PERSON, signer, input, identity: hospital })
    for (const code of PLACES) await review(gateway, number, PERSON, { identity: signedIn(code) })
    const answers: Data[] = await Promise.all(
      PLACES.map(async (code, i) => {
        const begin = minutesAgo(10)
        const lines = [{ code: CLASS_A, price: 20, quantity: 10, ePrescription: number }]
        const careType = code.startsWith('P') ? '41' : '11'
        const sent = bill({ card: PERSON.cardNumber, careType, begin, end: minutesAgo(5), lines })
        return (await platform.as(i, code, SETTLE, { requestId: `${code}-${round}`, input: sent })).settle
      }),
    )
    const codes = answers.map((one): string => one.code ?? one.__typename)
    expect(codes.toSorted(), JSON.stringify(answers)).toEqual(['PRESCRIPTION_USED', 'Settlement'])
  }
  const settlement = await connect({ url: platform.databaseUrl, schema: 'settlement' })
  const { settlements, mismatches } = await verify(settlement, () => {})
  await settlement.close()
  expect(mismatches).toEqual([])
  expect(settlements).toBe(ROUNDS)
})
