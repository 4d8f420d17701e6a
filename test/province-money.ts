import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { sayToProvinces } from '@yibao/settlement/commands/province-message'
import { createServices } from '@yibao/settlement/context'
import { createProvincePort } from '@yibao/settlement/peers/province'
import { mismatchesOf } from './behind-back.ts'
import type { Data, World } from './world.ts'

// Money between two provinces as the bureaus of both see it. 339900 and 629900 speak for them.

export const [PLACE_CLERK, HOME_CLERK] = ['clerk-339900', 'clerk-629900']
/** A pool of Gansu that does not speak for it. */
export const POOL_CLERK = 'clerk-620100'

/** What the workers of a platform have at hand. */
export function servicesOf({ platform, keys, time }: World, province: string) {
  const crossProvince = platform.subgraphs.find((one) => one.name === 'cross-province')?.internal
  if (crossProvince === undefined) throw new Error('the platform has no exchange')
  return createServices({
    db: platform.databases.settlement,
    secrets: keys,
    clock: () => time.now,
    ids: randomUUIDv7,
    provinces: createProvincePort(province, crossProvince),
  })
}

const ask = async (world: World, who: string, query: string, variables: object = {}): Promise<Data> =>
  Object.values(await world.as(who, query, { requestId: randomUUID(), ...variables }))[0]

export function moneyOf({ place, home }: { readonly place: World; readonly home: World }) {
  place.letIn({ kind: 'staff', login: PLACE_CLERK, label: '浙江省本级 clerk', pool: '339900' })
  const [there, here] = [servicesOf(place, '33'), servicesOf(home, '62')]
  return {
    services: { place: there, home: here },
    atPlace: (query: string, variables?: object, who = PLACE_CLERK) => ask(place, who, query, variables),
    atHome: (query: string, variables?: object, who = HOME_CLERK) => ask(home, who, query, variables),
    /** Says what is to be said, on both sides, until nothing is left that can be said now. */
    async talk(): Promise<void> {
      for (let round = 0; round < 3; round += 1) {
        // Time stands still, so what both workers said at once, and one of them in vain, would wait for ever.
        for (const { admin } of [place, home])
          await admin.query('update settlement.province_message set next_at = at where answered_at is null')
        await sayToProvinces(there)
        await sayToProvinces(here)
      }
    },
    /** What an account holds on a platform, in yuan. */
    async held({ admin }: World, account: string): Promise<string> {
      const { rows } = await admin.query(
        `select to_char(coalesce(sum(amount), 0) / 100.0, 'FM9999999990.00') as yuan from settlement.ledger_entry
         where account = $1`,
        [account],
      )
      return rows[0].yuan
    },
    /** Everything wrong in the books of either. */
    proven: async () => (await Promise.all([place, home].map(mismatchesOf))).flat(),
  }
}
