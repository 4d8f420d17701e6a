import { registerPartner } from '@yibao/cross-province/commands/partner'
import { connect } from '@yibao/drizzle/connect'
import type { DemoAccount } from '@yibao/gateway/issuer/demo-directory'
import { loadDemo } from '../demo/load.ts'
import { run, startProcess } from './faults/child.ts'
import { tokenOf } from './faults/tokens.ts'
import { freePort } from './faults/world.ts'
import { openPlace, send, type Data, type Place } from './world.ts'

/** The platform of a province with the demo's data: a process and a database of its own, on the real clock. */
export async function openProvince(province: string, accounts: readonly DemoAccount[] = []) {
  const place = await openPlace()
  const { databaseUrl: url, dataDir, keys } = place
  const [insured, institutions, settlement, crossProvince] = await Promise.all([
    connect({ url, schema: 'insured' }),
    connect({ url, schema: 'institutions' }),
    connect({ url, schema: 'settlement' }),
    connect({ url, schema: 'cross_province' }),
  ])
  await loadDemo({ databases: { insured, institutions, settlement }, keys })
  await Promise.all([insured.close(), institutions.close(), settlement.close()])
  const port = await freePort()
  const start = (daysAhead: number) =>
    startProcess({ databaseUrl: url, dataDir, logLevel: 'warn', province, port, daysAhead, accounts })
  let child = await start(0)
  const { address } = child
  return {
    ...place,
    province,
    address,
    /** Asks as somebody who has signed in; an error of the gateway fails the test. */
    async as(name: string, query: string, variables = {}): Promise<Data> {
      const { data, errors } = await send(address, await tokenOf(address, dataDir, name), query, variables)
      if (errors !== undefined) throw new Error(JSON.stringify(errors) + child.output())
      return data
    },
    /** Ends the process and starts it on a later day. */
    async restart(daysAhead: number): Promise<void> {
      await child.end('SIGTERM')
      child = await start(daysAhead)
    },
    /** Registers another platform, as `npm run partner` does. */
    async introduce(other: Pick<Place, 'keys'> & { province: string; address: string }): Promise<void> {
      const key = JSON.stringify(other.keys.exchange.publicKey.export({ format: 'jwk' }))
      const partner = { province: other.province, name: other.province, url: other.address, key }
      await registerPartner(crossProvince.hot, partner, Temporal.Now.instant())
    },
    verify: () => run(['verify.ts'], { YIBAO_DATA: dataDir, DATABASE_URL: url }),
    async close() {
      await child.end('SIGTERM')
      await crossProvince.close()
      await place.close()
    },
  }
}

export type ProvinceProcess = Awaited<ReturnType<typeof openProvince>>
